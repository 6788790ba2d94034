from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import dash
import pytest
from werkzeug.test import TestResponse

from classifier.data.collection import Collection
from tests.making.fakes import FakeClassifier, plant_garden
from web import create_app
from web.settings import Settings


@pytest.fixture(scope="session")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return plant_garden(tmp_path_factory.mktemp("garden"))


@pytest.fixture(scope="session")
def bare_garden() -> Collection:
    """The same without the photos."""
    return plant_garden(Path("nowhere"), with_photos=False)


@pytest.fixture
def app(garden: Collection) -> dash.Dash:
    return create_app(Settings(), FakeClassifier(), garden)


def ask_callback(
    app: dash.Dash, outputs: list[str], inputs: dict[str, Any], state: dict[str, Any] | None = None
) -> Any:
    """Call a callback as the browser does. Outputs, inputs and state are named "id.property"."""

    def record(name: str) -> dict[str, Any]:
        component, prop = name.split(".")
        return {"id": component, "property": prop}

    body = {
        "output": f"..{'...'.join(outputs)}.." if len(outputs) > 1 else outputs[0],
        "outputs": [record(name) for name in outputs] if len(outputs) > 1 else record(outputs[0]),
        "inputs": [{**record(name), "value": value} for name, value in inputs.items()],
        "state": [{**record(name), "value": value} for name, value in (state or {}).items()],
        "changedPropIds": list(inputs),
    }
    return app.server.test_client().post("/_dash-update-component", json=body)


def response_of(answer: TestResponse) -> dict[str, Any]:
    """The properties that a callback's answer sets."""
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text)["response"]
