import time
from pathlib import Path

import pytest

from benchmarks.predict import Pair, compare, main


def test_the_ratio_says_how_many_times_as_long_the_first_takes():
    result = compare(Pair("slow", "fast", lambda: time.sleep(0.06), lambda: time.sleep(0.01)), rounds=3)
    assert result.ratio_low <= result.ratio <= result.ratio_high
    assert 1.5 < result.ratio < 6.5
    assert result.first_ms > result.second_ms >= 10


def test_the_two_take_turns_and_preparing_is_not_timed():
    said: list[str] = []
    pair = Pair(
        "a",
        "b",
        lambda: said.append("a"),
        lambda: said.append("b"),
        lambda: (said.append("prepare a"), time.sleep(0.01)),
        lambda: said.append("prepare b"),
    )
    assert compare(pair, rounds=2).first_ms < 5
    assert said == ["prepare a", "a", "prepare b", "b"] * 3  # one round does not count


def test_without_a_checkpoint_it_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    assert main(["--checkpoint", str(tmp_path / "no.safetensors")]) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_too_few_rounds_are_wrong_usage():
    with pytest.raises(SystemExit) as stopped:
        main(["--rounds", "1"])
    assert stopped.value.code == 2
