import numpy as np
import pytest

from classifier.evaluation.resampling import LEAST_SOURCES, Resampling
from classifier.reports.intervals import wilson_interval

N = 400


def names(count: int) -> list[str]:
    return [f"source {number % count}" for number in range(N)]


def test_without_sources_a_share_has_wilsons_interval():
    hits = np.arange(N) % 4 == 0
    found = Resampling([""] * N)
    estimate = found.share(hits)
    assert (found.unit, found.sources) == ("photos", 0)
    assert (estimate.value, estimate.n) == (0.25, N)
    assert (estimate.low, estimate.high) == wilson_interval(100, N)


def test_photos_of_one_source_err_together_which_widens_the_interval():
    """Of 20 sources 5 have every photo right: 100 of 400, but of 20 things that were drawn by chance."""
    hits = np.array([number % 20 < 5 for number in range(N)])
    found = Resampling(names(20))
    estimate = found.share(hits)
    assert (found.unit, found.sources) == ("sources", 20)
    # The quantiles of a binomial distribution of 20 with 0.25; of 400 they would be 0.21 and 0.29.
    assert (estimate.low, estimate.high) == pytest.approx((0.1, 0.45), abs=0.01)


def test_of_sources_that_are_alike_and_of_none_right_wilsons_interval_is_the_least():
    even = Resampling(names(20)).share(np.arange(N) // 20 % 4 == 0)
    low, high = wilson_interval(100, N)
    assert even.low <= low < high <= even.high
    none = Resampling(names(20)).share(np.zeros(N, dtype=bool))
    assert (none.low, none.high) == wilson_interval(0, N)


def test_few_sources_are_no_sample():
    assert Resampling(names(LEAST_SOURCES - 1)).unit == "photos"
    assert Resampling(names(LEAST_SOURCES)).unit == "sources"


def test_a_photo_of_no_known_source_stands_for_itself():
    mixed = [*names(10)[:200], *[""] * 200]
    hits = np.array([number < 200 and number % 10 < 5 for number in range(N)])
    assert Resampling(mixed).sources == 10
    assert Resampling(mixed).share(hits).value == 0.25


def test_some_of_the_photos():
    among = np.arange(N) < 10
    estimate = Resampling([""] * N).share(np.arange(N) < 5, among)
    assert (estimate.value, estimate.n) == (0.5, 10)
    assert Resampling([""] * N).share(among, np.zeros(N, dtype=bool)) is None


def test_means():
    values = np.tile([1.0, 3.0], N // 2)
    estimate = Resampling([""] * N).mean(values, np.ones(N, dtype=bool))
    assert (estimate.value, estimate.n) == (2, N)
    assert (estimate.low, estimate.high) == pytest.approx((1.902, 2.098), abs=0.02)
    assert Resampling([""] * N).mean(values, np.zeros(N, dtype=bool)) is None


def test_a_rare_class_weighs_as_much_as_a_common_one():
    classes = np.array([7] * 390 + [9] * 10)
    hits = np.array([True] * 390 + [False] * 10)
    estimate = Resampling([""] * N).mean_over_classes(hits, classes)
    assert (estimate.value, estimate.low, estimate.high, estimate.n) == (0.5, 0.5, 0.5, N)
    hits = np.array([True] * 390 + [True, False] * 5)
    estimate = Resampling([""] * N).mean_over_classes(hits, classes)
    assert estimate.value == 0.75
    assert 0.55 < estimate.low < 0.65
    assert 0.85 < estimate.high < 0.95


def test_one_photo_and_the_same_every_time():
    one = Resampling(["a"])
    assert one.mean_over_classes(np.array([True]), np.array([3])).value == 1
    hits = np.random.default_rng(0).random(N) < 0.5
    assert Resampling(names(30)).share(hits) == Resampling(names(30)).share(hits)
