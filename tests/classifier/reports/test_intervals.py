import pytest

from classifier.reports.intervals import bootstrap_mean, wilson_interval


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        # Newcombe (1998), https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_is_that_of_the_literature(right: int, n: int, low: float, high: float):
    assert wilson_interval(right, n) == pytest.approx((low, high), abs=5e-5)


def test_all_right_is_not_certain():
    low, high = wilson_interval(8, 8)
    assert low == pytest.approx(0.676, abs=1e-3)
    assert high == 1


def test_more_right_than_photos_is_refused():
    with pytest.raises(ValueError, match="3 of 2"):
        wilson_interval(3, 2)


def test_the_interval_of_a_mean_is_that_of_the_normal_distribution_where_there_are_many():
    counts = {1: 700, 2: 200, 5: 100}
    mean = 1.6
    spread = (sum(count * (value - mean) ** 2 for value, count in counts.items()) / 1000) ** 0.5
    half = 1.96 * spread / 1000**0.5
    assert bootstrap_mean(counts) == pytest.approx((mean - half, mean + half), abs=0.01)
    assert bootstrap_mean(counts) == bootstrap_mean(counts)


def test_the_interval_of_a_constant_is_that_number():
    assert bootstrap_mean({1: 7}) == (1, 1)
