import json
from html import unescape

from classifier.predictions.values import Candidate
from web.answer.bars import create_candidate_bars_figure


def make_candidates(*probabilities):
    return [Candidate(10 + i, f"flower {i}", None, p) for i, p in enumerate(probabilities)]


def test_candidate_bars_are_horizontal_with_the_best_on_top():
    figure = create_candidate_bars_figure(make_candidates(0.99999, 0.00001))
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
    assert len(create_candidate_bars_figure(make_candidates(1.0)).layout.annotations) == 2


def test_no_candidates_are_a_figure_too_and_nothing_is_fetched_from_elsewhere():
    assert "http" not in json.dumps(create_candidate_bars_figure([]).to_plotly_json(), default=str)


def test_names_cannot_bring_tags_into_the_figure():
    name = '<b>bold</b> <a href="https://example.org">link</a> & co'
    text = json.dumps(create_candidate_bars_figure([Candidate(1, name, None, 0.5)]).to_plotly_json(), default=list)
    assert "<b>" not in text
    assert "<a " not in text
    assert "&lt;b&gt;" in text
