"""Frame of every page: skip link, header, footer, the notice for a server that does not answer."""

from __future__ import annotations

from collections.abc import Sequence

import dash
import dash_mantine_components as dmc
from dash import dcc, html

from web.frame.navigation import NavLink
from web.shared.attributes import aria
from web.shared.sentence import fill

NAME = "Florascope"

LEAF_SHADES = [
    "#eff6ee", "#dcebda", "#b9d7b6", "#9bc998", "#84bd86", "#5f9d62", "#47854e", "#2f6a3b", "#285a32", "#1d4526",
]  # fmt: skip
SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif'

THEME = {
    "colors": {"leaf": LEAF_SHADES},
    "primaryColor": "leaf",
    "primaryShade": {"light": 7, "dark": 4},
    "autoContrast": True,
    "fontFamily": SANS,
    "defaultRadius": "md",
    "cursorType": "pointer",
    "respectReducedMotion": True,
}


def create_frame(links: Sequence[NavLink]) -> dmc.MantineProvider:
    """The layout of the app. The stores sit out here so that going to another page and back loses nothing."""
    return dmc.MantineProvider(
        [
            html.A("Skip to the content", href="#main", className="skip-link"),
            create_header(links),
            html.Main(dash.page_container, id="main", tabIndex=-1),
            create_footer(),
            html.Div(id="notice", role="alert", className="notice"),
            # The visitor's photo and its answer: in this tab's memory, gone when it closes.
            dcc.Store(id="photo"),
            dcc.Store(id="answer"),
        ],
        id="mantine",
        theme=THEME,
        defaultColorScheme="auto",
    )


def create_header(links: Sequence[NavLink]) -> html.Header:
    """Name, pages, and the switch between light and dark."""
    anchors = [dcc.Link(link.name, href=link.path, id=link.id, className="nav-link") for link in links]
    return html.Header(
        html.Div(
            [
                dcc.Link(
                    [html.Span(className="brand-mark"), html.Span(NAME, className="brand-name")],
                    href="/",
                    className="brand",
                ),
                html.Nav(anchors, className="site-nav", **aria(label="Pages")),
                dmc.ColorSchemeToggle(
                    lightIcon=html.Span(className="icon icon--sun"),
                    darkIcon=html.Span(className="icon icon--moon"),
                    id="scheme",
                    variant="subtle",
                    size="lg",
                    className="scheme-toggle",
                    **aria(label="Switch between light and dark"),
                ),
            ],
            className="wrap site-header__row",
        ),
        className="site-header",
    )


def create_footer() -> html.Footer:
    """Two honest sentences, and the way in for programs."""
    return html.Footer(
        html.Div(
            [
                html.P("Your photo stays yours: it is looked at and never stored."),
                html.P("A machine’s guess is not an expert’s opinion. Never eat or touch a plant because of it."),
                html.P(fill("For programs: {api}.", api=html.A("the API", href="/api/v1/openapi.json"))),
            ],
            className="wrap site-footer__row",
        ),
        className="site-footer",
    )
