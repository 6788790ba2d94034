from pathlib import Path

import pytest

from benchmarks.report.parts import Options
from benchmarks.serving import install


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """scripts/install.sh of a repository that has nothing else."""
    monkeypatch.setattr(install, "ROOT", tmp_path)
    (tmp_path / "scripts").mkdir()
    return tmp_path / "scripts" / "install.sh"


def write(script: Path, line: str) -> None:
    script.write_text(f"#!/bin/sh\n{line}\n")
    script.chmod(0o755)


def test_it_installs_the_light_set_into_a_folder_that_is_taken_away(script: Path):
    write(
        script,
        'test "$LEAN $1" = "1 requirements-serve.txt" && mkdir -p "$VENV" && head -c 2000000 /dev/zero >"$VENV/a"',
    )
    result = install.measure(Options(Path("a")))
    assert result.figures["install_s"] > 0
    assert result.tables[0].rows[0][2].startswith("2")
    assert sorted(path.name for path in script.parents[1].iterdir()) == ["scripts"]


def test_a_failure_has_the_words_of_the_script(script: Path):
    write(script, "echo error: no network >&2; exit 1")
    with pytest.raises(OSError, match="The light set could not be installed: error: no network"):
        install.measure(Options(Path("a")))
