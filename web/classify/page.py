"""`/`: drop a photo, press Classify, read the answer."""

from __future__ import annotations

from dash import dcc, html

from web.answer.closer_look import create_stores
from web.classify.overview import create_overview_section
from web.classify.workbench import create_workbench_section
from web.shared.attributes import aria
from web.shared.wording import display_name
from web.site import Site, current_site


def title(*, site: Site | None = None, **_: object) -> str:
    return f"Florascope: {_question(site or current_site())}"


def description() -> str:
    collection = current_site().collection
    kinds = collection.subject.count_kinds(len(collection.classes))
    return f"Drop a photo and see which of {kinds} it looks like, beside training photos to compare."


def head(site: Site) -> html.Div:
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


def layout(**_: object) -> html.Div:
    site = current_site()
    return html.Div(
        [
            head(site),
            dcc.Store(id="fresh-answer"),
            create_stores(),
            html.Div(
                [create_workbench_section(site), html.Section(id="result", **aria(label="Answer"))], className="stage"
            ),
            create_overview_section(site),
        ],
        className="page wrap",
    )


def _question(site: Site) -> str:
    return f"which {site.subject.noun} is this?"
