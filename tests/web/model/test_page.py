"""The page Model: with a report, without one, with one that is damaged or out of date."""

import json
from dataclasses import replace
from pathlib import Path

import dash
import pytest

from classifier.checkpoint import TrainingInfo
from classifier.data.collection import Collection
from classifier.reports.report import report_path, write_report
from tests.making.fakes import FakeClassifier
from tests.making.reports import make_garden_report, make_verdict_report, plant_report
from tests.web.conftest import ask_callback, response_of
from tests.web.test_pages import visit
from web import create_app
from web.model.card import (
    describe_calibration,
    describe_elsewhere,
    describe_measurement,
    describe_time,
    describe_training,
)
from web.model.photos import describe_cell
from web.model.table import ORDERS, sort_classes
from web.settings import Settings


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return tmp_path / "garden.safetensors"


def open_site(collection: Collection, checkpoint: Path) -> dash.Dash:
    return create_app(Settings(checkpoint=checkpoint), FakeClassifier(), collection)


def see(collection: Collection, checkpoint: Path) -> str:
    return visit(open_site(collection, checkpoint), "/model")[0]


def test_the_page_shows_what_the_report_says(garden: Collection, checkpoint: Path):
    report = plant_report(garden, checkpoint)
    content, title = visit(open_site(garden, checkpoint), "/model")
    assert title == "Model · Florascope"
    assert f"{100 * report.summary['top1']:.1f}\u00a0%" in content
    assert "28 photos of garden" in content
    assert "1 March 2026" in content
    assert f"/photos/{report.wrong[0].image_id}.webp" in content
    for word in ("In words", "Training", "How sure, how right", "What it confuses", "Class by class"):
        assert word in content


def test_it_works_without_the_photos(bare_garden: Collection, checkpoint: Path):
    plant_report(bare_garden, checkpoint)
    content = see(bare_garden, checkpoint)
    assert "/photos/" not in content
    assert "picture--tile" in content
    assert "python -m classifier download" in content


def test_it_works_with_photos_that_the_collection_does_not_know(garden: Collection, checkpoint: Path):
    plant_report(garden, checkpoint)
    content = see(replace(garden, photos=(), root=None), checkpoint)
    assert "picture--none" in content


@pytest.mark.parametrize(("content", "words"), [(None, "There is no report at"), ("{}", "This is no report")])
def test_without_a_report_the_command_that_writes_it_is_named(
    garden: Collection, checkpoint: Path, content: str | None, words: str
):
    if content is not None:
        report_path(checkpoint).write_text(content)
    page = see(garden, checkpoint)
    assert words in page
    assert f"python -m classifier evaluate --report --checkpoint {checkpoint}" in page


def test_a_report_of_another_checkpoint_is_marked(garden: Collection, checkpoint: Path):
    plant_report(garden, checkpoint)
    assert "another version of the checkpoint" not in see(garden, checkpoint)
    checkpoint.write_bytes(b"weights")
    assert "another version of the checkpoint" in see(garden, checkpoint)


def test_a_new_report_is_read_at_once(garden: Collection, checkpoint: Path):
    app = open_site(garden, checkpoint)
    assert "There is no report" in visit(app, "/model")[0]
    plant_report(garden, checkpoint)
    assert "28 photos of garden" in visit(app, "/model")[0]


def test_a_model_without_mistakes_and_history_has_a_page(garden: Collection, checkpoint: Path):
    report = make_garden_report(garden)
    right = tuple(answer for answer in report.answers if answer.is_right)
    write_report(report_path(checkpoint), replace(report, answers=right, training=TrainingInfo()))
    content = see(garden, checkpoint)
    assert "every answer was right" in content
    assert "does not tell how it was trained" in content


def test_charts_are_drawn_from_the_report(garden: Collection, checkpoint: Path):
    plant_report(garden, checkpoint)
    charts = [f"model-{name}-chart.children" for name in ("loss", "top1", "reliability")]
    response = response_of(ask_callback(open_site(garden, checkpoint), charts, {"model-near.data": True}))
    loss = response["model-loss-chart"]["children"]["props"]["children"]["props"]["figure"]
    assert loss["data"][0]["y"] == [2.0, 1.0, 2 / 3]


def draw_trust(app: dash.Dash) -> dict[str, dict]:
    charts = [f"model-{name}-chart.children" for name in ("verdicts", "lists", "familiarity")]
    return response_of(ask_callback(app, charts, {"model-near.data": True}))


def test_trust_is_drawn_and_put_into_words(garden: Collection, checkpoint: Path):
    write_report(report_path(checkpoint), replace(make_garden_report(garden), verdicts=make_verdict_report()))
    app = open_site(garden, checkpoint)
    content = visit(app, "/model")[0]
    for words in ("Does it know when it does not know?", "Other <plants>, 50 pictures: of 100, 80", "#trust"):
        assert words in content
    assert "classifier calibrate" not in content
    charts = draw_trust(app)
    bars, lists, hills = (
        charts[f"model-{name}-chart"]["children"]["props"]["children"]["props"]["figure"]["data"]
        for name in ("verdicts", "lists", "familiarity")
    )
    assert (len(bars), len(lists), len(hills)) == (7, 1, 3)


