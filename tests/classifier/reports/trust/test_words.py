from dataclasses import replace

from classifier.reports.trust.words import describe_targets
from tests.making.reports import make_report, make_verdict_report


def test_a_target_says_what_is_wanted_what_was_measured_and_whether_that_is_enough():
    report = make_report()
    assert describe_targets(report) == []
    reached = replace(make_verdict_report(), covered=196, set_sizes=(2, 190, 8))
    text = describe_targets(replace(report, verdicts=reached))[0]
    assert "Wanted on test photos: the right flower named or listed at least 95 times out of 100" in text
    assert "no more than 1.05 flowers on a list" in text
    assert "Measured: 98.0 times out of 100 (with other photos like these, 95.0 to 99.2), with 1.04 on a list" in text
    assert text.endswith("That is reached.")
    assert describe_targets(replace(report, verdicts=make_verdict_report()))[0].endswith("That is missed.")
    nothing = replace(make_verdict_report(), covered=0, set_sizes=(200,))
    assert "Measured" not in describe_targets(replace(report, verdicts=nothing))[0]
