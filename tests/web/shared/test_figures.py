import json
from html import unescape

import pytest

from classifier.data.labels import LabelClass
from classifier.predictions.values import Candidate
from web.dataset.statistics import ClassCount, ColourBin, Statistics
from web.shared import figures

PAPER, NIGHT = "#faf8f2", "#111713"  # --paper, light and dark, of assets/css/00-tokens.css


def make_candidates(*probabilities):
    return [Candidate(10 + i, f"flower {i}", None, p) for i, p in enumerate(probabilities)]


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("background", [PAPER, NIGHT])
@pytest.mark.parametrize("colour", [figures.LEAF, *figures.PART_COLOURS])
def test_bars_stand_out_from_both_backgrounds(colour, background):
    assert contrast(colour, background) >= 3  # WCAG 2.2, 1.4.11


def test_candidate_bars_are_horizontal_with_the_best_on_top():
    figure = figures.create_candidate_bars(make_candidates(0.99999, 0.00001))
    (bar,) = figure.data
    assert bar.orientation == "h"
    assert list(bar.customdata) == [10, 11]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    words = unescape(" ".join(annotation.text for annotation in figure.layout.annotations))
    assert "Flower 0" in words
    assert ">99.9" in words
    assert "<0.1" in words
    assert "100" not in words


def test_candidate_bars_of_a_single_class():
    assert len(figures.create_candidate_bars(make_candidates(1.0)).layout.annotations) == 2


def test_class_bars_stack_the_parts_in_their_order(garden):
    statistics = Statistics(garden)
    parts = statistics.parts["home"]
    figure = figures.create_class_bars(statistics.class_counts("home"), parts=parts)
    assert [bar.name for bar in figure.data] == ["train", "valid", "test"]
    assert figure.layout.barmode == "stack"
    assert sum(sum(bar.y) for bar in figure.data) == len(garden.photos)
    assert figure.layout.xaxis.ticktext[0] == "Sunflower"


def test_many_bars_go_without_names_under_them(garden):
    label = garden.classes[0]
    counts = [ClassCount(label, {"train": 1})] * (figures.MOST_NAMED_BARS + 1)
    assert not figures.create_class_bars(counts, parts=("train",)).layout.xaxis.ticktext


def test_shape_histogram_counts_every_photo():
    figure = figures.create_shape_histogram({(667, 500): 3, (660, 500): 2, (500, 500): 1})
    assert dict(zip(figure.data[0].x, figure.data[0].y, strict=True)) == {1.0: 1, 1.3: 5}


def test_size_dots_grow_with_the_number_of_photos():
    figure = figures.create_size_scatter({(500, 600): 9, (700, 500): 1})
    assert list(figure.data[0].marker.size) == [9, 1]


def test_colour_bars_stand_upon_each_other():
    bins = [
        ColourBin(3.0, 0.2, (80, 0, 0), 4),
        ColourBin(3.0, 0.6, (200, 20, 20), 2),
        ColourBin(None, 0.5, (99, 99, 99), 1),
    ]
    bar = figures.create_colour_histogram(bins).data[0]
    assert list(bar.base) == [0, 4, 0]
    assert list(bar.y) == [4, 2, 1]
    assert list(bar.marker.color) == ["#500000", "#c81414", "#636363"]


@pytest.mark.parametrize(
    "figure",
    [
        figures.create_candidate_bars([]),
        figures.create_class_bars([], parts=()),
        figures.create_shape_histogram({}),
        figures.create_size_scatter({}),
        figures.create_colour_histogram([]),
    ],
)
def test_nothing_to_show_is_a_figure_too_and_nothing_is_fetched_from_elsewhere(figure):
    assert "http" not in json.dumps(figure.to_plotly_json(), default=str)


def test_names_cannot_bring_tags_into_a_figure():
    name = '<b>bold</b> <a href="https://example.org">link</a> & co'
    labelled = ClassCount(LabelClass(1, name), {"train": 1})
    for figure in (
        figures.create_candidate_bars([Candidate(1, name, None, 0.5)]),
        figures.create_class_bars([labelled], parts=("train",)),
    ):
        text = json.dumps(figure.to_plotly_json(), default=list)
        assert "<b>" not in text
        assert "<a " not in text
        assert "&lt;b&gt;" in text
