"""Shared by several features: words, pictures, figures, wiring. Imports no feature."""
