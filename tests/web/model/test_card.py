"""The model card in words."""

from dataclasses import replace

from classifier.data.collection import Collection
from tests.making.reports import make_garden_report, make_verdict_report
from web.model.card import describe_calibration, describe_elsewhere, describe_measurement, describe_training


def test_the_card_says_what_becomes_of_other_things(garden: Collection):
    report = make_garden_report(garden)
    assert "no other words than its 6 classes" in describe_elsewhere(report)
    told = describe_elsewhere(replace(report, verdicts=make_verdict_report()))
    assert told.endswith("of 70 pictures that showed none of them it gave 10 one of their names.")
    untold = describe_elsewhere(replace(report, verdicts=replace(make_verdict_report(), unknown=())))
    assert untold.endswith("does not always, and then it gives one of their names.")


def test_words_follow_the_figures(garden: Collection):
    report = make_garden_report(garden)
    assert "each seen 3 times" in describe_training(report)
    assert "It took 2 min." in describe_training(report)
    assert "too sure of itself" in describe_calibration(report)
    assert "flatter it a little" in describe_measurement(replace(report, data={**report.data, "split": "valid"}))
    by_heart = replace(
        report,
        data={**report.data, "split": "valid"},
        training=replace(report.training, settings={"train_on_valid": True}),
    )
    assert "which it has learnt from" in describe_measurement(by_heart)
    assert "neither learnt from" in describe_measurement(report)
    assert "(Split split)" not in describe_measurement(replace(report, data={**report.data, "split_name": "split"}))


def test_the_card_tells_what_a_mean_is_of(garden: Collection):
    report = make_garden_report(garden)
    words = describe_training(
        replace(report, training=replace(report.training, earlier=report.training, shares=(0.7, 0.3)))
    )
    assert "That was in 2 runs" in words
    assert "the mean of 2 checkpoints, with 30\u00a0% from the last run" in words
