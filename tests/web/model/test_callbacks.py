"""Charts, matrix and table, as the page asks for them."""

import json
from dataclasses import replace
from pathlib import Path

import dash
import pytest
from dash.exceptions import PreventUpdate

from classifier.checkpoint import TrainingInfo
from classifier.data.collection import Collection
from classifier.reports.report import report_path, write_report
from tests.making.reports import make_garden_report, make_verdict_report, plant_report
from tests.web.conftest import ask_callback, make_site, response_of, visit
from tests.web.model.conftest import open_site
from web.model import callbacks


def test_charts_are_drawn_from_the_report(garden: Collection, checkpoint: Path):
    plant_report(garden, checkpoint)
    charts = [f"model-{name}-chart.children" for name in ("loss", "top1", "reliability")]
    response = response_of(ask_callback(open_site(garden, checkpoint), charts, {"model-near.data": True}))
    loss = response["model-loss-chart"]["children"]["props"]["children"]["props"]["figure"]
    assert loss["data"][0]["y"] == [2.0, 1.0, 2 / 3]


def draw_verdicts(app: dash.Dash) -> dict[str, dict]:
    charts = [f"model-{name}-chart.children" for name in ("verdicts", "lists", "familiarity")]
    return response_of(ask_callback(app, charts, {"model-near.data": True}))


def test_verdicts_are_drawn_and_put_into_words(garden: Collection, checkpoint: Path):
    write_report(report_path(checkpoint), replace(make_garden_report(garden), verdicts=make_verdict_report()))
    app = open_site(garden, checkpoint)
    content = visit(app, "/model")[0]
    for words in ("Does it know when it does not know?", "Other <plants>, 50 pictures: of 100, 80", "#trust"):
        assert words in content
    assert "classifier calibrate" not in content
    charts = draw_verdicts(app)
    bars, lists, hills = (
        charts[f"model-{name}-chart"]["children"]["props"]["children"]["props"]["figure"]["data"]
        for name in ("verdicts", "lists", "familiarity")
    )
    assert (len(bars), len(lists), len(hills)) == (7, 1, 3)


def test_without_unknown_pictures_there_are_no_hills(garden: Collection, checkpoint: Path):
    measured = replace(make_verdict_report(), unknown=(), auroc=None)
    write_report(report_path(checkpoint), replace(make_garden_report(garden), verdicts=measured))
    app = open_site(garden, checkpoint)
    assert "How familiar" not in visit(app, "/model")[0]
    charts = draw_verdicts(app)
    assert charts["model-familiarity-chart"]["children"] is None
    assert charts["model-verdicts-chart"]["children"]


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


@pytest.mark.parametrize(("only_mistaken", "rows"), [(True, 5), (False, 6)])
def test_the_table_can_leave_out_classes_without_a_mistake(
    garden: Collection, checkpoint: Path, only_mistaken: bool, rows: int
):
    plant_report(garden, checkpoint)
    inputs = {"model-order.value": "name", "model-few.checked": only_mistaken}
    response = response_of(ask_callback(open_site(garden, checkpoint), ["model-table.children"], inputs))
    body = response["model-table"]["children"]["props"]["children"][2]
    assert len(body["props"]["children"]) == rows


def test_the_functions_answer_without_an_app(garden: Collection, checkpoint: Path):
    site = make_site(garden, checkpoint=checkpoint)
    write_report(report_path(checkpoint), replace(make_garden_report(garden), verdicts=make_verdict_report()))
    assert all(callbacks.show_charts(site, True))
    assert all(callbacks.show_verdicts(site, True))
    assert callbacks.show_matrix(site, False, True).role == "img"
    assert callbacks.open_photos(site, None, "8", trigger="model-row") is not None
    assert callbacks.open_photos(site, None, "8", trigger="model-matrix") is None
    assert callbacks.open_photos(site, None, "no id", trigger="model-row") is None
    assert len(callbacks.sort_table(site, "name", False).children[2].children) == 6


@pytest.mark.parametrize(
    "function",
    [
        lambda site: callbacks.show_charts(site, True),
        lambda site: callbacks.show_verdicts(site, True),
        lambda site: callbacks.show_matrix(site, False, True),
        lambda site: callbacks.open_photos(site, None, "8", trigger="model-row"),
        lambda site: callbacks.sort_table(site, "name", False),
    ],
)
def test_without_a_report_nothing_is_drawn(garden: Collection, checkpoint: Path, function):
    with pytest.raises(PreventUpdate):
        function(make_site(garden, checkpoint=checkpoint))


def test_nothing_is_drawn_before_it_comes_near(garden: Collection, checkpoint: Path):
    plant_report(garden, checkpoint)
    site = make_site(garden, checkpoint=checkpoint)
    for function in (callbacks.show_charts, callbacks.show_verdicts):
        with pytest.raises(PreventUpdate):
            function(site, None)
    with pytest.raises(PreventUpdate):
        callbacks.show_matrix(site, None, True)


def test_without_a_history_there_are_no_curves(garden: Collection, checkpoint: Path):
    write_report(report_path(checkpoint), replace(make_garden_report(garden), training=TrainingInfo()))
    loss, accuracy, dots = callbacks.show_charts(make_site(garden, checkpoint=checkpoint), True)
    assert (loss, accuracy) == (None, None)
    assert dots.role == "img"
