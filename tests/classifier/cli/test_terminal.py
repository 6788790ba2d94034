"""Tables and bars, printed where there is no terminal and where there is one."""

import sys
from pathlib import Path

import pytest

from classifier.cli.printing import PlainConsole
from classifier.cli.terminal import print_left_out, progress_bar, progress_bars, table_of
from classifier.data.folder_tree import LeftOut
from classifier.data.folders import FolderPhotos
from tests.making.fakes import plant_garden


def test_of_many_classes_the_first_ones_and_the_sum(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    garden = plant_garden(tmp_path, with_photos=False)
    PlainConsole(width=100).print(table_of(garden, limit=2))
    out = capsys.readouterr().out
    assert "54 photos, 6 classes" in out
    assert "Sunflower" in out
    assert "Rose" not in out
    assert "… and 4 more" in out
    (sums,) = (line for line in out.splitlines() if " all " in line and "54" in line)
    assert [int(part) for part in sums.replace("│", " ").split()[1:]][-1] == 54


def test_what_was_left_out_is_listed_up_to_a_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left_out = [LeftOut(f"rose/{number}.txt", "This file is not a picture.") for number in range(5)]
    found = FolderPhotos(
        plant_garden(tmp_path, with_photos=False),
        tuple(left_out),
        twins=3,
        leaks=2,
        contradictions=(("a/1.jpg", "b/1.jpg"),),
    )
    print_left_out(found, limit=2)
    out, err = capsys.readouterr()
    assert out == ""
    assert "Left out (5):" in err
    assert "rose/1.txt: This file is not a picture." in err
    assert "rose/2.txt" not in err
    assert "… and 3 more" in err
    assert "a/1.jpg  =  b/1.jpg" in err
    assert "WARNING: 2 photos of valid or test" in err


def test_bars_show_nothing_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bars() as show:
        show("photos", 1, 2)
    with progress_bar("photos") as step:
        step(2, 2)
    assert capsys.readouterr() == ("", "")


def test_a_bar_for_each_name_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress_bars() as show:
        show("first", 1, 2)
        show("second", 3, 9)
    err = capsys.readouterr().err
    assert "first" in err
    assert "second" in err
    assert "3/9" in err
