"""Measuring on photos from elsewhere: of the classes by other people, and of strangers that are none of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from classifier.data.elsewhere.photo_set import KNOWN, PhotoSet, SetPhoto
from classifier.data.folder_tree import left_out_sentence
from classifier.errors import DatasetError
from classifier.evaluation.metrics import calibration_error
from classifier.evaluation.resampling import Resampling
from classifier.evaluation.verdicts import Judged, judge
from classifier.inference.batch import look_at_all
from classifier.inference.classifier import Classifier
from classifier.photos.streaming import Progress, ignore
from classifier.reports.trust.estimates import Estimate
from classifier.reports.trust.wild_report import KNOWN_FIGURES, KnownPhotos, Source, Strangers, WildReport

Floats = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]
TOP = 5


@dataclass(frozen=True)
class WildAnswers:
    """Answers to the N photos of a set.

    Attributes:
        photo_set: where the photos are from.
        photos: the N that could be read.
        ranks: (N,) how many classes are likelier than the right one, of several right ones than the likeliest; −1 for a
            stranger.
        confidence: (N,) the probability of the answer.
        judged: the verdicts; None where the checkpoint is not calibrated.
        unreadable: how many photos of the set could not be read.
    """

    photo_set: PhotoSet
    photos: tuple[SetPhoto, ...]
    ranks: NDArray[np.int64]
    confidence: Floats
    judged: Judged | None
    unreadable: int = 0

    @cached_property
    def known(self) -> Mask:
        """(N,): which photos are of the classes."""
        return np.array([photo.kind == KNOWN for photo in self.photos], dtype=bool)

    def of_kind(self, kind: str) -> Mask:
        """(N,): which photos are of this kind."""
        return np.array([photo.kind == kind for photo in self.photos], dtype=bool)

    @property
    def kinds(self) -> list[str]:
        """Kinds of strangers, in order."""
        return sorted({photo.kind for photo in self.photos} - {KNOWN})

    @property
    def strangers(self) -> dict[str, Judged]:
        """Judgements of the strangers by what they show ("other-plant" → "other plant"); none without calibration."""
        if self.judged is None:
            return {}
        return {kind.replace("-", " "): self.judged.select(self.of_kind(kind)) for kind in self.kinds}


def measure_wild(
    classifier: Classifier,
    photo_set: PhotoSet,
    *,
    batch_size: int | None = None,
    progress: Progress = ignore,
    warn: Callable[[str], object] = ignore,
) -> WildReport:
    """Measure a classifier on photos from elsewhere.

    Args:
        classifier: any; without calibration or index there are no figures of verdicts.
        photo_set: see `data.elsewhere.photo_set.read_photo_set`.
        batch_size: photos a pass; by default what suits the device.
        progress: is called with what is being measured, and how many of how many are done.
        warn: is called with a sentence about each photo that cannot be read, and is left out.

    Raises:
        DatasetError: not one of the photos can be read.
    """
    answers = answer_all(classifier, photo_set, batch_size=batch_size, progress=progress, warn=warn)
    return create_wild_report(answers)


def answer_all(
    classifier: Classifier,
    photo_set: PhotoSet,
    *,
    batch_size: int | None = None,
    progress: Progress = ignore,
    warn: Callable[[str], object] = ignore,
) -> WildAnswers:
    """Answer all photos of a set; see `measure_wild` for what it takes and raises."""
    seen: list[SetPhoto] = []
    logits, embeddings, shares, done = [], [], [], 0
    for looked in look_at_all(classifier, photo_set.photos, path_of=lambda photo: photo.path, batch_size=batch_size):
        for photo, error in looked.refused:
            warn(left_out_sentence(photo.path, error))
        seen += looked.seen
        if looked.output and looked.assessment:
            logits.append(looked.output.logits)
            embeddings.append(looked.output.embeddings)
            shares.append(looked.assessment.probabilities)
        done += len(looked.items)
        progress("measuring photos from elsewhere", done, len(photo_set.photos))
    if not seen:
        raise DatasetError(f"None of the {len(photo_set.photos)} photos of {photo_set.name} can be read.")
    return _answers(
        classifier,
        photo_set,
        seen,
        logits=np.concatenate(logits),
        embeddings=np.concatenate(embeddings),
        shares=np.concatenate(shares),
    )


def _answers(
    classifier: Classifier,
    photo_set: PhotoSet,
    seen: list[SetPhoto],
    *,
    logits: Floats,
    embeddings: Floats,
    shares: Floats,
) -> WildAnswers:
    # Of several right classes the likeliest: it is first, among five, or on the list exactly if one of them is.
    positions = np.array([likeliest(photo.positions, row) for photo, row in zip(seen, shares, strict=True)])
    order = np.argsort(-shares, axis=1, kind="stable")
    ranks = np.where(positions < 0, -1, (order == positions[:, None]).argmax(axis=1))
    judged = None
    if classifier.is_calibrated and classifier.has_index:
        judged = judge(classifier, logits=logits, embeddings=embeddings, positions=positions, shares=shares)
    return WildAnswers(
        photo_set,
        tuple(seen),
        ranks=ranks,
        confidence=shares.max(axis=1),
        judged=judged,
        unreadable=len(photo_set.photos) - len(seen),
    )


def likeliest(positions: Sequence[int], shares: Floats) -> int:
    """The likeliest of some class positions, by the probabilities (C,) of all classes; −1 of none."""
    return max(positions, key=lambda position: float(shares[position]), default=-1)


def create_wild_report(answers: WildAnswers) -> WildReport:
    """Create the report on answers: count them, with intervals."""
    photo_set = answers.photo_set
    return WildReport(
        name=photo_set.name,
        known=_known(answers) if answers.known.any() else None,
        strangers=tuple(_strangers(answers, kind) for kind in answers.kinds),
        by_source=_by_source(answers),
        source_column=photo_set.source_column,
        left_out=len(photo_set.left_out) + answers.unreadable,
    )


def _known(answers: WildAnswers) -> KnownPhotos:
    among = answers.known
    photos = [photo for photo in answers.photos if photo.kind == KNOWN]
    classes = np.array([photo.positions[0] for photo in photos])
    resampling = Resampling([photo.source for photo in photos])
    first, near = answers.ranks[among] == 0, answers.ranks[among] < TOP
    figures: dict[str, Estimate | None] = dict.fromkeys(KNOWN_FIGURES)
    figures |= {
        "top1": resampling.share(first),
        "top5": resampling.share(near),
        "mean_class_top1": resampling.mean_over_classes(first, classes),
        "mean_class_top5": resampling.mean_over_classes(near, classes),
    }
    if answers.judged is not None:
        judged = answers.judged.select(among)
        confident, unsure = judged.are("confident"), judged.are("unsure")
        figures |= {
            "turned_away": resampling.share(judged.are("unknown")),
            "confident_share": resampling.share(confident),
            "confident_precision": resampling.share(first, confident),
            "list_coverage": resampling.share(judged.covered, unsure),
            "list_length": resampling.mean(judged.set_sizes.astype(float), unsure),
        }
    confidence = torch.as_tensor(answers.confidence[among], dtype=torch.float32)
    ece = round(calibration_error(confidence, torch.as_tensor(first)), 5)
    return KnownPhotos(
        len(photos),
        len(set(classes.tolist())),
        resampling.sources,
        intervals=resampling.unit,
        ece=ece,
        figures=figures,
    )


def _strangers(answers: WildAnswers, kind: str) -> Strangers:
    among = answers.of_kind(kind)
    resampling = Resampling([photo.source for photo in answers.photos if photo.kind == kind])
    away, named = None, None
    if answers.judged is not None:
        judged = answers.judged.select(among)
        away, named = resampling.share(judged.are("unknown")), resampling.share(judged.are("confident"))
    return Strangers(kind, int(among.sum()), resampling.sources, resampling.unit, turned_away=away, confident=named)


def _by_source(answers: WildAnswers) -> tuple[Source, ...]:
    nobody = np.zeros(len(answers.photos), dtype=bool)
    away = answers.judged.are("unknown") if answers.judged else nobody
    confident = answers.judged.are("confident") if answers.judged else nobody
    names = np.array([photo.source for photo in answers.photos], dtype=object)
    found = []
    for name in sorted(set(names) - {""}):
        known, strangers = answers.known & (names == name), ~answers.known & (names == name)
        found.append(
            Source(
                name,
                known=int(known.sum()),
                right=int((answers.ranks[known] == 0).sum()),
                known_away=int((known & away).sum()),
                strangers=int(strangers.sum()),
                strangers_away=int((strangers & away).sum()),
                named=int((strangers & confident).sum()),
            )
        )
    return tuple(sorted(found, key=lambda source: (-source.at_least_wrong, -source.mistakes, source.name)))
