import json

import pytest

from classifier.reports.intervals import wilson_interval
from classifier.reports.trust.estimates import Estimate


def test_a_share_has_its_wilson_interval():
    estimate = Estimate.of_share(19, 20)
    assert (estimate.value, estimate.n) == (0.95, 20)
    assert (estimate.low, estimate.high) == wilson_interval(19, 20)


def test_a_mean_of_counts():
    estimate = Estimate.of_counts({1: 18, 4: 2})
    assert (estimate.value, estimate.n) == (1.3, 20)
    assert 1 <= estimate.low < 1.3 < estimate.high < 2.5


@pytest.mark.parametrize("empty", [Estimate.of_share(0, 0), Estimate.of_counts({}), Estimate.from_dict(None)])
def test_of_nothing_there_is_no_estimate(empty: Estimate | None):
    assert empty is None


def test_it_survives_writing_and_reading():
    estimate = Estimate(0.5, 0.25, 0.75, 8)
    assert Estimate.from_dict(json.loads(json.dumps(estimate.to_dict()))) == estimate
