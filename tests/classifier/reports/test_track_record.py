"""Track records from a report's answers."""

import pytest

from classifier.checkpoint import TrainingInfo
from classifier.data.labels import LabelClass
from classifier.errors import ReportError
from classifier.reports.report import MeasuredPhoto, Report
from classifier.reports.track_record import TrackRecords

ANSWERS = (
    MeasuredPhoto(1, 7, 7, 0.99, 0.99),
    MeasuredPhoto(2, 7, 7, 0.97, 0.97),
    MeasuredPhoto(3, 8, 7, 0.96, 0.01),
    MeasuredPhoto(4, 8, 8, 0.60, 0.60),
    MeasuredPhoto(5, 7, 8, 0.40, 0.30),
)


def make_report(*, split: str = "test", tta: bool = False, answers: tuple[MeasuredPhoto, ...] = ANSWERS) -> Report:
    return Report(
        created="2026-01-01",
        tta=tta,
        checkpoint={"fingerprint": "ab"},
        data={"split": split},
        classes=(LabelClass(7, "Rose"), LabelClass(8, "Tulip")),
        summary={},
        per_class=(),
        calibration=(),
        answers=answers,
        training=TrainingInfo(),
    )


@pytest.mark.parametrize(
    ("class_id", "confidence", "n", "right", "overall"),
    [
        (7, 0.99, 3, 2, (3, 2)),
        (8, 0.7, 1, 1, (1, 1)),
        (7, 0.7, 0, 0, (1, 1)),
        (8, 0.3, 1, 0, (1, 0)),
        (9, 1.0, 0, 0, (3, 2)),
    ],
)
def test_counts(class_id, confidence, n, right, overall):
    record = TrackRecords.from_report(make_report(), fingerprint="ab").of(class_id, confidence)
    assert (record.n, record.right) == (n, right)
    assert (record.overall_n, record.overall_right) == overall
    assert record.low_confidence < confidence <= record.high_confidence
    assert record.share == (right / n if n else None)
    assert 0 <= record.low <= (record.share or 0) <= record.high <= 1


def test_confusions_go_both_ways():
    record = TrackRecords.from_report(make_report()).of(7, 0.9)
    assert {(c.said, c.was, c.count, c.image_ids) for c in record.confusions} == {(7, 8, 1, (3,)), (8, 7, 1, (5,))}


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (make_report(split="valid"), "test photos"),
        (make_report(tta=True), "several views"),
        (make_report(), "another checkpoint"),
    ],
)
def test_reports_that_do_not_serve(report, words):
    with pytest.raises(ReportError, match=words):
        TrackRecords.from_report(report, fingerprint="cd")
