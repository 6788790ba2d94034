import pytest

from classifier.reports.numbers import (
    NO_BREAK,
    cautious_percent,
    how_often,
    hundred_range,
    out_of_hundred,
    per_hundred,
    percent,
    percent_of,
    rounded,
    seconds_in_words,
    share_of,
)


@pytest.mark.parametrize(
    ("share", "digits", "words"),
    [(None, 1, "–"), (0.0, 1, "0.0 %"), (0.9841, 1, "98.4 %"), (0.9841, 2, "98.41 %"), (1.0, 1, "100.0 %"),
     (1.0, 0, "100 %")],
)  # fmt: skip
def test_a_counted_share_may_be_all_or_nothing(share: float | None, digits: int, words: str):
    assert percent(share, digits) == words


@pytest.mark.parametrize(
    ("probability", "words"),
    [(1.0, ">99.9 %"), (0.9991, ">99.9 %"), (0.999, "99.9 %"), (0.5, "50.0 %"), (0.001, "0.1 %"), (0.0009, "<0.1 %"),
     (0.0, "<0.1 %")],
)  # fmt: skip
def test_a_probability_is_never_certain(probability: float, words: str):
    assert cautious_percent(probability) == words


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 0, "0 %"), (0, 9, "0 %"), (9, 9, "100 %"), (1, 2, "50 %"), (1, 300, "0.3 %"), (299, 300, "99.7 %"),
     (1, 9999, "<0.1 %"), (9998, 9999, ">99.9 %")],
)  # fmt: skip
def test_whole_per_cent_are_exact_at_both_ends(part: int, whole: int, words: str):
    assert percent_of(part, whole) == words


def test_a_page_keeps_the_sign_with_its_number():
    for words in (percent(0.5, space=NO_BREAK), cautious_percent(1, space=NO_BREAK), percent_of(1, 2, space=NO_BREAK)):
        assert words[-2:] == "\u00a0%"


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 9, "0"), (9, 9, "100"), (1, 2, "50"), (1, 300, "0.3"), (299, 300, "99.7"), (1, 9999, "0.1"),
     (9998, 9999, "99.9"), (1, 100, "1"), (94, 100, "94")],
)  # fmt: skip
def test_none_and_all_are_said_only_where_they_are_exact(part: int, whole: int, words: str):
    assert per_hundred(part, whole) == words


def test_out_of_a_hundred():
    assert (out_of_hundred(0.95), out_of_hundred(0.9354, 1)) == ("95", "93.5")
    assert hundred_range((0.744, 0.99)) == "74–99"
    assert hundred_range((0.744, 0.99), 1, between=" to ") == "74.4 to 99.0"


@pytest.mark.parametrize(("count", "words"), [(1, "once"), (2, "twice"), (3, "3 times"), (1234, "1,234 times")])
def test_how_often(count: int, words: str):
    assert how_often(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (42, "42 s"), (99, "99 s"), (100, "2 min"), (300, "5 min"), (3580, "1 h 0 min"),
     (5100, "1 h 25 min"), (7300, "2 h 2 min")],
)  # fmt: skip
def test_how_long(seconds: float, words: str):
    assert seconds_in_words(seconds) == words


def test_shares_for_json():
    assert share_of(1, 3) == 0.33333
    assert share_of(0, 0) is None
    assert rounded((1 / 3, 2 / 3)) == (0.33333, 0.66667)
