"""Page *Classify*: the workbench for a photo, and an overview of the data set."""
