import json
from html import unescape

import plotly.graph_objects as go
import pytest

from classifier.predictions.values import Candidate
from web.answer.bars import create_candidate_bars
from web.shared.figures import TEMPLATE


def make_candidates(*probabilities):
    return [Candidate(10 + i, f"flower {i}", None, p) for i, p in enumerate(probabilities)]


def test_candidate_bars_are_horizontal_with_the_best_on_top():
    figure = go.Figure(create_candidate_bars(make_candidates(0.99999, 0.00001)))
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
    assert len(create_candidate_bars(make_candidates(1.0))["layout"]["annotations"]) == 2


def test_no_candidates_are_a_figure_too_and_nothing_is_fetched_from_elsewhere():
    assert "http" not in json.dumps(create_candidate_bars([]))


def test_names_cannot_bring_tags_into_the_figure():
    name = '<b>bold</b> <a href="https://example.org">link</a> & co'
    text = json.dumps(create_candidate_bars([Candidate(1, name, None, 0.5)]))
    assert "<b>" not in text
    assert "<a " not in text
    assert "&lt;b&gt;" in text


@pytest.mark.parametrize("probabilities", [(), (1.0,), (0.5, 0.2, 0.1, 0.1, 0.1)])
def test_plotly_knows_all_that_the_figure_names(probabilities):
    figure = create_candidate_bars(make_candidates(*probabilities))
    checked = go.Figure(figure).to_plotly_json()  # raises ValueError for what it does not know
    assert checked["data"] == figure["data"]
    assert {"annotations": [], **checked["layout"]} == {**figure["layout"], "template": checked["layout"]["template"]}


def test_the_figure_brings_what_the_template_gives_to_others_and_no_template():
    figure = create_candidate_bars(make_candidates(0.7, 0.3))
    assert "template" not in figure["layout"]
    named = figure["layout"]
    for name in ("paper_bgcolor", "plot_bgcolor", "font", "hoverlabel", "dragmode"):
        assert go.Layout({name: named[name]})[name] == TEMPLATE.layout[name]
    assert named["xaxis"]["fixedrange"] is named["yaxis"]["fixedrange"] is TEMPLATE.layout.xaxis.fixedrange is True
