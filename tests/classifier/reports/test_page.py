import re
from dataclasses import replace
from pathlib import Path

from PIL import Image

from classifier.checkpoint import TrainingInfo
from classifier.reports.page import create_curves_page, create_page
from classifier.reports.report import Report
from tests.making.reports import make_report, make_verdict_report, make_wild_report


def page_of(report: Report, photo: Path | None = None) -> str:
    """The page without plotly.js."""
    page = create_page(report, path_of=lambda _: photo)
    return re.sub(r"<script>.{1000000,}?</script>", "", page, count=1, flags=re.DOTALL)


def test_the_page_needs_no_network_and_shows_names_as_they_are():
    page = page_of(make_report())
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", page)
    assert "daisy &lt;b&gt;" in page
    assert "daisy <b>" not in page
    assert page.count("plotly-graph-div") == 4


def test_verdicts_are_shown_where_it_was_measured():
    assert "Does it know when it does not know?" not in page_of(make_report())
    page = page_of(replace(make_report(), verdicts=make_verdict_report()))
    assert "Does it know when it does not know?" in page
    assert "<li>Other &lt;plants&gt;, 50 pictures: of 100, 80 are rightly turned away" in page
    assert "<li>Wanted on test photos: the right flower named or listed at least 95 times out of 100" in page
    assert page.count("plotly-graph-div") == 7
    alone = page_of(replace(make_report(), verdicts=replace(make_verdict_report(), unknown=(), auroc=None)))
    assert alone.count("plotly-graph-div") == 6


def test_photos_are_embedded_where_they_are_and_framed_where_not(tmp_path: Path):
    photo = tmp_path / "photo.png"
    Image.new("RGB", (400, 300), "red").save(photo)
    assert 'src="data:image/webp;base64,' in page_of(make_report(), photo)
    (tmp_path / "broken.jpg").write_text("text")
    for missing in (None, tmp_path / "broken.jpg"):
        page = page_of(make_report(), missing)
        assert "<img" not in page
        assert 'class="none"' in page


def test_names_stay_text_wherever_they_stand():
    report, name = make_report(), '"><script>alert(1)</script>'
    page = page_of(
        replace(
            report,
            classes=tuple(replace(label, name=f"{name}{label.class_id}") for label in report.classes),
            checkpoint={**report.checkpoint, "name": name, "backbone": name},
        )
    )
    assert "<script>alert" not in page
    assert 'data-v="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;1"' in page
    assert "<title>&#34;&gt;&lt;script&gt;" in page


def test_a_page_of_curves_needs_no_network_and_leaves_out_what_was_not_measured():
    training = TrainingInfo(history=({"epoch": 1, "train_loss": 1.0, "train_top1": None},))
    page = create_curves_page(training, title="a < b")
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL))
    assert "<h1>a &lt; b</h1>" in page
    assert '"name":"training"' in page
    assert '"name":"validation"' not in page


def test_photos_from_elsewhere_are_shown_where_they_were_measured():
    assert "On photos from elsewhere" not in page_of(make_report())
    page = page_of(replace(make_report(), wild=make_wild_report()))
    assert "<h2>On photos from elsewhere</h2>" in page
    assert "<li>Other &lt;plant&gt;, 20 pictures that show none of these flowers" in page
