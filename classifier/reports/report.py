"""Report of an evaluation: all that was found out about a checkpoint on one split, as plain values.

`python -m classifier evaluate --report` writes it as JSON, next to the checkpoint as NAME.report.json; the site's page
*Model* shows it. It names photos by image id and holds no pixel. Needs neither PyTorch nor the photos.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from math import log
from pathlib import Path
from typing import Any

from classifier import files
from classifier.checkpoint import TrainingInfo
from classifier.checkpoint.upgrade import upgrade_training
from classifier.data.labels import LabelClass
from classifier.data.subject import Subject, subject_of
from classifier.errors import DatasetError, ReportError
from classifier.predictions.values import Confusion
from classifier.reports.intervals import wilson_interval
from classifier.reports.numbers import rounded, share_of
from classifier.reports.trust.targets import Target, judge_targets
from classifier.reports.trust.wild_report import WildReport
from classifier.reports.verdict_report import VerdictReport

SCHEMA = 2
# Below this a probability counts as this, so that a loss is never infinite.
LEAST_PROBABILITY = 1e-12
Interval = tuple[float, float]


@dataclass(frozen=True)
class ClassFigures:
    """Figures of one class: shares from 0 to 1 with 95 % Wilson intervals; None where nothing was counted.

    n: its photos.
    called: photos that the classifier called so.
    right: photos that are both.
    recall: right / n.
    precision: right / called.
    f1: harmonic mean of the two.
    """

    class_id: int
    n: int
    called: int
    right: int
    recall: float | None
    recall_interval: Interval
    precision: float | None
    precision_interval: Interval
    f1: float | None
    f1_interval: Interval

    @classmethod
    def count(cls, class_id: int, *, n: int, called: int, right: int) -> "ClassFigures":
        """Figures that follow from three counts.

        F1 is not a share of photos, but J = right/(n + called − right) is (of the photos that are of the class or were
        called so, those that are both), and F1 = 2J/(1 + J) grows with it: so the interval's ends are those of J.
        """
        either = n + called - right
        ends = wilson_interval(right, either)
        return cls(
            class_id,
            n,
            called,
            right,
            recall=share_of(right, n),
            recall_interval=rounded(wilson_interval(right, n)),
            precision=share_of(right, called),
            precision_interval=rounded(wilson_interval(right, called)),
            f1=share_of(2 * right, n + called),
            f1_interval=rounded((2 * ends[0] / (1 + ends[0]), 2 * ends[1] / (1 + ends[1]))),
        )


@dataclass(frozen=True)
class Bin:
    """Bin of the reliability diagram: photos whose confidence (probability of the answer) is in (low, high].

    n: how many there are.
    right: how many of the answers are right.
    confidence: their mean confidence.
    """

    low: float
    high: float
    n: int
    right: int
    confidence: float


@dataclass(frozen=True)
class MeasuredPhoto:
    """Photo with what was said of it.

    class_id: its class.
    answer_id: the class that it was taken for.
    confidence: the probability of the answer.
    own: the probability of the right class.
    """

    image_id: int
    class_id: int
    answer_id: int
    confidence: float
    own: float

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> "MeasuredPhoto":
        """From a row of the table of answers; raises TypeError or ValueError for anything but five numbers."""
        image_id, class_id, answer_id, confidence, own = row
        return cls(int(image_id), int(class_id), int(answer_id), float(confidence), float(own))

    @property
    def is_right(self) -> bool:
        """Whether the answer is the photo's class."""
        return self.class_id == self.answer_id

    @property
    def loss(self) -> float:
        """Negative log-likelihood of the right class, in nats."""
        return -log(max(self.own, LEAST_PROBABILITY))


