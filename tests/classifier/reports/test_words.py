"""Verdicts in words: they follow the counts."""

from dataclasses import replace

import pytest

from classifier.reports.words import (
    describe_familiarity,
    describe_groups,
    describe_lists,
    describe_verdicts,
    name_of,
    shorten,
)
from tests.making.reports import make_report, make_verdict_report


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
    verdicts = make_verdict_report()
    silent = replace(
        verdicts.known, verdicts={"confident": 0, "unsure": 0, "unknown": 10}, right={**verdicts.known.right}
    )
    (words,) = describe_groups(make_report(), replace(verdicts, known=silent, unknown=()))
    assert "0 are answered “It is”. 0 are answered “It could be”. 100 are turned away" in words


def test_unknown_pictures_are_spoken_of_only_when_there_are_any():
    verdicts = make_verdict_report()
    assert "show none of these flowers" in describe_verdicts(make_report(), verdicts)
    assert "show none of these flowers" not in describe_verdicts(make_report(), replace(verdicts, unknown=()))
    assert "93.0 times out of 100" in describe_familiarity(make_report(), verdicts)


def test_lists():
    verdicts = make_verdict_report()
    words = describe_lists(make_report(), verdicts)
    assert (
        "95 times out of 100: it was on 28 of 30 such lists (with other photos like these, on 79 to 98 out of 100)"
        in words
    )
    none = replace(verdicts.known, verdicts={"confident": 160, "unsure": 0, "unknown": 40})
    assert "95 times out of 100. “It is”" in describe_lists(make_report(), replace(verdicts, known=none))
    assert "Over all photos the right flower was on the list 93.5 times out of 100" in words
    assert "a list had 1.2 flowers on average" in words
    assert "no list had more than one flower" in describe_lists(make_report(), replace(verdicts, set_sizes=(10, 190)))
    assert replace(verdicts, set_sizes=(200,)).list_length == 0


def test_names():
    verdicts, report = make_verdict_report(), make_report()
    assert name_of(verdicts.known, report) == "200 test photos"
    assert name_of(verdicts.known, replace(report, data={**report.data, "split": "valid"})) == "200 validation photos"
    assert name_of(replace(verdicts.unknown[1], verdicts={"confident": 0, "unsure": 0, "unknown": 1}), report) == (
        "Shoes, 1 picture"
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [("rose", "rose"), ("x" * 12, "x" * 12), ("abcdefgh12345", "abcdefg…2345"), ("abcdefgh12346", "abcdefg…2346")],
)
def test_a_long_name_keeps_beginning_and_end(name, shown):
    assert shorten(name, 12) == shown
