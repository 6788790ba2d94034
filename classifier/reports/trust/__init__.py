"""What answers are worth: the targets for lists of classes, and photos from elsewhere. Values and words, no counting.

`reports.verdict_report` holds what was counted on the measured split.
"""
