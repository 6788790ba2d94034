"""Page of one flower."""
