"""Predictions: all that can be said from one pass of the network, in NumPy. No network, no training, no wording."""
