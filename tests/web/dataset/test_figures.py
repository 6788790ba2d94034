import json

import pytest

from classifier.data.labels import LabelClass
from classifier.data.statistics import ClassCount, ColourBin, Statistics
from web.dataset import figures


def test_class_bars_stack_the_parts_in_their_order(garden):
    statistics = Statistics(garden)
    parts = statistics.parts["home"]
    figure = figures.create_class_bars_figure(statistics.class_counts("home"), parts=parts)
    assert [bar.name for bar in figure.data] == ["train", "valid", "test"]
    assert figure.layout.barmode == "stack"
    assert sum(sum(bar.y) for bar in figure.data) == len(garden.photos)
    assert figure.layout.xaxis.ticktext[0] == "Sunflower"


def test_many_bars_go_without_names_under_them(garden):
    label = garden.classes[0]
    counts = [ClassCount(label, {"train": 1})] * (figures.MOST_NAMED_BARS + 1)
    assert not figures.create_class_bars_figure(counts, parts=("train",)).layout.xaxis.ticktext


def test_shape_histogram_counts_every_photo():
    figure = figures.create_shape_histogram_figure({(667, 500): 3, (660, 500): 2, (500, 500): 1})
    assert dict(zip(figure.data[0].x, figure.data[0].y, strict=True)) == {1.0: 1, 1.3: 5}


def test_size_dots_grow_with_the_number_of_photos():
    figure = figures.create_size_scatter_figure({(500, 600): 9, (700, 500): 1})
    assert list(figure.data[0].marker.size) == [9, 1]


def test_colour_bars_stand_upon_each_other():
    bins = [
        ColourBin(3.0, 0.2, (80, 0, 0), 4),
        ColourBin(3.0, 0.6, (200, 20, 20), 2),
        ColourBin(None, 0.5, (99, 99, 99), 1),
    ]
    bar = figures.create_colour_histogram_figure(bins).data[0]
    assert list(bar.base) == [0, 4, 0]
    assert list(bar.y) == [4, 2, 1]
    assert list(bar.marker.color) == ["#500000", "#c81414", "#636363"]


@pytest.mark.parametrize(
    "figure",
    [
        figures.create_class_bars_figure([], parts=()),
        figures.create_shape_histogram_figure({}),
        figures.create_size_scatter_figure({}),
        figures.create_colour_histogram_figure([]),
    ],
)
def test_nothing_to_show_is_a_figure_too_and_nothing_is_fetched_from_elsewhere(figure):
    assert "http" not in json.dumps(figure.to_plotly_json(), default=str)


def test_names_cannot_bring_tags_into_a_figure():
    name = '<b>bold</b> <a href="https://example.org">link</a> & co'
    labelled = ClassCount(LabelClass(1, name), {"train": 1})
    text = json.dumps(figures.create_class_bars_figure([labelled], parts=("train",)).to_plotly_json(), default=list)
    assert "<b>" not in text
    assert "<a " not in text
    assert "&lt;b&gt;" in text
