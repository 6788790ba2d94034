import json
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.errors import ReportError
from classifier.reports.report import ClassFigures, MeasuredPhoto, Report, read_report, report_path, write_report
from tests.making.reports import make_report, make_verdict_report


def test_a_report_survives_writing_and_reading(tmp_path: Path):
    path = tmp_path / "new" / "best.report.json"
    write_report(path, make_report())
    assert read_report(path) == make_report()
    assert [entry.name for entry in path.parent.iterdir()] == ["best.report.json"]


def test_it_names_photos_and_holds_none():
    text = json.dumps(make_report().to_dict())
    assert "base64" not in text
    assert make_report().to_dict()["confusions"] == [{"class_id": 1, "answer_id": 2, "image_ids": (12, 13), "count": 2}]
    assert make_report().to_dict()["confusion_matrix"]["rows"] == [[1, 1, 1], [1, 2, 2], [2, 2, 2]]


def test_examples_stand_in_the_order_of_their_headings():
    report = make_report()
    assert [answer.image_id for answer in report.top_losses[:2]] == [12, 13]
    assert [answer.image_id for answer in report.wrong] == [12, 13]
    assert [answer.image_id for answer in report.uncertain[:2]] == [13, 22]
    assert [answer.image_id for answer in report.correct] == [11, 21, 22]


def test_an_answer_without_any_probability_has_a_finite_loss():
    assert MeasuredPhoto(1, 1, 2, 1.0, 0.0).loss == pytest.approx(27.63, abs=0.01)


def test_class_figures_follow_from_the_counts():
    figures = ClassFigures.count(7, n=10, called=8, right=6)
    assert (figures.recall, figures.precision, figures.f1) == (0.6, 0.75, 0.66667)
    for share, (low, high) in (
        (figures.recall, figures.recall_interval),
        (figures.precision, figures.precision_interval),
        (figures.f1, figures.f1_interval),
    ):
        assert share is not None
        assert 0 < low < share < high < 1


def test_what_was_never_seen_has_no_share_and_an_open_interval():
    figures = ClassFigures.count(7, n=0, called=0, right=0)
    assert (figures.recall, figures.precision, figures.f1) == (None, None, None)
    assert figures.f1_interval == figures.recall_interval == (0.0, 1.0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "cannot be read"),
        ("[]", "not a report"),
        ("[" * 100_000, "cannot be read"),
        (json.dumps({**make_report().to_dict(), "answers": {"rows": [["a", 1, 1, "b", 0.5]]}}), "not a report"),
        ("{}", "not a report"),
        ('{"schema": 99}', "schema 99"),
        (json.dumps({**make_report().to_dict(), "answers": {"rows": [[1]]}}), "not a report"),
        (json.dumps({**make_report().to_dict(), "classes": [{"class_id": "x"}]}), "not a report"),
    ],
)
def test_a_damaged_report_is_refused_with_the_command_that_writes_it(tmp_path: Path, content: str, words: str):
    path = tmp_path / "report.json"
    path.write_text(content)
    with pytest.raises(ReportError, match=words) as caught:
        read_report(path)
    assert "evaluate --report" in str(caught.value)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="cannot be written"):
        write_report(tmp_path / "file" / "report.json", make_report())


def test_the_report_lies_beside_the_checkpoint():
    assert report_path(Path("runs/x/best.safetensors")) == Path("runs/x/best.report.json")


def test_many_photos_stay_small(tmp_path: Path):
    answers = tuple(MeasuredPhoto(number, 1, 1, 0.9876, 0.9876) for number in range(1, 7001))
    write_report(tmp_path / "r.json", replace(make_report(), answers=answers))
    assert (tmp_path / "r.json").stat().st_size < 500_000


def test_a_report_of_the_first_schema_is_read():
    values = replace(make_report(), verdicts=make_verdict_report()).to_dict()
    verdicts = json.loads(json.dumps(values.pop("verdicts")))
    for group in (verdicts["known"], *verdicts["unknown"]):
        found = group["reasons"]
        group["reasons"] = {"not_a_flower": found["not_the_subject"], "unknown_flower": found["other_kind"]}
    earlier = {**values, "schema": 1, "trust": verdicts}
    assert Report.from_dict(json.loads(json.dumps(earlier))).verdicts == make_verdict_report()
    assert Report.from_dict({**values, "schema": 1}).verdicts is None
