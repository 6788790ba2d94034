"""The part of `predict` that is for millions of photos: options of the cluster, and what is printed of its parts."""
