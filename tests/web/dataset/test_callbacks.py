import json

import pytest

from tests.making.fakes import FakeClassifier
from tests.web.conftest import ask_callback, response_of
from web import create_app
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
