"""Run folders: the files of a run, its record, and going on with one that was stopped."""
