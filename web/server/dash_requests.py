"""Requests to Dash's own addresses, checked before Dash sees them: payloads of callbacks, and addresses of scripts.

Dash takes for granted that payloads come from its own scripts: another shape fails somewhere inside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash.exceptions import DependencyException
from flask import Flask, Response

from web.server.responses import plain_text

# What Dash itself reads of a payload's values: where the visitor is. All others go to callbacks of the site, which take
# whatever comes.
ADDRESS, QUERY = "_pages_location.pathname", "_pages_location.search"
NO_SCRIPT = "There is no such script or style here. Reload the page."


def register(server: Flask) -> None:
    """Answer 404 for scripts and styles that Dash does not have; without this, Dash's error becomes a 500."""

    @server.errorhandler(DependencyException)
    def no_script(_: DependencyException) -> Response:
        return plain_text(404, NO_SCRIPT)


def is_from_a_page(payload: Any, callbacks: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a payload is one that the site's pages send: for a callback of the server, shaped as it is declared.

    Args:
        payload: the JSON that came, of any shape.
        callbacks: `dash.Dash.callback_map`. Ends are compared by their names, so that pattern-matching ids, which none
            of the server's callbacks has, never fit.
    """
    output = payload.get("output") if isinstance(payload, dict) else None
    declared = callbacks.get(output) if isinstance(output, str) else None
    if declared is None or "callback" not in declared:  # those that run in browsers have none
        return False
    inputs, state = payload.get("inputs", []), payload.get("state", [])
    changed = payload.get("changedPropIds", [])
    return (
        _spelled(payload.get("outputs")) == output
        and _names(inputs) == _names(declared["inputs"])
        and _names(state) == _names(declared["state"])
        and isinstance(changed, list)
        and all(isinstance(name, str) and name in _names(inputs) for name in changed)
        and all(map(_has_text, inputs))
    )


def _spelled(outputs: Any) -> str | None:
    """Outputs as Dash spells them in `output`: “id.property”, of several “..id.property...id.property..”."""
    if isinstance(outputs, dict):
        return _name(outputs)
    return f"..{'...'.join(map(str, _names(outputs)))}.." if isinstance(outputs, list) else None


def _names(ends: Any) -> list[str | None]:
    """“id.property” of each end; [None], which is equal to no declared ends, for anything else than a list."""
    return list(map(_name, ends)) if isinstance(ends, list) else [None]


def _name(end: Any) -> str | None:
    if not isinstance(end, dict):
        return None
    component, name = end.get("id"), end.get("property")
    return f"{component}.{name}" if isinstance(component, str) and isinstance(name, str) else None


def _has_text(end: dict[str, Any]) -> bool:
    """Whether what Dash reads as text is one; every other end may have any value."""
    name, value = _name(end), end.get("value")
    if name == ADDRESS:
        return isinstance(value, str) and value.startswith("/")
    return name != QUERY or isinstance(value, str)
