from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.report.parts import Options
from benchmarks.serving import install
from benchmarks.serving.servers import Server


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """scripts/install.sh of a repository that has nothing else."""
    monkeypatch.setattr(install, "ROOT", tmp_path)
    (tmp_path / "scripts").mkdir()
    return tmp_path / "scripts" / "install.sh"


def write(script: Path, line: str) -> None:
    script.write_text(f"#!/bin/sh\n{line}\n")
    script.chmod(0o755)


def test_it_installs_the_light_set_into_a_folder_that_is_taken_away(script: Path, monkeypatch: pytest.MonkeyPatch):
    write(
        script,
        'test "$LEAN $1" = "1 requirements-serve.txt" && mkdir -p "$VENV" && head -c 2000000 /dev/zero >"$VENV/a"',
    )
    started = []

    @contextmanager
    def running(server: Server, *, wait: bool) -> Iterator[Server]:
        started.append(server.environment)
        (server.environment / "compiled").write_bytes(bytes(1_000_000))
        yield server

    monkeypatch.setattr(install, "running", running)
    monkeypatch.setattr(install, "first_answer_s", lambda found, photo: 1.5)
    result = install.measure(Options(Path("a")))
    assert result.figures["install_s"] > 0
    _, _, installed, first_answer, used = result.tables[0].rows[0]
    assert first_answer == "1.5"
    assert float(used) - float(installed) == pytest.approx(1, abs=0.2)
    assert [environment.name for environment in started] == ["venv"]
    assert sorted(path.name for path in script.parents[1].iterdir()) == ["scripts"]


def test_a_failure_has_the_words_of_the_script(script: Path):
    write(script, "echo error: no network >&2; exit 1")
    with pytest.raises(OSError, match="The light set could not be installed: error: no network"):
        install.measure(Options(Path("a")))
