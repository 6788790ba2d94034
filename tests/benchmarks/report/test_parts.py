from pathlib import Path

import pytest

from benchmarks.report.parts import PARTS, Options, Part


@pytest.mark.parametrize("name", PARTS)
def test_each_part_is_measured_by_a_function(name: str):
    assert callable(PARTS[name].find())


@pytest.mark.parametrize("module", ["benchmarks.none", "benchmarks.none.at_all", "benchmarks.report.records"])
def test_what_is_missing_is_not_found(module: str):
    assert Part("", module, "").find() is None


def test_quick_takes_two_rounds_and_little_time():
    usual, quick = Options(Path("a")), Options(Path("a"), quick=True)
    assert (usual.rounds(9), usual.seconds(5)) == (9, 5)
    assert (quick.rounds(9), quick.seconds(5)) == (2, 1.5)
    assert quick.seconds(1) == 1
