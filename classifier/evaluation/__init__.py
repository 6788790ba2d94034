"""Evaluation: measuring classifiers on photos whose class is known, and comparing two. It prints and writes nothing.

What a report says and how it is drawn is in `reports`.

    from classifier.evaluation.comparison import compare_classifiers
    from classifier.evaluation.evaluate import evaluate

    report = evaluate(classifier, samples, checkpoint=path, split_name="udacity", split="test")
    report.summary["top1"]
    compare_classifiers(classifier, another, samples).counts.p_value
"""
