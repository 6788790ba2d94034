"""Calibration: fitting how far answers can be trusted, and the index of training photos. It trains no network.

What a fitted calibration says of a photo is in `predictions.verdicts`; how right that is, in `evaluation.verdicts`.

    from classifier.calibration.calibrate import calibrate
    from classifier.calibration.index import index_photos

    index = index_photos(classifier, training_photos)
    calibration = calibrate(classifier, valid_photos, index, split="udacity-valid")
"""
