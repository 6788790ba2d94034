from pathlib import Path

from PIL import Image

from classifier.checkpoint import TrainingInfo
from classifier.training.curves import write_lr_html, write_lr_png, write_training_curves

RATES, LOSSES = (1e-4, 1e-3, 1e-2), (2.0, 1.0, 3.0)


def test_curves_of_a_training_are_a_page_with_its_name(tmp_path: Path):
    history = ({"epoch": 1, "train_loss": 1.0, "train_top1": None, "valid_loss": 0.9, "valid_top1": 0.5},)
    write_training_curves(tmp_path / "curves.html", TrainingInfo(history=history), title="a < b")
    page = (tmp_path / "curves.html").read_text(encoding="utf-8")
    assert "plotly.js v" in page
    assert "<script src=" not in page
    assert "<title>a &lt; b</title>" in page
    assert page.count("plotly-graph-div") == 2


def test_the_suggested_rate_is_marked_where_there_is_one(tmp_path: Path):
    for name, suggestion in (("with", 5e-4), ("without", None)):
        write_lr_html(tmp_path / f"{name}.html", RATES, LOSSES, suggestion=suggestion)
        write_lr_png(tmp_path / f"{name}.png", RATES, LOSSES, suggestion=suggestion)
        with Image.open(tmp_path / f"{name}.png") as picture:
            assert picture.size == (1280, 800)
    assert "suggested: 5.0e-04" in (tmp_path / "with.html").read_text(encoding="utf-8")
    assert "suggested: 5" not in (tmp_path / "without.html").read_text(encoding="utf-8")
    assert (tmp_path / "with.png").read_bytes() != (tmp_path / "without.png").read_bytes()
