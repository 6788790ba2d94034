"""Wiring of callbacks: plain functions of the site, attached to the app in a short table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dash
from dash import ClientsideFunction, ctx

from web.site import Site


@dataclass(frozen=True)
class Wiring:
    """The app that callbacks are attached to, and the site that they are called with."""

    app: dash.Dash
    site: Site

    def in_server(self, function: Callable[..., Any], *ends: Any, tells_trigger: bool = False, **options: Any) -> None:
        """Attach a function that runs on the server.

        Args:
            function: takes the site and the values of the inputs and states; returns the values of the outputs.
            ends: `Output`, `Input` and `State`, in this order.
            tells_trigger: also pass `trigger=`, the id of the component that changed, None when the page was drawn.
            options: those of `dash.callback`.
        """

        def call(*values: Any) -> Any:
            named = {"trigger": ctx.triggered_id} if tells_trigger else {}
            return function(self.site, *values, **named)

        call.__name__ = function.__name__
        self.app.callback(*ends, **options)(call)

    def in_browser(self, name: str, *ends: Any, **options: Any) -> None:
        """Attach a function of `assets/` that runs in the browser; `name` is "namespace.function"."""
        namespace, _, function = name.partition(".")
        self.app.clientside_callback(ClientsideFunction(namespace, function), *ends, **options)
