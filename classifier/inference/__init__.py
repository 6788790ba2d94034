"""Inference: photos → predictions, by a network in some engine; many photos, exports. Nothing is trained or fitted.

PyTorch is used only below `engines`, and by `export`.

    from classifier import Classifier
    from classifier.inference.batch import predict_many

    classifier = Classifier.load("checkpoints/flowers102.safetensors")
    for photo, prediction in predict_many(classifier, Path("holiday").glob("*.jpg")):
        ...  # a Prediction, or the PhotoError that says why the photo could not be read
"""
