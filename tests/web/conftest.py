from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import dash
import pytest
from werkzeug.test import TestResponse

from classifier.data.collection import Collection
from classifier.data.statistics import Statistics
from tests.making.fakes import FakeClassifier, plant_garden
from web import create_app
from web.settings import Settings
from web.site import Site


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


def make_site(collection: Collection, classifier: FakeClassifier | None = None, **settings: Any) -> Site:
    """A site to call functions with, without an app."""
    return Site(Settings(**settings), collection, Statistics(collection), classifier or FakeClassifier(), None)


def ask_callback(
    app: dash.Dash,
    outputs: list[str],
    inputs: dict[str, Any],
    state: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
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
    return app.server.test_client().post("/_dash-update-component", json=body, headers=headers)


def response_of(answer: TestResponse) -> dict[str, Any]:
    """The properties that a callback's answer sets."""
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text)["response"]


def visit(app: dash.Dash, path: str, search: str = "") -> tuple[str, str]:
    """The page at an address, as JSON, and its title; as Dash's router builds it for a visitor."""
    inputs = {"_pages_location.pathname": path, "_pages_location.search": search}
    response = response_of(ask_callback(app, ["_pages_content.children", "_pages_store.data"], inputs))
    content = json.dumps(response["_pages_content"]["children"], ensure_ascii=False)
    return content, response["_pages_store"]["data"]["title"]
