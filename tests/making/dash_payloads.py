"""Payloads of Dash's callbacks: as the pages send them, of other shapes, and with values that nobody would choose."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from web.server.dash_requests import ADDRESS, QUERY

Payload = dict[str, Any]
WRONG_LISTS: list[Any] = [
    *(None, "what", 5, True, {}, {"id": "x", "property": "y"}),
    *([None], [5], ["x.y"], [[]], [[[]]], [{}], [{"id": "x"}], [{"property": "y"}]),
    *([{"id": "x", "property": "y"}], [{"id": None, "property": None}], [{"id": {"a": 1}, "property": "y"}]),
    *([{"id": [], "property": "y"}], [{"id": "x", "property": {}}], [{"id": "x.y", "property": ""}]),
]
WRONG_CHANGES: list[Any] = [
    *(None, "what", 5, {}, {"a": 1}),
    *([None], [5], [[]], [{}], [""], ["."], ["x"], ["x.y"], ["{.y"], ['{"a":1}.y']),
]
WRONG_ADDRESSES: list[Any] = [None, 5, [], {}, True, "", "x", "http://x/"]
WRONG_BODIES = [
    b"",
    b"{",
    b"null",
    b"5",
    b'"x"',
    b"[]",
    b"[[]]",
    b"{}",
    b'{"output":',
    b"\xff",
    b"[" * 100_000,
    b"1" * 5000,
]


STRANGE_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 10**30, 1.5, 1e308, float("nan"), float("inf"), float("-inf")),
    *("", "x", "0", "-1", "\0", "\ud800", "\u202e", "%", "../../etc/passwd", "<script>", "x" * 100_000, "1" * 5000),
    *([], {}, [[]], [None], {"a": {"b": {}}}, *(f"nested {depth}" for depth in (100, *range(850, 1000, 15)))),
    *({"points": value} for value in (None, [], "x", 5, {}, [None], [{}], [{"x": [], "y": {}}], [{"x": 1, "y": 2}])),
    *({"key": value, "url": value} for value in (None, 5, [], {}, "x", "data:", "data:,", "data:;base64,", "\ud800")),
    *(
        {"key": "k", "url": f"data:image/png;base64,{text}"}
        for text in ("", "=", "====", "AAAA", "A" * 5000, "ÄÖ", "\0")
    ),
    {"key": "k", "url": "data:image/png;base64,AAAA", "turn": [[]], "view": [], "shrunk": {}, "whole": "x"},
    {"key": "k", "url": "data:image/png;base64,AAAA", "view": {"size": float("nan"), "x": 1e400, "y": "5"}},
]


def as_sent(output: str, declared: dict[str, Any]) -> Payload:
    """The payload of a callback as a page sends it, with no values but the address.

    Args:
        output: the callback's key in `dash.Dash.callback_map`.
        declared: its entry there.
    """
    values = {ADDRESS: "/", QUERY: ""}

    def ends(names: list[dict[str, str]]) -> list[dict[str, Any]]:
        return [{**end, "value": values.get(f"{end['id']}.{end['property']}")} for end in names]

    outputs = [_end(name) for name in output.removeprefix("..").removesuffix("..").split("...")]
    return {
        "output": output,
        "outputs": outputs if output.startswith("..") else outputs[0],
        "inputs": ends(declared["inputs"]),
        "state": ends(declared["state"]),
        "changedPropIds": [f"{end['id']}.{end['property']}" for end in declared["inputs"]],
    }


def _end(name: str) -> dict[str, str]:
    component, _, name_of_property = name.rpartition(".")
    return {"id": component, "property": name_of_property}


def malformed(callbacks: dict[str, Any]) -> Iterator[bytes]:
    """Bodies that no page sends: other shapes for every callback, and callbacks that run in the browser."""
    yield from WRONG_BODIES
    for output, declared in callbacks.items():
        right = as_sent(output, declared)
        if "callback" not in declared:
            yield spelled(right)
            continue
        for field, wrongs in (
            ("outputs", WRONG_LISTS),
            ("inputs", WRONG_LISTS),
            ("state", WRONG_LISTS),
            ("changedPropIds", WRONG_CHANGES),
        ):
            yield from (spelled({**right, field: wrong}) for wrong in wrongs)
        for field in ("outputs", "inputs"):
            yield spelled({name: value for name, value in right.items() if name != field})
            yield (
                spelled({**right, field: [*right[field], {"id": "x", "property": "y"}]}) if field == "inputs" else b"{}"
            )
            yield spelled({**right, field: [right[field]]})
        for name in (ADDRESS, QUERY):
            for wrong in WRONG_ADDRESSES:
                if (changed := with_value(right, name, wrong)) and not (name == QUERY and isinstance(wrong, str)):
                    yield spelled(changed)


def strange(callbacks: dict[str, Any]) -> Iterator[bytes]:
    """Bodies that pages could send, with values that no visitor chooses."""
    for output, declared in callbacks.items():
        if "callback" not in declared:
            continue
        right = as_sent(output, declared)
        for end in (*right["inputs"], *right["state"]):
            name = f"{end['id']}.{end['property']}"
            if name not in (ADDRESS, QUERY):
                yield from (spelled(with_value(right, name, value) or {}) for value in STRANGE_VALUES)
        for value in STRANGE_VALUES:
            changed = copy.deepcopy(right)
            for end in (*changed["inputs"], *changed["state"]):
                if f"{end['id']}.{end['property']}" not in (ADDRESS, QUERY):
                    end["value"] = value
            yield spelled(changed)
        for query in (
            "?",
            "?a",
            "?flower_id=1&flower_id=2",
            "?%ff=%00",
            "?" + "&".join("abc"),
            "?" + "a=1&" * 500,
            "x",
        ):
            if changed := with_value(right, QUERY, query):
                yield spelled(changed)
        for address in (
            "/flower/999999",
            "/flower/-1",
            "/flower/" + "9" * 5000,
            "/\0",
            "/\ud800",
            "//",
            "/%2e%2e/",
            "/" * 300,
        ):
            if changed := with_value(right, ADDRESS, address):
                yield spelled(changed)


def with_value(payload: Payload, name: str, value: Any) -> Payload | None:
    """The payload with another value of an input or a state; None where it has no such end."""
    changed = copy.deepcopy(payload)
    found = [end for end in (*changed["inputs"], *changed["state"]) if f"{end['id']}.{end['property']}" == name]
    for end in found:
        end["value"] = value
    return changed if found else None


def spelled(payload: Payload) -> bytes:
    """JSON with NaN and lone surrogates, which browsers never send, and so many lists for each text “nested 100”."""
    text = json.dumps(payload)
    return re.sub(r'"nested (\d+)"', lambda found: "[" * int(found[1]) + "]" * int(found[1]), text).encode()


def send(client: Callable[..., Any], body: bytes) -> Any:
    """Send one body as a page does; `client` is the `post` of a test client."""
    return client("/_dash-update-component", data=body, content_type="application/json")
