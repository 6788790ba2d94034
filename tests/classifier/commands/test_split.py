from pathlib import Path

import pytest

from classifier.__main__ import main
from tests.making.photo_folders import plant


def files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_copies_by_default_and_leaves_the_source_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = plant(tmp_path / "my photos", {"rose": 10, "郁金香": 10})
    (root / "rose" / "broken one.JPG").write_text("no photo")
    before = files(root)
    assert main(["split", str(root)]) == 0
    assert files(root) == before
    said = capsys.readouterr()
    assert "rose/broken one.JPG: This file is not a picture, it is a text." in said.err
    assert "郁金香" in said.out
    parts = [file.split("/")[0] for file in files(tmp_path / "my photos-split")]
    assert [parts.count(part) for part in ("train", "valid", "test")] == [16, 2, 2]


def test_ratios_seed_output_and_move(tmp_path: Path) -> None:
    root = plant(tmp_path / "x", {"a": 10, "b": 10})
    command = ["split", str(root), "--ratios", "0.5", "0.3", "0.2", "--seed", "7", "--output", str(tmp_path / "y")]
    assert main([*command, "--move"]) == 0
    assert files(root) == []
    assert len(list((tmp_path / "y" / "valid").rglob("*.jpg"))) == 6


def test_a_manifest_is_only_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = plant(tmp_path / "x", {"a": 5, "b": 5})
    before = files(root)
    assert main(["split", str(root), "--manifest"]) == 0
    assert files(root) == sorted([*before, "manifest.csv"])
    assert main(["split", str(root), "--manifest"]) == 1
    assert "is split already, by its manifest.csv" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x", "--ratios", "0.5", "0.5", "0.5"], "sum to 1"),
        (["nowhere"], "There is no folder"),
        (["tree"], "is split already: it has train"),
        (["x", "--output", "x/inside"], "must not be inside each other"),
        (["x", "--output", "tree"], "is there already"),
    ],
)
def test_refusals(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    plant(tmp_path / "x", {"a": 2, "b": 2})
    for part in ("train", "valid"):
        plant(tmp_path / "tree" / part, {"a": 2, "b": 2})
    before = files(tmp_path)
    assert main(["split", *arguments]) == 1
    assert message in capsys.readouterr().err
    assert files(tmp_path) == before
