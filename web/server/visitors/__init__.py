"""Visitors: where a request comes from, its number, its turn before the model, and how often one may ask."""
