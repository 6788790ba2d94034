"""Monitoring: what the server tells whoever keeps it running: metrics, readiness, logs. Never a photo, nor its name."""
