import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.table import Table

from classifier.cli.printing import PlainConsole, print_as_json, printable

ROOT = Path(__file__).parents[3]
ODD = ["tulip [red]", "tulip [white]", ":rose: pink", "a[bold]b", "[/i]", "100 [link=x]y[/link]"]


def shown(*texts: object) -> str:
    file = io.StringIO()
    console = PlainConsole(file=file, width=200, force_terminal=True, color_system="truecolor")
    for text in texts:
        console.print(text)
    return file.getvalue()


@pytest.mark.parametrize("name", ODD)
def test_names_are_shown_as_they_are(name: str) -> None:
    table = Table(name, title=name)
    table.add_row(name)
    found = shown(table, f"It is {name}.")
    assert found.count(name) == 4


def test_names_cannot_steer_the_terminal() -> None:
    table = Table("class")
    table.add_row("red\x1b[2Jrose\x07\x9b1m")
    found = shown(table, "a\x1b]0;title\x07b")
    assert "\x1b[2J" not in found
    assert "\x07" not in found
    assert "\x9b" not in found
    assert "red�[2Jrose" in found


def test_line_ends_stay() -> None:
    assert printable("a\nb\tc\rd") == "a\nb�c�d"


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_json_can_be_read_back_whatever_stdout_takes(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace"))
    print_as_json({"name": "郁金香 é"})
    sys.stdout.flush()
    assert json.loads(raw.getvalue().decode(encoding)) == {"name": "郁金香 é"}


@pytest.mark.parametrize("after_s", [0.7, 1.2, 2.0, 3.5])
def test_ctrl_c_stops_in_a_word_at_any_moment(after_s: float) -> None:
    """While Python, PyTorch or the network load, or photos are read: whatever the moment is on this machine."""
    command = [sys.executable, "-m", "classifier", "evaluate", "--split", "udacity-train"]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(after_s)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=120)
    if running.returncode == 1:
        pytest.skip("the command had ended: there are no photos here")
    # Python ends itself by the signal, which shells report as 130, too, when it came before Python was there to take it
    # (on a busy machine), or while a library ran Python code from C.
    if running.returncode == -signal.SIGINT:
        assert errors.strip() in ("", "Stopped.")
        return
    assert running.returncode == 130, errors
    assert "Traceback" not in errors
    assert errors.strip().splitlines()[-1] == "Stopped."
