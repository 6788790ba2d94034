"""The header shows where one is."""

from __future__ import annotations

import dash
from dash import ClientsideFunction, Input, Output, State

from web.frame.frame import NAVIGATION


def register(app: dash.Dash) -> None:
    ids = [f"nav-{name.lower().replace(' ', '-')}" for _, name in NAVIGATION]
    app.clientside_callback(
        ClientsideFunction("florascope", "markPage"),
        [Output(nav_id, "className") for nav_id in ids],
        Input("_pages_location", "pathname"),
        [State(nav_id, "href") for nav_id in ids],
    )
