"""Calibration: fitting how far answers can be trusted, and the index of training photos. It trains no network."""
