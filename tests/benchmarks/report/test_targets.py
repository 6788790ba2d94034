from dataclasses import replace

import pytest

from benchmarks.report.parts import PARTS
from benchmarks.report.records import Result
from benchmarks.report.targets import TARGETS, number, targets_table
from tests.benchmarks.report.test_records import RECORD


def test_targets_are_of_parts_that_there_are():
    assert {target.part for target in TARGETS} <= set(PARTS)


def test_each_is_reached_or_not_or_not_measured():
    reached = replace(RECORD, result=Result(figures={"answers_per_s": 100.0, "times_gradio": 7.9}))
    rows = targets_table({"api": reached}).rows
    assert [row[1:] for row in rows[:2]] == [("≥ 100", "100", "yes"), ("≥ 8 ×", "7.9 ×", "no")]
    assert {row[2:] for row in rows[2:]} == {("not measured", "")}
    light = replace(RECORD, result=Result(figures={"first_answer_s": 3.0, "memory_mb": 350.4}))
    found = [row[2:] for row in targets_table({"resources": light}).rows if row[0].startswith("Light set: ")]
    assert found == [("3 s", "yes"), ("350 MB", "no")]


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (0, "0"),
        (0.0004, "0"),
        (0.1234, "0.123"),
        (1.005, "1"),
        (4.567, "4.57"),
        (9.999, "10"),
        (78.94, "78.9"),
        (99.96, "100"),
        (1234.5, "1,234"),
        (1e6, "1,000,000"),
    ],
)
def test_figures_have_three_digits_that_count(figure: float, text: str):
    assert number(figure) == text
