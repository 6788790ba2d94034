import json
from pathlib import Path

import dash
import pytest

from benchmarks import click_to_answer
from benchmarks.click_to_answer import main, make_click, make_request, measure
from benchmarks.report.parts import Options
from benchmarks.serving.visitors import Traffic
from tests.making.fakes import draw_flower, encode
from tests.making.tiny import plant_checkpoint
from tests.web.conftest import app, garden, response_of  # noqa: F401  fixtures


def test_both_ask_about_the_same_photo(app: dash.Dash):  # noqa: F811
    client, photo = app.server.test_client(), encode(draw_flower())
    record = response_of(make_click(client, photo, encoding="identity")())["fresh-answer"]["data"]
    assert record["message"] == ""
    answer = make_request(client, photo, encoding="identity")()
    assert json.loads(answer.text)["predictions"][0]["name"] in json.dumps(record["content"])


@pytest.mark.parametrize("drawn", [True, False])
def test_the_table_has_the_ratio_and_the_weights(
    capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory, drawn: bool
):
    folder = tmp_path_factory.mktemp("click")
    checkpoint, _ = plant_checkpoint(folder)
    photo = folder / "photo.jpg"
    photo.write_bytes(encode(draw_flower()))
    asked = ["--checkpoint", str(checkpoint), "--rounds", "2", *([] if drawn else ["--photo", str(photo)])]
    assert main(asked) == 0
    head, click, request, *_ = capsys.readouterr().out.splitlines()
    assert "click ÷ API" in head
    assert min(float(click.split()[3]), float(request.split()[4])) > 0
    assert float(click.split()[-1]) > float(click.split()[-2]) > 0


@pytest.mark.parametrize("missing", ["--checkpoint", "--photo"])
def test_what_is_not_there_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path, missing: str):
    checkpoint = [] if missing == "--checkpoint" else ["--checkpoint", str(plant_checkpoint(tmp_path)[0])]
    assert main([*checkpoint, missing, str(tmp_path / "no.file")]) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_too_few_rounds_are_wrong_usage():
    with pytest.raises(SystemExit) as stopped:
        main(["--rounds", "1"])
    assert stopped.value.code == 2


def test_the_page_gets_ratio_weights_and_what_visitors_met(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    checkpoint, _ = plant_checkpoint(tmp_path)
    met = Traffic((0.1, 0.2), seconds=1.0)
    monkeypatch.setattr(click_to_answer, "click_together", lambda options: met)
    found = measure(Options(checkpoint, quick=True, say=lambda words: None))
    assert found.figures["p95_ms"] == 200
    assert found.figures["times_api"] > 0
    assert 0 < found.figures["answer_kb"] < 25
    assert [len(table.columns) == len(table.rows[0]) for table in found.tables] == [True, True]
    monkeypatch.setattr(click_to_answer, "click_together", lambda options: None)
    found = measure(Options(checkpoint, quick=True, say=lambda words: None))
    assert "p95_ms" not in found.figures
    assert found.notes == ("Not measured: clicks of several visitors.",)
