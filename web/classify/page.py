"""Page *Classify*, `/`: drop a photo, press Classify, read the answer."""

from __future__ import annotations

from dash import dcc, html

from web.answer.closer_look import create_stores
from web.classify.overview import create_overview_section
from web.classify.workbench import create_drop_zone, create_workbench_section
from web.shared.attributes import aria
from web.shared.wording import display_name
from web.site import Site


def title(site: Site) -> str:
    """Title of the document."""
    return f"Florascope: {_question(site)}"


def description(site: Site) -> str:
    """Description of the document."""
    kinds = site.subject.count_kinds(len(site.collection.classes))
    return f"Drop a photo and see which of {kinds} it looks like, beside training photos to compare."


def opening(site: Site) -> list[html.Div]:
    """Heading, lead and the drop zone, which takes photos before the page is drawn."""
    return [create_intro(site), html.Div(create_drop_zone(), className="workbench")]


def layout(site: Site) -> html.Div:
    """The whole page."""
    return html.Div(
        [
            create_intro(site),
            dcc.Store(id="fresh-answer"),
            create_stores(),
            html.Div(id="charts-ahead", hidden=True),
            html.Div(
                [create_workbench_section(site), html.Section(id="result", **aria(label="Answer"))], className="stage"
            ),
            create_overview_section(site),
        ],
        className="page wrap",
    )


def create_intro(site: Site) -> html.Div:
    """Heading and lead."""
    kinds = site.subject.count_kinds(len(site.collection.classes))
    return html.Div(
        [
            html.H1(display_name(_question(site))),
            html.P(
                f"Show Florascope a photo. It says which of {kinds} it looks like, how sure it is, "
                "and shows photos to compare.",
                className="lead",
            ),
        ],
        className="page-head page-head--centre",
    )


def _question(site: Site) -> str:
    return f"which {site.subject.noun} is this?"
