"""Calibration of a checkpoint: temperature, verdicts and coverage sets, fitted on its valid photos."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from classifier.calibration.examples import collect_examples
from classifier.calibration.fit import fit_calibration
from classifier.calibration.outliers import sample_files
from classifier.data.samples import Sample
from classifier.errors import CheckpointError
from classifier.inference.classifier import Classifier
from classifier.photos.streaming import Progress, ignore
from classifier.predictions.neighbours import Index
from classifier.predictions.verdicts import Calibration, FittedOn


def calibrate(
    classifier: Classifier,
    samples: Sequence[Sample],
    index: Index,
    *,
    split: str,
    unknown: Sequence[Path] = (),
    progress: Progress = ignore,
) -> Calibration:
    """Fit how far a checkpoint's answers can be trusted.

    Args:
        classifier: loaded plain; its weights stay as they are.
        samples: its valid photos, which it must not have learnt from.
        index: of its training photos, see `calibration.index`.
        split: what the samples are called, such as “udacity-valid”.
        unknown: files of pictures that show none of the classes.
        progress: is called with what is done, and how many of how many.

    Raises:
        CheckpointError: it has learnt from its valid photos.
        DatasetError: not one valid photo can be read.
    """
    if classifier.metadata.training.learnt_from_valid:
        raise CheckpointError(
            "The checkpoint was trained with --train-on-valid: it knows its valid photos by heart, and on those "
            "every answer would look trustworthy. Calibrate a checkpoint that was trained without it."
        )
    examples = collect_examples(classifier, samples, unknown=unknown, progress=progress)
    fitted_on = FittedOn(split, len(examples.plain), len(unknown), len(sample_files()))
    return replace(fit_calibration(examples, index), fitted_on=fitted_on)
