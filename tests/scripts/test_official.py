"""scripts/official.sh, with a Python that writes down what it is asked and leaves what a run would leave."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from classifier.__main__ import build_parser

SCRIPT = Path(__file__).parents[2] / "scripts" / "official.sh"
PYTHON = """#!/usr/bin/env bash
echo "$@" >> "$0.log"
while [ $# -gt 1 ]; do if [ "$1" = --run-dir ]; then mkdir -p "$2" && touch "$2/last.ckpt"; fi; shift; done
if [[ $(tail -1 "$0.log") == *official2* ]] && mkdir "$0.stopped" 2>/dev/null; then exit 130; fi
"""


def test_it_asks_what_there_is_and_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    python, log = tmp_path / "python", tmp_path / "python.log"
    python.write_text(PYTHON)
    python.chmod(0o755)
    environment = {**os.environ, "PYTHON": str(python), "RUNS": str(tmp_path / "runs")}
    codes = [subprocess.run([SCRIPT], env=environment, check=False, timeout=60).returncode for _ in range(2)]
    assert codes == [130, 0]
    asked = [shlex.split(line) for line in log.read_text().splitlines()]
    runs = [words[2:] for words in asked if words[:2] == ["-m", "classifier"]]
    means = [words[2:] for words in asked if words[:2] == ["-m", "scripts.average_checkpoints"]]
    assert len(runs) + len(means) == len(asked)
    for words in runs:
        build_parser().parse_args(words)
    assert sum("--resume" in words for words in runs) == 1
    assert runs[2] == ["train", "--resume", "--run-dir", str(tmp_path / "runs" / "official2")]
    assert runs[-1][-2:] == ["--split", "official-test"]
    # What a run begins with, or a mean is of, is there by then; what is measured is what was made last.
    made: list[str] = []
    for words in asked:
        files = [word for word in words if word.endswith(".safetensors")]
        if "--output" in words:
            made.append(files.pop(files.index(words[words.index("--output") + 1])))
            assert set(files) <= set(made[:-1])
    assert runs[-1][runs[-1].index("--checkpoint") + 1] == made[-1]
    assert [sum(map(float, mean[mean.index("--shares") + 1 : -2])) for mean in means] == pytest.approx([1, 1])
