from pathlib import Path

import pytest

from classifier.data.folder_tree import LeftOut
from classifier.errors import TrainingError
from classifier.training.runs.folder import RunFolder, check_folder, default_output, default_path, write_left_out


@pytest.mark.parametrize(
    ("output", "folder"),
    [("runs/x/best.safetensors", "runs/x"), ("my.safetensors", "my"), ("a/b.c.safetensors", "a/b.c"), ("x", "x-run")],
)
def test_the_folder_of_a_run(output: str, folder: str) -> None:
    assert default_path(Path(output)) == Path(folder)


def test_a_run_has_a_folder_unless_it_is_named() -> None:
    output = Path("runs/x/best.safetensors")
    assert RunFolder.of(output) == RunFolder(Path("runs/x"), output)
    assert RunFolder.of(output, Path("y")) == RunFolder(Path("y"), output)
    assert default_output("~/my garden/") == Path("runs/my garden/best.safetensors")


def test_a_check_leaves_no_trace(tmp_path: Path) -> None:
    run = RunFolder.of(tmp_path / "runs" / "x" / "best.safetensors")
    check_folder(run)
    assert list(tmp_path.iterdir()) == []
    run.path.mkdir(parents=True)
    run.checkpoint.touch()
    with pytest.raises(TrainingError, match="is there already, and nothing is overwritten"):
        check_folder(run)
    check_folder(run, again=True)
    run.state.touch()
    with pytest.raises(TrainingError, match="holds an earlier run"):
        check_folder(run, again=True)


def test_files_that_were_left_out_are_listed_even_if_their_names_are_not_text(tmp_path: Path) -> None:
    rows = [LeftOut("a, b.jpg", "This is a text."), LeftOut("\udcff.jpg", "It is empty.")]
    write_left_out(tmp_path / "run" / "left-out.csv", rows)
    assert (tmp_path / "run" / "left-out.csv").read_bytes() == (
        b'file,reason\n"a, b.jpg",This is a text.\n\\xff.jpg,It is empty.\n'
    )
