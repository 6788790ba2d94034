"""Twins: photos that show the same picture. NumPy and Pillow only."""
