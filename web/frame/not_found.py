"""What an unknown address shows; `web/server/security.py` sets the status 404."""

from __future__ import annotations

from dash import dcc, html

from web.site import Site


def title(site: Site) -> str:
    """Title of the document."""
    return "Page not found · Florascope"


def description(site: Site) -> str:
    """Nothing: search engines need not know the page."""
    return ""


def opening(site: Site) -> html.Div:
    """Heading and lead."""
    return html.Div(
        [
            html.H1("Nothing grows here"),
            html.P(
                "There is no page at this address. Check it for typing errors, or begin with one of these pages.",
                className="lead",
            ),
        ],
        className="page-head",
    )


def layout(site: Site) -> html.Div:
    """The whole page."""
    return html.Div(
        [
            opening(site),
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
