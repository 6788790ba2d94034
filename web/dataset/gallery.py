"""Every class as a card: a training photo, its names, how many photos there are."""

from __future__ import annotations

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import dcc, html

from classifier.data.labels import LabelClass
from classifier.data.subject import Subject
from web.shared.picture import create_picture
from web.shared.wording import display_name, format_count
from web.site import Site


def create_gallery_section(site: Site) -> html.Section:
    """The filter and all cards."""
    labels, subject = site.collection.classes, site.subject
    return html.Section(
        [
            html.H2(f"All {subject.nouns}"),
            html.Div(
                [
                    dmc.TextInput(
                        id="gallery-query",
                        placeholder="Name, scientific name or family",
                        value="",
                        debounce=250,
                        persistence=True,  # so that “back” from a flower leads to what was found
                        persistence_type="session",
                        className="filter filter--wide",
                        attributes={
                            "input": {"aria-label": f"Find {subject.a_noun} by name or family", "type": "search"}
                        },
                    ),
                    html.P(describe_matches(len(labels), len(labels), subject), id="gallery-count", role="status"),
                ],
                className="toolbar",
            ),
            html.Div(create_cards(labels, site=site), id="gallery-cards"),
        ],
        id="gallery",
        className="section",
    )


def describe_matches(found: int, whole: int, subject: Subject) -> str:
    """How many classes match: "All 102 flowers", "3 of 102 flowers"."""
    return f"All {subject.count(whole)}" if found == whole else f"{found:,} of {subject.count(whole)}"


def create_cards(labels: Sequence[LabelClass], *, site: Site) -> html.Ul | html.Div:
    """The cards, or what to do when no class matches."""
    if not labels:
        return html.Div(
            [
                html.P(f"No {site.subject.noun} here has such a name.", className="empty__words"),
                html.P("Try part of a word, a scientific name like “rosa”, or a family like “asteraceae”."),
            ],
            className="empty",
        )
    return html.Ul(
        [html.Li(create_class_card(label, site=site), key=str(label.class_id)) for label in labels], className="cards"
    )


def create_class_card(label: LabelClass, *, site: Site) -> dcc.Link:
    """One class; the whole card leads to its page."""
    photos = site.statistics.training_photos(label.class_id)
    count = len(site.collection.of_class(label.class_id))
    name = display_name(label.name)
    return dcc.Link(
        [
            create_picture(photos[0] if photos else None, site=site, alt=""),
            html.Span(name, className="card__name"),
            html.Span(label.scientific_name, className="card__scientific") if label.scientific_name else None,
            html.Span(format_count(count, "photo"), className="card__count"),
        ],
        href=f"/flower/{label.class_id}",
        className="card",
    )
