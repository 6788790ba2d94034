"""Mutated and crafted files sent to the site: never a fault of the server, and each refusal is a sentence."""

import io
import json
import logging
from typing import Any

import dash
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.making.fakes import FakeClassifier, data_url
from tests.making.mutations import mutated
from tests.web.conftest import ask_callback, response_of
from web import create_app
from web.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore")  # Pillow tells of damage that it passes over
NUMBERS = st.integers(0, 2**32)


@pytest.fixture(scope="module")
def one_app(garden: Any) -> dash.Dash:
    return create_app(Settings(), FakeClassifier(), garden)


@pytest.fixture(scope="module")
def one_client(one_app: dash.Dash) -> FlaskClient:
    return one_app.server.test_client()


@pytest.fixture(autouse=True)
def no_errors_are_logged(caplog: pytest.LogCaptureFixture) -> Any:
    yield
    records = [record for record in caplog.get_records("call") if not record.name.startswith("PIL.")]
    assert not [record for record in records if record.levelno >= logging.ERROR]


@given(number=NUMBERS, form=st.booleans())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_the_api_answers_or_refuses(one_client: FlaskClient, number: int, form: bool) -> None:
    data = mutated(number)
    sent: Any = {"image": (io.BytesIO(data), "x.jpg")} if form else data
    answer = one_client.post("/api/v1/classify", data=sent)
    if answer.status_code == 200:
        return
    assert answer.status_code in (400, 413, 415, 422)
    assert json.loads(answer.text)["detail"].endswith(".")


@given(number=NUMBERS, shrunk=st.booleans(), uncut=st.booleans())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_the_page_answers_or_refuses(one_app: dash.Dash, number: int, shrunk: bool, uncut: bool) -> None:
    photo = {"key": "k", "url": data_url(mutated(number)), "shrunk": shrunk, "uncut": uncut}
    answer = ask_callback(one_app, ["fresh-answer.data"], {"classify-button.n_clicks": 1}, {"photo.data": photo})
    record = response_of(answer)["fresh-answer"]["data"]
    assert not record["message"] or record["message"].endswith(".")
    assert "on our side" not in record["message"]
