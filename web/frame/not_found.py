"""What an unknown address shows. Dash finds this page by the name it is registered with; `server` sets the status."""

from __future__ import annotations

from dash import dcc, html

TITLE = "Page not found · Florascope"


def head() -> html.Div:
    return html.Div(
        [
            html.H1("Nothing grows here"),
            html.P(
                "There is no page at this address. It may be mistyped, or what it showed has another number.",
                className="lead",
            ),
        ],
        className="page-head",
    )


def layout(**_: object) -> html.Div:
    return html.Div(
        [
            head(),
            html.P(
                [
                    dcc.Link("Classify a photo", href="/", className="more-link"),
                    dcc.Link("See the data set", href="/dataset", className="more-link"),
                ],
                className="link-row",
            ),
        ],
        className="page wrap",
    )