def test_without_unknown_pictures_there_are_no_hills(garden: Collection, checkpoint: Path):
    trust = replace(make_verdict_report(), unknown=(), auroc=None)
    write_report(report_path(checkpoint), replace(make_garden_report(garden), verdicts=trust))
    app = open_site(garden, checkpoint)
    assert "How familiar" not in visit(app, "/model")[0]
    charts = draw_trust(app)
    assert charts["model-familiarity-chart"]["children"] is None
    assert charts["model-verdicts-chart"]["children"]


def test_a_report_without_trust_names_the_commands(garden: Collection, checkpoint: Path):
    plant_report(garden, checkpoint)
    content = see(garden, checkpoint)
    assert f"python -m classifier calibrate --checkpoint {checkpoint}" in content
    assert f"python -m classifier evaluate --report --checkpoint {checkpoint} --unknown DIR" in content


def test_the_card_says_what_becomes_of_other_things(garden: Collection):
    report = make_garden_report(garden)
    assert "no other words than its 6 classes" in describe_elsewhere(report)
    told = describe_elsewhere(replace(report, verdicts=make_verdict_report()))
    assert told.endswith("of 70 pictures that showed none of them it gave 10 one of their names.")
    untold = describe_elsewhere(replace(report, verdicts=replace(make_verdict_report(), unknown=())))
    assert untold.endswith("does not always, and then it gives one of their names.")


@pytest.mark.parametrize(("only_mistaken", "side"), [(True, 5), (False, 6)])
def test_the_matrix_has_all_classes_or_the_mistaken_ones(
    garden: Collection, checkpoint: Path, only_mistaken: bool, side: int
):
    plant_report(garden, checkpoint)
    response = response_of(
        ask_callback(
            open_site(garden, checkpoint),
            ["model-matrix-chart.children"],
            {"model-narrow.data": False, "model-mistaken.checked": only_mistaken},
        )
    )
    heat = response["model-matrix-chart"]["children"]["props"]["children"]["props"]["figure"]["data"][0]
    assert len(heat["x"]) == len(heat["y"]) == len(heat["customdata"]) == side


def open_cell(app: dash.Dash, *, click: object = None, row: object = None) -> str:
    inputs = {"model-matrix.clickData": click, "model-row.value": row}
    changed = "model-row.value" if row is not None else "model-matrix.clickData"
    ordered = {changed: inputs.pop(changed), **inputs}
    body = {
        "output": "model-opened.children",
        "outputs": {"id": "model-opened", "property": "children"},
        "inputs": [
            {"id": "model-matrix", "property": "clickData", "value": click},
            {"id": "model-row", "property": "value", "value": row},
        ],
        "changedPropIds": [next(iter(ordered))],
        "state": [],
    }
    answer = app.server.test_client().post("/_dash-update-component", json=body)
    assert answer.status_code == 200
    return json.dumps(json.loads(answer.text)["response"]["model-opened"]["children"], ensure_ascii=False)


def test_a_cell_opens_its_photos_and_an_empty_one_its_row(garden: Collection, checkpoint: Path):
    report = plant_report(garden, checkpoint)
    app = open_site(garden, checkpoint)
    wrong = next(answer for answer in report.answers if not answer.is_right)
    assert (wrong.class_id, wrong.answer_id) == (4, 7)
    cell = open_cell(app, click={"points": [{"y": "Tiger lily", "x": "Fire lily"}]})
    assert "1 photo of Tiger lily, called Fire lily" in cell
    assert f"/photos/{wrong.image_id}.webp" in cell
    assert "wrongly named; the hardest first" in open_cell(app, click={"points": [{"y": "Tiger lily", "x": "Rose"}]})
    assert "Rose: " in open_cell(app, row="8")


@pytest.mark.parametrize("click", [None, {}, {"points": []}, {"points": [{"x": "?", "y": "?"}]}, "text", 7])
def test_clicks_that_make_no_sense_open_nothing(garden: Collection, checkpoint: Path, click: object):
    plant_report(garden, checkpoint)
    assert open_cell(open_site(garden, checkpoint), click=click) == "null"


def test_classes_can_be_sorted_by_everything(garden: Collection):
    report = make_garden_report(garden)
    for order in (*ORDERS, "nonsense"):
        assert {each.class_id for each in sort_classes(report, order)} == set(report.labels)
    assert [each.n for each in sort_classes(report, "many")] == sorted((e.n for e in report.per_class), reverse=True)
    shares = [each.f1 for each in sort_classes(report, "f1") if each.f1 is not None]
    assert shares == sorted(shares)


@pytest.mark.parametrize(("only_mistaken", "rows"), [(True, 5), (False, 6)])
def test_the_table_can_leave_out_classes_without_a_mistake(
    garden: Collection, checkpoint: Path, only_mistaken: bool, rows: int
):
    plant_report(garden, checkpoint)
    inputs = {"model-order.value": "name", "model-few.checked": only_mistaken}
    response = response_of(ask_callback(open_site(garden, checkpoint), ["model-table.children"], inputs))
    body = response["model-table"]["children"]["props"]["children"][2]
    assert len(body["props"]["children"]) == rows


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
    assert describe_time(5100) == "1 h 25 min"
    assert describe_cell(report, 3, 3)[0].endswith("rightly named, the surest first.")


def test_the_card_tells_what_a_mean_is_of(garden: Collection):
    report = make_garden_report(garden)
    words = describe_training(
        replace(report, training=replace(report.training, earlier=report.training, shares=(0.7, 0.3)))
    )
    assert "That was in 2 runs" in words
    assert "the mean of 2 checkpoints, with 30\u00a0% from the last run" in words
