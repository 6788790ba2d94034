"""A report on the garden of `tests/making/fakes.py`: as `evaluate` writes it of a model that errs now and then."""

from pathlib import Path

from classifier.data.collection import Collection
from classifier.reports.report import Answer, Bin, ClassFigures, Report, report_path, write_report


def make_garden_report(garden: Collection) -> Report:
    """Of every class but the first and the last, the first test photo is called the next class."""
    ids = [label.class_id for label in garden.classes]
    answers = []
    for place, class_id in enumerate(ids):
        for number, photo in enumerate(garden.of_class(class_id, split_name="home", split="test")):
            wrong = number == 0 and 0 < place < len(ids) - 1
            said = ids[place + 1] if wrong else class_id
            answers.append(Answer(photo.image_id, class_id, said, 0.8, 0.15 if wrong else 0.8))
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
        training={"epochs": 5, "head_epochs": 1, "best_epoch": 3, "history": [
            {"epoch": epoch, "train_loss": 2 / epoch, "train_top1": epoch / 5, "valid_loss": 1.8 / epoch,
             "valid_top1": epoch / 4, "seconds": 40.0}
            for epoch in (1, 2, 3)]},
    )  # fmt: skip


def plant_report(garden: Collection, checkpoint: Path) -> Report:
    """Write it beside a checkpoint that need not exist."""
    report = make_garden_report(garden)
    write_report(report_path(checkpoint), report)
    return report
