"""The model card in words."""

from dataclasses import replace

from classifier.checkpoint import FurtherInfo
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


def test_the_card_tells_of_further_photos(garden: Collection):
    report = make_garden_report(garden)
    assert "It also learnt" not in describe_training(report)
    further = FurtherInfo(1082, 1461, {"her/garden": 2000, "his/fields": 500})
    words = describe_training(replace(report, training=replace(report.training, further=further)))
    assert (
        "It also learnt from 1,082 photos of the same classes from elsewhere, and from 1,461 pictures of other things, "
        "to give these no name. They come from 2 sources."
    ) in words
    words = describe_training(replace(report, training=replace(report.training, further=FurtherInfo(0, 1))))
    assert "It also learnt from 1 picture of other things, to give these no name." in words


def test_the_card_tells_what_a_mean_is_of(garden: Collection):
    report = make_garden_report(garden)
    words = describe_training(
        replace(report, training=replace(report.training, earlier=report.training, shares=(0.7, 0.3)))
    )
    assert "That was in 2 runs" in words
    assert "the mean of 2 checkpoints, with 30\u00a0% from the last run" in words
