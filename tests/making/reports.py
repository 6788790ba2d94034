"""A report on the garden of `tests/making/fakes.py`: as `evaluate` writes it of a model that errs now and then."""

from pathlib import Path

from classifier.checkpoint import TrainingInfo
from classifier.data.collection import Collection
from classifier.data.labels import LabelClass
from classifier.reports.report import Bin, ClassFigures, MeasuredPhoto, Report, report_path, write_report
from classifier.reports.trust.estimates import Estimate
from classifier.reports.trust.wild_report import KnownPhotos, Source, Strangers, WildReport
from classifier.reports.verdict_report import Group, VerdictReport


def make_garden_report(garden: Collection) -> Report:
    """Of every class but the first and the last, the first test photo is called the next class."""
    ids = [label.class_id for label in garden.classes]
    answers = []
    for place, class_id in enumerate(ids):
        for number, photo in enumerate(garden.of_class(class_id, split_name="home", split="test")):
            wrong = number == 0 and 0 < place < len(ids) - 1
            said = ids[place + 1] if wrong else class_id
            answers.append(MeasuredPhoto(photo.image_id, class_id, said, 0.8, 0.15 if wrong else 0.8))
    right = sum(answer.is_right for answer in answers)

    def count(class_id: int) -> ClassFigures:
        return ClassFigures.count(
            class_id,
            n=sum(answer.class_id == class_id for answer in answers),
            called=sum(answer.answer_id == class_id for answer in answers),
            right=sum(answer.is_right for answer in answers if answer.class_id == class_id),
        )

    return Report(
        created="2026-03-01T10:00:00+00:00",
        tta=False,
        checkpoint={"name": "garden.safetensors", "fingerprint": "f" * 16, "bytes": 1_500_000, "parameters": 360_000,
                    "backbone": "tiny_net", "input_size": 96},
        data={"name": "garden", "subject": "flower", "split_name": "home", "split": "test", "train_photos": 28,
              "unreadable": []},
        classes=garden.classes,
        summary={"n": len(answers), "top1": right / len(answers), "top5": 1.0, "mean_class": 0.6, "nll": 0.7,
                 "brier": 0.4, "ece": 0.05, "top1_interval": [0.4, 0.9]},
        per_class=tuple(count(class_id) for class_id in ids),
        calibration=(Bin(0.75, 0.8125, len(answers), right, 0.8),),
        answers=tuple(answers),
        training=TrainingInfo(settings={"epochs": 5, "head_epochs": 1}, best_epoch=3, history=tuple(
            {"epoch": epoch, "train_loss": 2 / epoch, "train_top1": epoch / 5, "valid_loss": 1.8 / epoch,
             "valid_top1": epoch / 4, "seconds": 40.0}
            for epoch in (1, 2, 3))),
    )  # fmt: skip


def plant_report(garden: Collection, checkpoint: Path) -> Report:
    """Write it beside a checkpoint that need not exist."""
    report = make_garden_report(garden)
    write_report(report_path(checkpoint), report)
    return report


def make_report() -> Report:
    """Two classes, five photos: two of the first called the second, one of them hardly sure."""
    answers = (
        MeasuredPhoto(11, 1, 1, 0.99, 0.99),
        MeasuredPhoto(12, 1, 2, 0.9, 0.1),
        MeasuredPhoto(13, 1, 2, 0.51, 0.49),
        MeasuredPhoto(21, 2, 2, 0.8, 0.8),
        MeasuredPhoto(22, 2, 2, 0.7, 0.7),
    )
    return Report(
        created="2026-01-02T03:04:05+00:00",
        tta=False,
        checkpoint={"name": "best.safetensors", "fingerprint": "0" * 16, "bytes": 9, "parameters": 8, "backbone": "b",
                    "input_size": 32},
        data={"name": "pair", "subject": "flower", "split_name": "split", "split": "test", "train_photos": 7,
              "unreadable": []},
        classes=(LabelClass(1, "daisy <b>"), LabelClass(2, "rose")),
        summary={"n": 5, "top1": 0.6, "top5": 1.0, "mean_class": 0.66667, "nll": 0.7, "brier": 0.4, "ece": 0.2,
                 "top1_interval": [0.23, 0.88]},
        per_class=(ClassFigures.count(1, n=3, called=1, right=1), ClassFigures.count(2, n=2, called=4, right=2)),
        calibration=(Bin(0.5, 1.0, 5, 3, 0.78),),
        answers=answers,
        training=TrainingInfo(settings={"head_epochs": 1}, best_epoch=2, history=tuple(
            {"epoch": epoch, "train_loss": 1.0, "train_top1": 0.5, "valid_loss": 0.9, "valid_top1": 0.6}
            for epoch in (1, 2, 3))),
    )  # fmt: skip


def make_verdict_report() -> VerdictReport:
    """Of 200 photos 160 are confident, 30 unsure and 10 turned away; of 50 other plants 40, of 20 shoes all."""
    return VerdictReport(
        ece=0.012,
        known=Group(
            "",
            {"confident": 160, "unsure": 30, "unknown": 10},
            {"confident": 159, "unsure": 20, "unknown": 3},
            {"not_the_subject": 4, "other_kind": 6},
            (2, 8, 90, 100),
        ),
        covered=187,
        promised=0.95,
        set_sizes=(10, 165, 20, 5),
        edges=(-2.0, -1.0, 0.0, 1.0, 2.0),
        unknown=(
            Group("other <plants>", {"confident": 2, "unsure": 8, "unknown": 40},
                  {"confident": 0, "unsure": 0, "unknown": 0}, {"not_the_subject": 10, "other_kind": 30},
                  (10, 30, 9, 1), 0.9),
            Group("shoes", {"confident": 0, "unsure": 0, "unknown": 20},
                  {"confident": 0, "unsure": 0, "unknown": 0}, {"not_the_subject": 20, "other_kind": 0},
                  (20, 0, 0, 0), 1.0),
        ),
        auroc=0.93,
    )  # fmt: skip


def make_wild_report() -> WildReport:
    """Of 60 known photos from 12 sources 48 are right at once and 10 of 12 lists; of 20 other plants 15 turned away."""
    counts = {
        "top1": (48, 60), "top5": (57, 60), "mean_class_top1": (3, 4), "mean_class_top5": (19, 20),
        "turned_away": (6, 60), "confident_share": (42, 60), "confident_precision": (41, 42), "list_coverage": (10, 12),
    }  # fmt: skip
    figures = {name: Estimate.of_share(*count) for name, count in counts.items()}
    return WildReport(
        name="friends.csv",
        known=KnownPhotos(60, 2, 12, "sources", 0.04, figures={**figures, "list_length": Estimate(2.5, 2.1, 2.9, 12)}),
        strangers=(
            Strangers("other-<plant>", 20, 3, "photos", Estimate.of_share(15, 20), Estimate.of_share(1, 20)),
            Strangers("shoe", 2, 0, "photos", None, None),
        ),
        by_source=(Source("ann [x]", 5, 1, 2, 1, 0, 1), Source("bob", 5, 5, 0, 0, 0, 0)),
        source_column="author",
        left_out=3,
    )
