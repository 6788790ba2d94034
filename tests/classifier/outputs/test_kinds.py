import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from classifier.checkpoint import TrainingInfo
from classifier.data.collection import Photo
from classifier.data.folder_tree import LeftOut
from classifier.data.further.reading import Further
from classifier.data.manifest import write_manifest
from classifier.outputs import kinds
from classifier.training.curves import write_lr_html, write_lr_png, write_training_curves
from classifier.training.runs.folder import write_left_out, write_metrics
from classifier.training.runs.further import write_further
from tests.making.runs import save_untrained

ROW = {"epoch": 1.0, "train_loss": 0.5, "train_top1": None, "seconds": 1.0}


def of_kinds(path: Path) -> list[kinds.Kind]:
    return [kind for kind in kinds.ALL if kind.is_kind_of(path)]


def test_each_file_is_of_one_kind(tmp_path: Path) -> None:
    """The files of `export`, `evaluate`, `index` and `predict --csv` are written twice in test_commands.py."""
    rates = {"rates": [0.1, 0.2], "losses": [1.0, 2.0], "suggestion": None}
    write_metrics(tmp_path / "metrics.csv", [ROW])
    write_training_curves(tmp_path / "curves.html", TrainingInfo(history=(ROW,)), title="<b>")
    write_left_out(tmp_path / "left-out.csv", [LeftOut("é", "=1")])
    write_further(tmp_path / "further.csv", Further(), ())
    write_manifest(tmp_path / "oxford.csv", [])
    write_manifest(tmp_path / "mine.csv", [Photo(1, 1, {"split": "train"}, 5, 5, (0, 0, 0), "é")])
    write_lr_png(tmp_path / "lr.png", **rates)  # type: ignore[arg-type]
    write_lr_html(tmp_path / "lr.html", **rates)  # type: ignore[arg-type]
    save_untrained(tmp_path / "a.safetensors")
    expected = {
        "metrics.csv": kinds.RUN_METRICS,
        "curves.html": kinds.RUN_CURVES,
        "left-out.csv": kinds.LEFT_OUT,
        "further.csv": kinds.FURTHER,
        "oxford.csv": kinds.MANIFEST,
        "mine.csv": kinds.MANIFEST,
        "lr.png": kinds.LR_PICTURE,
        "lr.html": kinds.LR_PAGE,
        "a.safetensors": kinds.CHECKPOINT,
    }
    assert {path.name: of_kinds(path) for path in tmp_path.iterdir()} == {
        name: [kind] for name, kind in expected.items()
    }


def test_a_manifest_may_have_been_saved_with_semicolons(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("image_id;class_id;width;height;mean_r;mean_g;mean_b\n")
    assert of_kinds(tmp_path / "m.csv") == [kinds.MANIFEST]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x08",
        b"\x72\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\x72\x02\x0a",
        b"\x72\x02\x0a\xff",
        b"\x08\x08\x72\x0e\x0a\x0cxflorascope\x12",
        b"\xff" * 99,
        b"{",
        b'{"a":' * 99999,
        b"[1]",
        b"null",
        b"PK\x03\x04",
        b"epoch,loss\n",
        b"file;reason\n",
        b"photo,model\n",
        b"<html>Florascope report</html>",
        b"\x89PNG\r\n\x1a\n",
        b"Florascope lr-find",
    ],
)
def test_damaged_and_similar_files_are_of_no_kind(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    assert of_kinds(tmp_path / "x") == []


@pytest.mark.parametrize("header", [{}, {"florascope": "[1]"}, {"florascope": "{}"}, {"classes": "[]"}])
def test_safetensors_of_other_programs_are_of_no_kind(tmp_path: Path, header: dict[str, str]) -> None:
    save_file({"weight": np.zeros(2)}, tmp_path / "x.safetensors", metadata=header)
    assert of_kinds(tmp_path / "x.safetensors") == []


def test_zip_archives_of_other_programs_are_of_no_kind(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("notes/florascope.json", "{}")
    assert of_kinds(tmp_path / "x.zip") == []
