"""Evaluation of a classifier on photos whose class is known, from the photos to the report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

from classifier.data.elsewhere.photo_set import PhotoSet
from classifier.data.folder_tree import reason_of
from classifier.data.samples import Sample
from classifier.errors import DatasetError
from classifier.evaluation.metrics import Outcome, class_figures, reliability, summarise
from classifier.evaluation.verdicts import measure_verdicts, require_calibration
from classifier.evaluation.wild import answer_all, create_wild_report
from classifier.files import file_digest
from classifier.inference.batch import look_at_all
from classifier.inference.classifier import Classifier
from classifier.outputs.names import readable_name
from classifier.photos.streaming import Progress, ignore
from classifier.reports.report import MeasuredPhoto, Report


def evaluate(
    classifier: Classifier,
    samples: Sequence[Sample],
    *,
    checkpoint: Path,
    split_name: str,
    split: str,
    unknown: Mapping[str, Sequence[Path]] | None = None,
    wild: PhotoSet | None = None,
    verdicts: bool | None = None,
    tta: bool = False,
    batch_size: int | None = None,
    progress: Progress = ignore,
    warn: Callable[[str], object] = ignore,
) -> Report:
    """Evaluate a classifier on photos whose class is known: everything that a report holds.

    Args:
        classifier: loaded from the file `checkpoint`.
        samples: the photos to measure on, of `split` (train, valid, test) of the way to split called `split_name`.
        checkpoint: the file, which the report names.
        split_name: such as “udacity”.
        split: such as “test”.
        unknown: files that show none of the classes, by what they show; for the verdicts.
        wild: photos from elsewhere; the strangers among them count for the verdicts, as `unknown` does.
        verdicts: measure verdicts and coverage sets too; by default where the checkpoint is calibrated.
        tta: average over six views of each photo (test-time augmentation); verdicts stay those of the photo as it is.
        batch_size: photos a pass; by default what suits the device.
        progress: is called with what is being measured, and how many of how many are done.
        warn: is called with a sentence about each file that cannot be read, and is left out.

    Raises:
        CheckpointError: verdicts are asked for, and the checkpoint is not calibrated or has no index that fits.
        DatasetError: not one of the photos, or of those from elsewhere, can be read.
        UnreadableFile: not one of the unknown pictures of a kind can be read.
        SettingError: a kind of `unknown` has the name of a kind of strangers.
    """
    if verdicts or unknown:
        require_calibration(classifier, checkpoint)
    outcome = collect(classifier, samples, batch_size=batch_size, tta=tta, progress=progress)
    paths = {sample.image_id: sample.path for sample in samples}
    for image_id, reason in outcome.unreadable:
        warn(f"left out: {readable_name(paths[image_id])}: {reason}")
    report = create_report(
        outcome, classifier=classifier, checkpoint=checkpoint, split_name=split_name, split=split, tta=tta
    )
    if verdicts is None:
        verdicts = classifier.is_calibrated and classifier.has_index
    strangers = {}
    if wild:
        answers = answer_all(classifier, wild, batch_size=batch_size, progress=progress, warn=warn)
        report, strangers = replace(report, wild=create_wild_report(answers)), answers.strangers
    if verdicts or unknown:
        measured = measure_verdicts(
            classifier, outcome, unknown=unknown or {}, strangers=strangers, progress=progress, warn=warn
        )
        report = replace(report, verdicts=measured)
    return report


def collect(
    classifier: Classifier,
    samples: Sequence[Sample],
    *,
    batch_size: int | None = None,
    tta: bool = False,
    progress: Progress = ignore,
) -> Outcome:
    """Collect what a classifier says of samples.

    Args:
        classifier: predicts.
        samples: the photos and their classes.
        batch_size: photos a pass; by default what suits the device.
        tta: average the probabilities over `photos.crops.tta_views` of each photo (test-time augmentation).
        progress: is called after each batch.

    Returns:
        The outcome of the photos that could be read, in the order of the samples. Logits and embeddings are of the
        photos as they are, with `tta` too: verdicts are fitted on those.

    Raises:
        DatasetError: not one of the photos can be read.
    """
    rows, logits, embeddings, seen, unreadable, done = [], [], [], [], [], 0
    for looked in look_at_all(classifier, samples, path_of=lambda sample: sample.path, tta=tta, batch_size=batch_size):
        unreadable += [(sample.image_id, reason_of(sample.path, error)) for sample, error in looked.refused]
        seen += looked.seen
        if looked.output and looked.assessment:
            logits.append(looked.output.logits)
            embeddings.append(looked.output.embeddings)
            rows.append(looked.assessment.probabilities)
        done += len(looked.items)
        progress("measuring photos", done, len(samples))
    if not seen:
        reason = f" The first: {unreadable[0][1]}" if unreadable else ""
        raise DatasetError(f"None of the {len(samples)} photos can be read.{reason}")
    return Outcome(
        torch.from_numpy(np.concatenate(rows)),
        torch.tensor([sample.target for sample in seen]),
        tuple(sample.image_id for sample in seen),
        tuple(unreadable),
        np.concatenate(logits),
        np.concatenate(embeddings),
    )


def create_report(
    outcome: Outcome, *, classifier: Classifier, checkpoint: Path, split_name: str, split: str, tta: bool = False
) -> Report:
    """Create the report on an outcome, without verdicts.

    Args:
        outcome: of the photos.
        classifier: that it is of, loaded from the file `checkpoint`.
        checkpoint: the file, which the report names.
        split_name: the way to split, such as “udacity”.
        split: the part, such as “test”.
        tta: whether the probabilities are averaged over views.
    """
    metadata = classifier.metadata
    ids = [label.class_id for label in classifier.classes]
    confidences, positions = outcome.probabilities.max(1)
    own = outcome.probabilities.gather(1, outcome.targets[:, None])[:, 0]
    answers = (
        MeasuredPhoto(image_id, ids[target], ids[position], float(f"{confidence:.4g}"), float(f"{right:.4g}"))
        for image_id, target, position, confidence, right in zip(
            outcome.image_ids,
            outcome.targets.tolist(),
            positions.tolist(),
            confidences.tolist(),
            own.tolist(),
            strict=True,
        )
    )
    return Report(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        tta=tta,
        checkpoint={
            "name": checkpoint.name,
            "fingerprint": file_digest(checkpoint),
            "bytes": checkpoint.stat().st_size,
            "parameters": classifier.weights.parameters,
            "backbone": metadata.backbone,
            "input_size": classifier.input_size,
        },
        data={
            "name": metadata.dataset.name,
            "subject": metadata.dataset.subject,
            "split_name": split_name,
            "split": split,
            "train_photos": metadata.dataset.train_photos,
            "unreadable": [image_id for image_id, _ in outcome.unreadable],
        },
        classes=classifier.classes,
        summary=summarise(outcome),
        per_class=class_figures(outcome, ids),
        calibration=reliability(confidences, outcome.answers == outcome.targets),
        answers=tuple(answers),
        training=metadata.training,
    )
