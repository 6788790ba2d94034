"""Photos that the model finds similar to the visitor's, and two candidates side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from web.answer.stage import create_stage
from web.answer.verdict import class_name
from web.shared.attributes import aria
from web.shared.light import dcc, dmc, html
from web.shared.picture import create_picture
from web.shared.sentence import fill
from web.shared.wording import display_name, format_count
from web.site import Site

if TYPE_CHECKING:
    from classifier.predictions.values import Candidate, Neighbour, Neighbours

OVERALL = "overall"  # the value of the tab that shows photos of any flower


def create_similar_photos(neighbours: Sequence[Neighbour], *, site: Site, named: bool = False) -> html.Ul:
    """Training photos with their similarity, and with their flower's name where they are of several."""
    items = []
    for neighbour in neighbours:
        photo = site.collection.photo(neighbour.image_id)
        if photo is None:
            continue
        name = class_name(neighbour.class_id, site=site)
        items.append(
            html.Li(
                [
                    create_picture(
                        photo, site=site, alt=f"Training photo of {name}", sizes="(max-width: 600px) 44vw, 160px"
                    ),
                    dcc.Link(name, href=f"/flower/{neighbour.class_id}", className="near__name") if named else None,
                    html.Span(describe_similarity(neighbour.similarity), className="near__similarity"),
                ]
            )
        )
    return html.Ul(items, className="near")


def describe_similarity(similarity: float) -> str:
    """A cosine as visitors read it: "similarity 0.93"; "1.00" for the same photo."""
    return f"similarity {max(similarity, 0):.2f}"


def create_nearest(candidate: Candidate, neighbours: Neighbours, *, site: Site) -> html.Div:
    """The training photos of one candidate that are most like the visitor's."""
    name = display_name(candidate.name)
    found = neighbours.by_class.get(candidate.class_id, ())
    count = len(site.statistics.training_photos(candidate.class_id))
    return html.Div(
        [
            create_similar_photos(found, site=site)
            if found
            else html.P(f"No photo of {name} is indexed.", className="note"),
            dcc.Link(
                f"All {format_count(count, 'training photo')} of {name}" if count else f"All about {name}",
                href=f"/flower/{candidate.class_id}",
                className="more-link",
            ),
        ]
    )


def create_overall(neighbours: Neighbours, *, site: Site) -> html.Div:
    """The training photos, of any flower, that are most like the visitor's."""
    return html.Div(create_similar_photos(neighbours.overall, site=site, named=True))


def create_versus(
    best: Candidate, others: Sequence[Candidate], neighbours: Neighbours | None, *, site: Site
) -> list[html.P | dmc.Tabs]:
    """Why the best and not another: the photo with what speaks for either, between the nearest photos of both."""
    name = display_name(best.name)
    tabs = [
        dmc.TabsTab(display_name(other.name), value=str(other.class_id), className="compare__tab", disabled=False)
        for other in others
    ]
    panels = [
        dmc.TabsPanel(create_side(other, neighbours, kind="against", site=site), value=str(other.class_id))
        for other in others
    ]
    return [
        html.P(
            fill(
                "Where your photo is {red} it speaks for {name}, where it is {blue} for the other.",
                red=html.Span("red", className="swatch swatch--for"),
                name=name,
                blue=html.Span("blue", className="swatch swatch--against"),
            ),
            className="note",
        ),
        dmc.Tabs(
            [
                dmc.TabsList(tabs, className="compare__list", **aria(label=f"Compare {name} with")),
                html.Div(
                    [
                        create_side(best, neighbours, kind="for", site=site),
                        create_stage("contrast", overlay="contrast-overlay"),
                        html.Div(panels),
                    ],
                    className="versus",
                ),
            ],
            id="contrast-class",
            value=str(others[0].class_id),
            variant="pills",
            className="compare",
        ),
    ]


def create_side(candidate: Candidate, neighbours: Neighbours | None, *, kind: str, site: Site) -> html.Div:
    """One of the two: its name and its two most similar photos."""
    found = neighbours.by_class.get(candidate.class_id, ()) if neighbours else ()
    return html.Div(
        [html.H4(display_name(candidate.name)), create_similar_photos(found, site=site) if found else None],
        className=f"versus__side versus__side--{kind}",
    )
