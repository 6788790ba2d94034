"""Links in the header, with the one to the current page marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import dash
from dash import ClientsideFunction, Input, Output, State


@dataclass(frozen=True)
class NavLink:
    """One link in the header: where it leads, and what it says."""

    path: str
    name: str

    @property
    def id(self) -> str:
        """The element's id: "nav-data-set"."""
        return f"nav-{self.name.lower().replace(' ', '-')}"


def register(app: dash.Dash, links: Sequence[NavLink]) -> None:
    """Mark the link to the current page, in the browser."""
    app.clientside_callback(
        ClientsideFunction("florascope", "markPage"),
        [Output(link.id, "className") for link in links],
        Input("_pages_location", "pathname"),
        [State(link.id, "href") for link in links],
    )
