"""Evaluation: measuring classifiers on photos whose class is known, and comparing them. It prints and writes nothing.

from classifier.evaluation.evaluate import evaluate

report = evaluate(classifier, samples, checkpoint=path, split_name="udacity", split="test")
report.summary["top1"]
"""