@dataclass(frozen=True)
class Report:
    """Everything that was measured of one checkpoint on one split.

    created: when, in ISO 8601.
    tta: whether probabilities were averaged over several views of each photo.
    checkpoint: name, fingerprint (SHA-256 of the file, first 16 digits), bytes, parameters, backbone, input_size.
    data: name, subject, split_name, split, train_photos, unreadable (image ids that could not be read).
    summary: what `evaluation.metrics.summarise` says.
    per_class: one a class. calibration: the bins of the reliability diagram. answers: one a photo.
    training: settings and history of the training; empty when unknown.
    verdicts: None when the checkpoint was not calibrated, or the report was written before there was this part.
    wild: of photos from elsewhere; None where none were measured.
    """

    created: str
    tta: bool
    checkpoint: Mapping[str, Any]
    data: Mapping[str, Any]
    classes: tuple[LabelClass, ...]
    summary: Mapping[str, Any]
    per_class: tuple[ClassFigures, ...]
    calibration: tuple[Bin, ...]
    answers: tuple[MeasuredPhoto, ...]
    training: TrainingInfo
    verdicts: VerdictReport | None = None
    wild: WildReport | None = None

    @cached_property
    def subject(self) -> Subject:
        """What the classes are kinds of."""
        return subject_of(self.data.get("name"), self.data.get("subject"))

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """Targets of the lists, judged; none where no verdict was measured."""
        return judge_targets(self.verdicts, self.wild) if self.verdicts else ()

    @cached_property
    def labels(self) -> Mapping[int, LabelClass]:
        return {label.class_id: label for label in self.classes}

    @cached_property
    def cells(self) -> Mapping[tuple[int, int], tuple[MeasuredPhoto, ...]]:
        """The confusion matrix: (class id, answer's id) → its photos, most confident first."""
        found: dict[tuple[int, int], list[MeasuredPhoto]] = {}
        for answer in sorted(self.answers, key=lambda answer: -answer.confidence):
            found.setdefault((answer.class_id, answer.answer_id), []).append(answer)
        return {cell: tuple(answers) for cell, answers in found.items()}

    @cached_property
    def confusions(self) -> tuple[Confusion, ...]:
        """The mistakes by pair of classes, most frequent first."""
        found = [
            Confusion(said=said, was=was, count=len(photos), image_ids=tuple(photo.image_id for photo in photos))
            for (was, said), photos in self.cells.items()
            if was != said
        ]
        return tuple(sorted(found, key=lambda pair: (-pair.count, pair.was, pair.said)))

    @cached_property
    def top_losses(self) -> tuple[MeasuredPhoto, ...]:
        """All answers, the greatest loss first."""
        return tuple(sorted(self.answers, key=lambda answer: (-answer.loss, answer.image_id)))

    @cached_property
    def wrong(self) -> tuple[MeasuredPhoto, ...]:
        """The wrong answers, the most confident first."""
        return _surest_first(answer for answer in self.answers if not answer.is_right)

    @cached_property
    def uncertain(self) -> tuple[MeasuredPhoto, ...]:
        """All answers, the least confident first."""
        return tuple(sorted(self.answers, key=lambda answer: (answer.confidence, answer.image_id)))

    @cached_property
    def correct(self) -> tuple[MeasuredPhoto, ...]:
        """The right answers, the most confident first."""
        return _surest_first(answer for answer in self.answers if answer.is_right)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON. Photos are listed once; the confusions name them again, for other readers."""
        rows = [[a.image_id, a.class_id, a.answer_id, a.confidence, a.own] for a in self.answers]
        return {
            "schema": SCHEMA,
            "created": self.created,
            "tta": self.tta,
            "checkpoint": dict(self.checkpoint),
            "data": dict(self.data),
            "classes": [label.to_dict() for label in self.classes],
            "summary": dict(self.summary),
            "per_class": [asdict(figures) for figures in self.per_class],
            "calibration": [asdict(each) for each in self.calibration],
            "confusion_matrix": {
                "columns": ["class_id", "answer_id", "count"],
                "rows": [[*cell, len(answers)] for cell, answers in sorted(self.cells.items())],
            },
            "confusions": [
                {"class_id": pair.was, "answer_id": pair.said, "image_ids": pair.image_ids, "count": pair.count}
                for pair in self.confusions
            ],
            "examples": {
                "top_losses": _ids(self.top_losses),
                "correct": _ids(self.correct),
                "wrong": _ids(self.wrong),
                "uncertain": _ids(self.uncertain),
            },
            "answers": {"columns": ["image_id", "class_id", "answer_id", "confidence", "own"], "rows": rows},
            "training": self.training.to_dict(),
            "verdicts": self.verdicts.to_dict() if self.verdicts else None,
            "wild": self.wild.to_dict() if self.wild else None,
            "targets": [target.to_dict() for target in self.targets],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Report":
        """The inverse of `to_dict`.

        Raises:
            ReportError: another schema, or something is missing or of the wrong kind.
        """
        try:
            values = upgrade(values)
            if values["schema"] != SCHEMA:
                raise ReportError(f"The report has schema {values['schema']}; this version reads {SCHEMA}. {AGAIN}")
            return cls(
                created=str(values["created"]),
                tta=bool(values["tta"]),
                checkpoint=dict(values["checkpoint"]),
                data=dict(values["data"]),
                classes=tuple(LabelClass.from_dict(entry) for entry in values["classes"]),
                summary=dict(values["summary"]),
                per_class=tuple(ClassFigures(**_with_tuples(entry)) for entry in values["per_class"]),
                calibration=tuple(Bin(**entry) for entry in values["calibration"]),
                answers=tuple(map(MeasuredPhoto.from_row, values["answers"]["rows"])),
                training=TrainingInfo.from_dict(values["training"]),
                verdicts=None if values.get("verdicts") is None else VerdictReport.from_dict(values["verdicts"]),
                wild=WildReport.from_dict(values.get("wild")),
            )
        except (DatasetError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise ReportError(f"This is not a report that “evaluate --report” wrote ({error!r}). {AGAIN}") from error


def upgrade(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a report of an earlier schema as those of today's; others stay as they are.

    Schema 1 had the settings of a training among its results, the verdicts under "trust", and reasons of an “unknown”
    that named flowers.
    """
    if values["schema"] != 1:
        return values
    earlier = {key: value for key, value in values.items() if key != "trust"}
    verdicts = values.get("trust")
    if verdicts is not None:
        groups = {"known": _upgraded_group(verdicts["known"]), "unknown": [*map(_upgraded_group, verdicts["unknown"])]}
        verdicts = {**verdicts, **groups}
    training = upgrade_training(values["training"])
    return {**earlier, "schema": SCHEMA, "training": training, "verdicts": verdicts}


