import json
from typing import Any

import dash
import pytest

from tests.making.dash_payloads import as_sent, malformed, send, strange
from web.server.dash_requests import is_from_a_page


def of_the_server(app: dash.Dash) -> dict[str, dict[str, Any]]:
    return {output: declared for output, declared in app.callback_map.items() if "callback" in declared}


def test_what_pages_send_passes(app):
    callbacks = of_the_server(app)
    assert len(callbacks) > 10
    for output, declared in callbacks.items():
        payload = as_sent(output, declared)
        assert is_from_a_page(payload, app.callback_map), payload
        assert is_from_a_page({**payload, "changedPropIds": []}, app.callback_map)  # a page that was just drawn
        without_values = [{"id": end["id"], "property": end["property"]} for end in payload["state"]]
        assert is_from_a_page({**payload, "state": without_values}, app.callback_map)


def test_no_callback_of_the_server_has_pattern_matching_ids(app):
    """The check compares ids as strings; whoever needs such a callback has to widen it."""
    for output, declared in of_the_server(app).items():
        ends = (*declared["inputs"], *declared["state"])
        assert not any("{" in end["id"] for end in ends), output
        assert "{" not in output


def test_of_many_malformed_payloads_each_is_refused_with_a_sentence_and_no_traceback(app, caplog):
    post = app.server.test_client().post
    bodies = list(malformed(app.callback_map))
    assert len(bodies) >= 1250
    for body in bodies:
        answer = send(post, body)
        assert answer.status_code == 400, (answer.status_code, body[:500])
        assert answer.mimetype == "text/plain"
        assert answer.text.endswith("Reload the page.")
    assert not caplog.records


def test_strange_values_are_answered_by_the_callbacks_themselves(app, caplog):
    post = app.server.test_client().post
    bodies = list(strange(app.callback_map))
    assert len(bodies) >= 1250
    for body in bodies[::11]:  # `benchmarks/resilience/hostile_uploads.py --payloads` sends all
        answer = send(post, body)
        assert answer.status_code < 500, (answer.status_code, body[:500], answer.text)
        if answer.status_code == 200:
            json.loads(answer.text)
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


@pytest.mark.parametrize(
    "path",
    [
        "/_dash-component-suites/unknown/x.js",
        "/_dash-component-suites/dash/unknown.js",
        "/_dash-component-suites/dash/../../../etc/passwd",
        "/_dash-component-suites/dash/%00",
        "/_dash-component-suites/os/path.py",
        "/_dash-component-suites/dash/dcc/dash_core_components.v1_2_3m1.js.map.js",
    ],
)
def test_a_script_that_is_not_there(app, caplog, path):
    answer = app.server.test_client().get(path)
    assert answer.status_code == 404
    assert answer.text == "There is no such script or style here. Reload the page."
    assert not caplog.records


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"])
def test_no_method_at_any_address_fails(app, caplog, method):
    """All rules of the server, with a value in each hole."""
    client = app.server.test_client()
    for rule in app.server.url_map.iter_rules():
        for value in ("1", "x", "%00", "%ff", "9" * 400):
            path = "".join(part if known else value for known, part in parts_of(rule.rule))
            for data in (None, b"", b"{", b"null"):
                answer = client.open(path, method=method, data=data, content_type="application/json")
                assert answer.status_code < 500, (method, path)
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


def parts_of(rule: str) -> list[tuple[bool, str]]:
    """The parts of an address of Flask's, and whether each is as it is written."""
    pieces = rule.replace(">", "<").split("<")
    return [(number % 2 == 0, piece) for number, piece in enumerate(pieces)]
