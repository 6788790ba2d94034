"""Data: classes, photos, splits and where they come from. No network; photos are opened only to find twins."""
