from dataclasses import replace

from classifier.reports.trust.words import describe_targets, describe_wild
from tests.making.reports import make_report, make_verdict_report, make_wild_report


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


def test_lists_elsewhere():
    report = replace(make_report(), verdicts=make_verdict_report())
    assert describe_targets(report)[1].endswith("with no more than 3 flowers on it on average. That was not measured.")
    text = describe_targets(replace(report, wild=make_wild_report()))[1]
    assert "Measured: 83.3 times out of 100 (with other photos like these, 55.2 to 95.3), with 2.50 on a list" in text
    assert text.endswith("(with others, 2.10 to 2.90). That is missed.")


def test_photos_from_elsewhere():
    report = make_report()
    known, plants, shoes = describe_wild(report, make_wild_report())
    assert known.startswith("60 photos of 2 flowers from 12 sources elsewhere (mean over these kinds).")
    assert "Of 100 such photos, 75.0 are named rightly at once" in known
    assert "10.0 are turned away" in known
    assert "Of 100 answers “It is”, 97.6 are right" in known
    assert plants.startswith("Other <plant>, 20 pictures that show none of these flowers: of 100, 75.0 are turned away")
    assert "5.0 get a name with “It is”" in plants
    assert shoes.endswith("how many are turned away is not known.")
    wild = make_wild_report()
    plain = {**dict.fromkeys(wild.known.figures), "mean_class_top1": wild.known.figures["mean_class_top1"]}
    uncalibrated = replace(wild, known=replace(wild.known, sources=0, figures=plain), strangers=())
    assert describe_wild(report, uncalibrated) == ["60 photos of 2 flowers from elsewhere (mean over these)."]
    assert describe_wild(report, replace(wild, known=None, strangers=())) == []
