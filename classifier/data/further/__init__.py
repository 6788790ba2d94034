"""Further photos to learn from: known ones of the classes from elsewhere, and strangers, which are of none of them."""
