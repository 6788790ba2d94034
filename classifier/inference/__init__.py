"""Inference: photos → predictions, by a network in some engine. PyTorch only behind `engines`, and where it exports.

from classifier.inference.batch import predict_many

for photo, prediction in predict_many(classifier, Path("holiday").glob("*.jpg")):
    ...
"""
