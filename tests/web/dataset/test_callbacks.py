import json

import pytest
from dash.exceptions import PreventUpdate

from tests.making.fakes import FakeClassifier
from tests.web.conftest import ask_callback, make_site, response_of
from web import create_app
from web.dataset import callbacks
from web.settings import Settings

BALANCE = ["balance-chart.children", "balance-table.children"]


def balance(app, *, near=True, split="home", order="count", query=""):
    inputs = {
        "charts-near.data": near,
        "split.value": split,
        "balance-order.value": order,
        "balance-query.value": query,
    }
    return ask_callback(app, BALANCE, inputs)


def names_in(table):
    rows = table["props"]["children"][2]["props"]["children"]
    return [row["props"]["children"][0]["props"]["children"] for row in rows]


def test_charts_wait_until_they_come_near(app):
    assert balance(app, near=None).status_code == 204
    outputs = ["shape-chart.children", "size-chart.children", "colour-chart.children"]
    assert ask_callback(app, outputs, {"charts-near.data": None}).status_code == 204
    response = response_of(ask_callback(app, outputs, {"charts-near.data": True}))
    assert all('"Graph"' in json.dumps(response[name.split(".")[0]]) for name in outputs)


@pytest.mark.parametrize(
    ("order", "query", "first", "count"),
    [
        ("count", "", "Colt’s foot <b>& co</b>", 6),
        ("name", "", "Colt’s foot <b>& co</b>", 6),
        ("name", "lily", "Fire lily", 2),
        ("count", "lily", "Fire lily", 2),
        ("count", "Asteraceae", "Colt’s foot <b>& co</b>", 2),
        ("nonsense", "rose", "Rose", 1),
        ("count", None, "Colt’s foot <b>& co</b>", 6),
        ("count", "x" * 10_000, None, 0),
    ],
)
def test_the_bars_can_be_sorted_and_searched(app, order, query, first, count):
    table = response_of(balance(app, order=order, query=query))["balance-table"]["children"]
    names = names_in(table) if table else []
    assert len(names) == count
    assert names[:1] == ([first] if first else [])


def test_splits_are_never_mixed(app):
    home = json.dumps(response_of(balance(app, split="home")))
    away = json.dumps(response_of(balance(app, split="away")))
    assert '"valid"' in home
    assert '"valid"' not in away
    assert json.dumps(response_of(balance(app, split="<nope>"))) == home, "an unknown split counts as the default"


def test_numbers_follow_the_split(app):
    away = ask_callback(app, ["split-numbers.children"], {"split.value": "away"}).text
    assert "in train" in away
    assert "in valid" not in away


def test_the_words_give_the_ratio(app):
    words = response_of(ask_callback(app, ["balance-words.children"], {"split.value": "home"}))
    assert "14 photos" in words["balance-words"]["children"]
    assert "3.5 times as many" in words["balance-words"]["children"]
    assert "unbalanced" in words["balance-words"]["children"]


@pytest.mark.parametrize(
    ("query", "count", "words"),
    [
        ("", 6, "All 6 flowers"),
        (None, 6, "All 6 flowers"),
        ("lily", 2, "2 of 6 flowers"),
        ("GLORIOSA", 1, "1 of 6 flowers"),
        ("rosaceae", 1, "1 of 6 flowers"),
        ("oak", 0, "0 of 6 flowers"),
        (["lily"], 6, "All 6 flowers"),
    ],
)
def test_the_gallery_is_filtered_by_any_name(app, query, count, words):
    outputs = ["gallery-cards.children", "gallery-count.children"]
    response = response_of(ask_callback(app, outputs, {"gallery-query.value": query}))
    assert response["gallery-count"]["children"] == words
    cards = json.dumps(response["gallery-cards"]["children"])
    assert cards.count('"href": "/flower/') == count
    assert ("No flower here has such a name" in cards) is (count == 0)


def test_statistics_work_without_photos(bare_garden):
    app = create_app(Settings(), FakeClassifier(), bare_garden)
    assert len(names_in(response_of(balance(app))["balance-table"]["children"])) == 6


def test_the_functions_answer_without_an_app(garden):
    site = make_site(garden)
    chart, table = callbacks.show_balance(site, True, "home", "name", "lily")
    assert chart.role == "img"
    assert len(table.children[2].children) == 2
    words, nothing = callbacks.show_balance(site, True, "home", "name", "oak")
    assert (words.children, nothing) == ("No flower here has such a name. Try part of a word.", None)
    assert "unbalanced" in callbacks.show_balance_words(site, None)
    assert "54" in str(callbacks.show_numbers(site, "away"))
    assert len(callbacks.show_shapes(site, True)) == 3
    assert callbacks.filter_gallery(site, "lily", trigger="gallery-query")[1] == "2 of 6 flowers"


@pytest.mark.parametrize("query", ["", None])
def test_the_gallery_stays_as_it_was_drawn_until_someone_types(garden, query):
    with pytest.raises(PreventUpdate):
        callbacks.filter_gallery(make_site(garden), query, trigger=None)
    assert callbacks.filter_gallery(make_site(garden), query, trigger="gallery-query")[1] == "All 6 flowers"


def test_charts_that_are_far_away_are_not_drawn(garden):
    for near in (None, False):
        with pytest.raises(PreventUpdate):
            callbacks.show_shapes(make_site(garden), near)
        with pytest.raises(PreventUpdate):
            callbacks.show_balance(make_site(garden), near, "home", "name", "")


@pytest.mark.parametrize(("query", "kept"), [("lily", "lily"), (None, ""), (["x"], ""), ("x" * 200, "x" * 100)])
def test_queries_are_strings_of_a_sensible_length(query, kept):
    assert callbacks.clean(query) == kept
