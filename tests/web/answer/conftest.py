"""Asking an app about a drawn photo."""

import json

from tests.making.fakes import FakeClassifier, data_url, draw_flower, encode
from tests.web.conftest import ask_callback, response_of
from web import create_app
from web.settings import Settings

ANSWER = ["fresh-answer.data"]
PHOTO = {"key": "k1", "name": "a.jpg", "url": data_url(encode(draw_flower()))}


def content_of(app) -> tuple[str, str]:
    """What the page shows of an answer, as JSON, and the sentence for screen readers."""
    answer = ask_callback(app, ANSWER, {"classify-button.n_clicks": 1}, {"photo.data": PHOTO})
    record = response_of(answer)["fresh-answer"]["data"]
    return json.dumps(record["content"], ensure_ascii=False).replace("\u00a0", " "), record["words"]


def app_with(garden, **calibrated):
    return create_app(Settings(), FakeClassifier(calibrated=calibrated), garden)


def ask_output(app, output, inputs):
    """Call the callback whose outputs begin with `output`; duplicated outputs carry a hash in their names."""
    name = next(name for name in app.callback_map if name.startswith(f"..{output}"))
    return ask_callback(app, name.strip(".").split("..."), inputs)
