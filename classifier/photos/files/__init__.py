"""Files of photos, as bytes: which format they are, opening them, and repairing what browsers show all the same."""