def _upgraded_group(group: Mapping[str, Any]) -> Mapping[str, Any]:
    names = {"not_a_flower": "not_the_subject", "unknown_flower": "other_kind"}
    return {**group, "reasons": {names[code]: count for code, count in group["reasons"].items()}}


AGAIN = "Write it again: python -m classifier evaluate --report."


def report_path(checkpoint: Path) -> Path:
    """Where the report of a checkpoint is looked for: runs/x/best.safetensors → runs/x/best.report.json."""
    return checkpoint.with_suffix(".report.json")


def read_report(path: Path) -> Report:
    """The report that `write_report` wrote.

    Raises:
        ReportError: there is no such file, it cannot be read, or it is not a report of this version.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ReportError(f"The report {path} cannot be read: {error}. {AGAIN}") from error
    return Report.from_dict(values)


def write_report(path: Path, report: Report) -> None:
    """Write the JSON, one part a line; the file appears complete or not at all.

    Raises:
        ReportError: the folder cannot be written.
    """
    parts = (f"{json.dumps(key)}: {_line(value)}" for key, value in report.to_dict().items())
    write_text(path, "{\n" + ",\n".join(parts) + "\n}\n")


def write_text(path: Path, text: str) -> None:
    """As `write_report`, any text."""
    try:
        files.write_text(path, text)
    except OSError as error:
        raise ReportError(
            f"{path} cannot be written: {error.strerror}. Make room, allow writing there, or name another folder."
        ) from error


def _line(value: Any) -> str:
    return files.to_json(value, separators=(",", ":"))


def _surest_first(answers: Iterable[MeasuredPhoto]) -> tuple[MeasuredPhoto, ...]:
    return tuple(sorted(answers, key=lambda answer: (-answer.confidence, answer.image_id)))


def _ids(answers: Sequence[MeasuredPhoto], most: int = 24) -> list[int]:
    return [answer.image_id for answer in answers[:most]]


def _with_tuples(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
