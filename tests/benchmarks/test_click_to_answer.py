import json
from pathlib import Path

import dash
import pytest

from benchmarks.click_to_answer import main, make_click, make_request
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
    assert float(click.split()[3]) > float(request.split()[4]) > 0
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
