"""Scripts of several stages, with a Python that writes down what it is asked and leaves what a run would leave."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from classifier.__main__ import build_parser

SCRIPTS = Path(__file__).parents[2] / "scripts"
PYTHON = """#!/usr/bin/env bash
echo "$@" >> "$0.log"
while [ $# -gt 1 ]; do if [ "$1" = --run-dir ]; then mkdir -p "$2" && touch "$2/last.ckpt"; fi; shift; done
if [[ $(tail -1 "$0.log") =~ (official2|weights)/ ]] && mkdir "$0.stopped" 2>/dev/null; then exit 130; fi
"""


def run_twice(script: str, folder: Path, **more: str) -> list[list[str]]:
    """What a script that is stopped in a stage and begun again asks of Python."""
    python = folder / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    environment = {**os.environ, "PYTHON": str(python), "RUNS": str(folder / "runs"), **more}
    codes = [subprocess.run([SCRIPTS / script], env=environment, check=False, timeout=60).returncode for _ in range(2)]
    assert codes == [130, 0]
    return [shlex.split(line) for line in (folder / "python.log").read_text().splitlines()]


def check(asked: list[list[str]]) -> tuple[list[list[str]], list[list[str]]]:
    """The commands and the means among what was asked, each possible, and with files that are there by then."""
    runs = [words[2:] for words in asked if words[:2] == ["-m", "classifier"]]
    means = [words[2:] for words in asked if words[:2] == ["-m", "scripts.average_checkpoints"]]
    drawings = [words for words in asked if words[:2] == ["-m", "scripts.draw_strangers"]]
    assert len(runs) + len(means) + len(drawings) == len(asked)
    assert len({tuple(words) for words in drawings}) <= 1
    for words in runs:
        build_parser().parse_args(words)
    assert sum("--resume" in words for words in runs) == 1
    made: list[str] = []
    for words in asked:
        files = [word for word in words if word.endswith(".safetensors")]
        if "--output" in words:
            made.append(files.pop(files.index(words[words.index("--output") + 1])))
            assert set(files) <= set(made[:-1])
    # What is measured is what was made last.
    assert runs[-1][runs[-1].index("--checkpoint") + 1] == made[-1]
    for mean in means:
        assert sum(map(float, mean[mean.index("--shares") + 1 : -2])) == pytest.approx(1)
    return runs, means


def test_the_official_split_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    runs, means = check(run_twice("official.sh", tmp_path))
    assert runs[2] == ["train", "--resume", "--run-dir", str(tmp_path / "runs" / "official2")]
    assert runs[-2] == ["export", "--checkpoint", str(tmp_path / "runs" / "official.safetensors")]
    assert runs[-1][-2:] == ["--split", "official-test"]
    assert len(means) == 2


def test_the_weights_take_five_commands_and_go_on_where_they_were_stopped(tmp_path: Path) -> None:
    for table in ("learn", "aside"):
        (tmp_path / f"{table}.csv").touch()
    asked = run_twice("weights.sh", tmp_path, ELSEWHERE=str(tmp_path), WILD="wild.csv")
    runs, means = check(asked)
    assert runs[2] == ["train", "--resume", "--run-dir", str(tmp_path / "runs" / "weights")]
    assert [words[0] for words in runs] == ["train", "train", "train", "calibrate", "evaluate"]
    drawn = str(tmp_path / "runs" / "drawn")
    assert asked[0] == ["-m", "scripts.draw_strangers", drawn]
    assert drawn in runs[1]
    assert runs[-1][-2:] == ["--wild", "wild.csv"]
    assert not means


def test_the_weights_need_photos_from_elsewhere(tmp_path: Path) -> None:
    environment = {**os.environ, "ELSEWHERE": str(tmp_path)}
    done = subprocess.run([SCRIPTS / "weights.sh"], env=environment, check=False, capture_output=True, timeout=60)
    assert done.returncode == 1
    assert b"set ELSEWHERE to the folder with learn.csv" in done.stderr
