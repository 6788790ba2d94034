"""deploy/grafana and deploy/prometheus: what they ask for is what `/metrics` gives, and Prometheus understands it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient

from tests.making.fakes import FakeClassifier, draw_flower, encode, plant_garden
from tests.making.scraping import Scrape
from web import create_app
from web.server.monitoring.metrics import ModelIdentity
from web.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD = json.loads((DEPLOY / "grafana" / "florascope.json").read_text("utf-8"))
PANELS = DASHBOARD["panels"]
# What docs/operations.md says to read, from the top.
ORDER = ("answers_total", "refusals_total", "stage_seconds", "stage_seconds", "line_length", "bytes", "model_processes")
NOT_OURS = {"up"}
# Grafana's and Prometheus's own.
GIVEN_LABELS = {"job", "instance", "le"}
NAME = re.compile(r"\b(?:florascope_\w+|up)\b")
BY = re.compile(r"\bby \(([^)]*)\)")
MATCHERS = re.compile(r"\{([^}]*)\}")
PROMTOOL = shutil.which("promtool")


def expressions(value: Any = DASHBOARD) -> Iterator[str]:
    """All that Prometheus is asked: of panels and of variables."""
    if isinstance(value, dict):
        yield from (text for key, text in value.items() if key in ("expr", "definition") and isinstance(text, str))
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from expressions(each)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A site that has given an answer and a refusal."""
    garden = plant_garden(tmp_path_factory.mktemp("garden"))
    model = ModelIdentity("openvino", "net", "0" * 64)
    client = create_app(Settings(), FakeClassifier(calibrated={}), garden, model=model).server.test_client()
    for photo, status in ((encode(draw_flower()), 200), (b"a text", 422)):
        assert client.post("/api/v1/classify", data=photo).status_code == status
    return client


def test_the_dashboard_has_what_grafana_asks_for():
    assert DASHBOARD["title"] == "Florascope"
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", DASHBOARD["uid"])
    assert DASHBOARD["schemaVersion"] >= 36
    assert "id" not in DASHBOARD, "Grafana gives it"
    assert {"templating", "time", "refresh", "version"} <= DASHBOARD.keys()
    ids = [panel["id"] for panel in PANELS]
    assert len(set(ids)) == len(ids)
    for panel in PANELS:
        assert panel["type"] in {"timeseries", "stat", "table"}
        assert panel["title"]
        assert panel["description"].endswith((".", "?")), panel["title"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert {"defaults", "overrides"} == panel["fieldConfig"].keys()
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"]) > 0
        assert all(target["expr"] and target["datasource"] == panel["datasource"] for target in panel["targets"])


def test_panels_lie_side_by_side_in_the_order_in_which_they_are_read():
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
    places = [(panel["gridPos"]["y"], panel["gridPos"]["x"]) for panel in PANELS]
    assert places == sorted(places)
    for panel, name in zip(PANELS, ORDER, strict=False):
        assert all(name in target["expr"] for target in panel["targets"]), panel["title"]


def test_every_metric_and_label_that_is_asked_for_exists(client):
    found = Scrape(client.get("/metrics").text)
    labels = {label for name in found.names for each in found.labels(name) for label in each} | GIVEN_LABELS
    asked = set()
    for expression in expressions():
        asked |= set(NAME.findall(expression))
        for group in BY.findall(expression):
            assert set(re.split(r",\s*", group)) <= labels, expression
        for matchers in MATCHERS.findall(expression):
            assert {re.split("[=!~]", each)[0].strip() for each in matchers.split(",")} <= labels, expression
    assert asked - NOT_OURS <= found.names
    told = {re.sub("_(bucket|sum|count)$", "", name) for name in found.names if name.startswith("florascope_")}
    assert {re.sub("_(bucket|sum|count)$", "", name) for name in asked - NOT_OURS} == told, "nothing is left unseen"


def test_variables_that_are_used_are_declared():
    declared = {each["name"] for each in DASHBOARD["templating"]["list"]}
    used = set(re.findall(r"\$\{?(\w+)", json.dumps([PANELS, DASHBOARD["templating"]])))
    assert used - {"__rate_interval", "__all"} == declared


def test_the_autoscaler_and_the_operator_are_told_of_metrics_that_exist(client):
    found = Scrape(client.get("/metrics").text)
    scaler = yaml.safe_load((DEPLOY / "kubernetes" / "horizontalpodautoscaler.yaml").read_text("utf-8"))
    asked = {each["pods"]["metric"]["name"] for each in scaler["spec"]["metrics"] if each["type"] == "Pods"}
    described = (DEPLOY.parent / "docs" / "operations.md").read_text("utf-8")
    asked |= set(re.findall(r"\bflorascope_[a-z]+(?:_[a-z]+)+\b(?=[`{}' ])", described))
    assert "florascope_line_length" in asked
    names = {re.sub("_(bucket|sum|count)$", "", name) for name in found.names}
    assert asked - {"florascope_nginx"} <= names
    assert {name for name in names if name.startswith("florascope_")} <= asked, "docs/operations.md explains each"


@pytest.mark.skipif(PROMTOOL is None, reason="NO PROMTOOL: apt-get install prometheus")
def test_prometheus_understands_the_configuration_the_questions_and_the_answers(client, tmp_path: Path):
    def promtool(*arguments: str, given: str = "") -> None:
        assert PROMTOOL
        done = subprocess.run([PROMTOOL, *arguments], input=given, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr

    promtool("check", "config", str(DEPLOY / "prometheus" / "prometheus.yml"))
    rules = [
        {"record": f"q:{number}", "expr": re.sub(r"\[\$\w+\]", "[5m]", target["expr"])}
        for number, target in enumerate(target for panel in PANELS for target in panel["targets"])
    ]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}), encoding="utf-8")
    promtool("check", "rules", str(file))
    promtool("check", "metrics", given=client.get("/metrics").text)
