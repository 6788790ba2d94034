import re
from dataclasses import replace
from pathlib import Path

from PIL import Image

from classifier.reports.figures import axis_names, classes_with_errors, create_matrix, create_reliability
from classifier.reports.figures import create_training_curves as curves
from classifier.reports.page import create_page
from classifier.reports.report import Report
from tests.making.reports import make_report, make_verdict_report


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


def test_trust_is_shown_where_it_was_measured():
    assert "Does it know when it does not know?" not in page_of(make_report())
    page = page_of(replace(make_report(), verdicts=make_verdict_report()))
    assert "Does it know when it does not know?" in page
    assert "<li>Other &lt;plants&gt;, 50 pictures: of 100, 80 are rightly turned away" in page
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


def test_curves_shade_the_head_and_mark_what_was_kept():
    figure = curves(make_report(), "top1")
    assert [trace.name for trace in figure.data] == ["training", "validation"]
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1) == (0.5, 1.5)
    assert figure.layout.shapes[1].x0 == 2


def test_curves_number_the_runs_that_went_on_from_earlier_ones():
    report = make_report()
    training = replace(report.training, earlier=report.training)
    twice = curves(replace(report, training=replace(training, earlier=training)), "loss")
    each = len(report.training.history)
    numbers = {note.text: note.x for note in twice.layout.annotations if note.text.isdigit()}
    assert numbers == {"2": each + 0.5, "3": 2 * each + 0.5}


def test_reliability_has_a_dot_for_every_bin():
    dots = create_reliability(make_report()).data[1]
    assert list(dots.x) == [0.78]
    assert list(dots.y) == [0.6]


def test_the_matrix_tells_right_from_wrong_by_sign():
    report = make_report()
    assert classes_with_errors(report) == report.classes
    (heat,) = create_matrix(report, report.classes).data
    assert [[round(value, 3) for value in row] for row in heat.z] == [[-0.631, 1.0], [0, -1.0]]
    assert [list(row) for row in heat.customdata] == [[1, 2], [0, 2]]


def test_names_on_an_axis_are_unique_and_plain():
    labels = (*make_report().classes, make_report().classes[1].__class__(3, "rose"))
    assert axis_names(labels) == ["Daisy &lt;b&gt;", "Rose (2)", "Rose (3)"]
