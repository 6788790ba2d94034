"""Calibration in words: they follow the counts."""

from dataclasses import replace

import pytest

from classifier.reports.words import (
    describe_familiarity,
    describe_groups,
    describe_lists,
    describe_verdicts,
    name_of,
    per_hundred,
)
from tests.making.reports import make_report, make_verdict_report


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 9, "0"), (9, 9, "100"), (1, 2, "50"), (1, 300, "0.3"), (299, 300, "99.7"), (1, 9999, "0.1"),
     (9998, 9999, "99.9"), (1, 100, "1"), (94, 100, "94")],
)  # fmt: skip
def test_none_and_all_are_said_only_where_they_are_exact(part: int, whole: int, words: str):
    assert per_hundred(part, whole) == words


def test_each_bar_has_its_words():
    known, plants, shoes = describe_groups(make_report(), make_verdict_report())
    assert "Of 100 test photos, 80 are answered “It is”: of 100 such answers, 99.4 are right" in known
    assert "15 are answered “It could be”: of 100 such answers, 67 are right" in known
    assert "5 are turned away" in known
    assert "right for 3 of these 10" in known
    assert plants.startswith(
        "Other <plants>, 50 pictures: of 100, 80 are rightly turned away (10 pictures as unlike all"
    )
    assert "Wrongly named are 4 with “It is” and 16 with “It could be”." in plants
    assert "100 are rightly turned away (20 pictures as unlike all that it has learnt from)." in shoes


def test_what_was_never_said_is_not_said_to_be_right():
    trust = make_verdict_report()
    silent = replace(trust.known, verdicts={"confident": 0, "unsure": 0, "unknown": 10}, right={**trust.known.right})
    (words,) = describe_groups(make_report(), replace(trust, known=silent, unknown=()))
    assert "0 are answered “It is”. 0 are answered “It could be”. 100 are turned away" in words


def test_unknown_pictures_are_spoken_of_only_when_there_are_any():
    trust = make_verdict_report()
    assert "show none of these flowers" in describe_verdicts(make_report(), trust)
    assert "show none of these flowers" not in describe_verdicts(make_report(), replace(trust, unknown=()))
    assert "93.0 times of 100" in describe_familiarity(make_report(), trust)


def test_lists():
    trust = make_verdict_report()
    words = describe_lists(make_report(), trust)
    assert "95 times of 100: it was on 28 of 30 such lists (with other photos like these, on 79 to 98 of 100)" in words
    none = replace(trust.known, verdicts={"confident": 160, "unsure": 0, "unknown": 40})
    assert "95 times of 100. “It is”" in describe_lists(make_report(), replace(trust, known=none))
    assert "Over all photos the right flower was on the list 93.5 times of 100" in words
    assert "a list had 1.2 flowers on average" in words
    assert "no list had more than one flower" in describe_lists(make_report(), replace(trust, set_sizes=(10, 190)))
    assert replace(trust, set_sizes=(200,)).list_length == 0


def test_names():
    trust, report = make_verdict_report(), make_report()
    assert name_of(trust.known, report) == "200 test photos"
    assert name_of(trust.known, replace(report, data={**report.data, "split": "valid"})) == "200 validation photos"
    assert name_of(replace(trust.unknown[1], verdicts={"confident": 0, "unsure": 0, "unknown": 1}), report) == (
        "Shoes, 1 picture"
    )
