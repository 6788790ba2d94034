import json
from pathlib import Path

import brotli
import dash
import pytest

from benchmarks import click_to_answer
from benchmarks.click_to_answer import click_asker, main, make_click, make_request, measure
from benchmarks.report.parts import Options
from benchmarks.serving.visitors import Answer, Connection, Refused, Traffic
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
    lines = capsys.readouterr().out.splitlines()
    assert any("click ÷ API" in line for line in lines)
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "no verdict" in line]
    assert [row[0] for row in cells] == ["click on Classify, no verdict", "request to the API, no verdict"] * (
        1 + drawn
    )
    for click, request in zip(cells[::2], cells[1::2], strict=True):
        assert min(float(click[1]), float(request[1])) > 0
        assert float(click[4]) > float(click[3]) > 0


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
    met = Traffic((0.1, 0.2), seconds=1.0, answers=2, refused=1)
    monkeypatch.setattr(click_to_answer, "click_together", lambda photos, options: met)
    found = measure(Options(checkpoint, quick=True, say=lambda words: None))
    assert found.figures["p95_ms"] == 200
    assert found.figures["times_api"] > 0
    assert 0 < found.figures["answer_kb"] < 25
    assert [len(table.columns) == len(table.rows[0]) for table in found.tables] == [True, True]
    assert len(found.tables[0].rows) == 4
    ratios = [float(row[2].split()[0]) for row in found.tables[0].rows[::2]]
    assert found.figures["times_api"] == pytest.approx(max(ratios), rel=0.01)  # the worst of the answers
    assert "1 clicks of several visitors got no answer." in found.notes
    monkeypatch.setattr(click_to_answer, "click_together", lambda photos, options: None)
    found = measure(Options(checkpoint, quick=True, say=lambda words: None))
    assert "p95_ms" not in found.figures
    assert found.notes[-1] == "Not measured: clicks of several visitors."


def test_a_visitor_takes_compressed_answers_and_reads_them(monkeypatch: pytest.MonkeyPatch):
    page = brotli.compress(b'{"className": "verdict__name"}')
    answers = [Answer(page, "br"), Answer(brotli.compress(b"sorry"), "br"), Answer(b"verdict__name", "")]
    sent: list[dict[str, str]] = []

    def send(self, method, path, body, headers):
        sent.append(headers)
        return answers.pop(0)

    monkeypatch.setattr(Connection, "send", send)
    ask = click_asker(1)
    ask(b"photo")
    assert "br" in sent[0]["Accept-Encoding"].split(", ")
    for _ in range(2):
        with pytest.raises(Refused):
            ask(b"photo")
