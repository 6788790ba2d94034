"""Calibration of a checkpoint on its valid photos: temperature, verdicts and coverage sets."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from classifier.calibration.examples import collect_examples
from classifier.calibration.fit import fit_calibration
from classifier.calibration.outliers import sample_files
from classifier.data.elsewhere.photo_set import SetPhoto
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
    elsewhere: Sequence[SetPhoto] = (),
    progress: Progress = ignore,
    warn: Callable[[str], object] = ignore,
) -> Calibration:
    """Calibrate a checkpoint: fit how far its answers can be trusted.

    Args:
        classifier: loaded with `plain=True`; its weights stay as they are.
        samples: its valid photos, which it must not have learnt from.
        index: of its training photos, see `calibration.index`.
        split: what the samples are called, such as “udacity-valid”.
        unknown: files of pictures that show none of the classes.
        elsewhere: photos by other people, of the classes and of none of them (`data.elsewhere.photo_set`), which it
            must not have learnt from.
        progress: is called with what is done, and how many of how many.
        warn: is called with a sentence about each file that cannot be read, and is left out.

    Raises:
        CheckpointError: it has learnt from its valid photos.
        DatasetError: not one valid photo can be read.
    """
    check_valid_is_unseen(classifier)
    examples = collect_examples(classifier, samples, unknown=unknown, elsewhere=elsewhere, progress=progress, warn=warn)
    strangers = (examples.other_kinds, examples.other_things)
    fitted_on = FittedOn(
        split,
        photos=len(examples.plain),
        unknown=len(unknown),
        samples=len(sample_files()),
        elsewhere=len(examples.elsewhere or ()),
        strangers=sum(len(group) for group in strangers if group),
    )
    return replace(fit_calibration(examples, index), fitted_on=fitted_on)


def check_valid_is_unseen(classifier: Classifier, *, name: str = "The checkpoint") -> None:
    """Check that a checkpoint has not learnt from its valid photos; `name` is what the error calls it.

    Raises:
        CheckpointError: it has.
    """
    if classifier.metadata.training.learnt_from_valid:
        raise CheckpointError(
            f"{name} was trained with --train-on-valid: it has learned its valid photos, and on those every answer "
            "would look trustworthy. Calibrate a checkpoint that was trained without it."
        )
