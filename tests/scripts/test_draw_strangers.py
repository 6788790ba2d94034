import subprocess
import sys
from pathlib import Path

from PIL import Image

from classifier.calibration.outliers import drawn_pictures


def draw(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.draw_strangers", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_pictures_are_drawn_once_and_others_than_those_of_calibrate(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "drawn"
    folder.mkdir(parents=True)
    (folder / "0003.png").write_text("mine")
    done = draw(folder, "--count", "9")
    assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in sorted(folder.iterdir())] == [f"{number:04}.png" for number in range(9)]
    assert (folder / "0003.png").read_text() == "mine"
    with Image.open(folder / "0001.png") as picture:
        assert picture.tobytes() != list(drawn_pictures(2))[1].tobytes()
        assert picture.tobytes() == list(drawn_pictures(2, seed=2))[1].tobytes()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = draw(tmp_path / "file" / "drawn", "--count", "1")
    assert done.returncode == 1
    assert done.stderr == f"error: the pictures cannot be written to {tmp_path}/file/drawn: Not a directory.\n"
