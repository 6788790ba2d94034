"""The answer: a verdict in words, the likeliest classes as bars, training photos to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dash_mantine_components as dmc
from dash import dcc, html

from web import figures
from web.components.attributes import aria
from web.components.picture import create_photo_help, create_picture
from web.site import Site
from web.statistics import spread
from web.wording import display_name, format_count, format_percent, verdict

if TYPE_CHECKING:
    from classifier.prediction import Candidate, Prediction

SAMPLES = 6


def create_result(prediction: Prediction, *, site: Site) -> html.Div:
    """The whole answer to one photo."""
    return html.Div(
        [
            create_verdict(prediction.best, site=site),
            html.Div(
                [create_bars(prediction.candidates), create_comparison(prediction.candidates, site=site)],
                className="result__grid",
            ),
            html.P(
                f"The model knows {format_count(len(site.collection.classes), 'kind')} of flowers and names one of "
                "them whatever it is shown. Compare with the photos before you believe it.",
                className="result__honesty",
            ),
        ],
        className="result",
    )


def describe_answer(prediction: Prediction) -> str:
    """The answer in one sentence, for the live region that screen readers read out."""
    best = prediction.best
    return f"{verdict(best.probability)}: {display_name(best.name)}, {format_percent(best.probability)}."


def create_verdict(best: Candidate, *, site: Site) -> html.Div:
    """The name like on a herbarium label, hedged by how sure the model is."""
    label = site.statistics.labels.get(best.class_id)
    family = label.family if label else None
    name = display_name(best.name)
    return html.Div(
        [
            html.P(verdict(best.probability), className="verdict__words"),
            html.H2(name, id="verdict-name", className="verdict__name", tabIndex=-1),
            html.P(
                [html.I(best.scientific_name) if best.scientific_name else None, f" · {family}" if family else None],
                className="verdict__detail",
            ),
            html.P(
                ["The model gives it ", html.Strong(format_percent(best.probability)), "."],
                className="verdict__probability",
            ),
            dcc.Link(f"See all about {name}", href=f"/flower/{best.class_id}", className="more-link"),
        ],
        className="verdict",
    )


def create_bars(candidates: tuple[Candidate, ...]) -> html.Section:
    """Bars for the eyes, the same as a list for screen readers."""
    words = html.Ol(
        [html.Li(f"{display_name(c.name)}: {format_percent(c.probability)}") for c in candidates],
        className="visually-hidden",
    )
    graph = dcc.Graph(
        id="candidate-bars",
        figure=figures.create_candidate_bars(candidates),
        config=figures.CONFIG,
        style={"height": figures.ROW_HEIGHT_PX * len(candidates) + 16},
    )
    return html.Section(
        [
            html.H3(f"The {len(candidates)} likeliest" if len(candidates) > 1 else "The likeliest"),
            words,
            html.Div(graph, className="chart", **aria(hidden="true")),
        ],
        className="result__bars",
    )


def create_comparison(candidates: tuple[Candidate, ...], *, site: Site) -> html.Section:
    """Training photos of the best class, and one tab away those of the runners-up."""
    tabs = [
        dmc.TabsTab(
            display_name(candidate.name), value=str(candidate.class_id), className="compare__tab", disabled=False
        )
        for candidate in candidates
    ]
    panels = [
        dmc.TabsPanel(create_samples(candidate, site=site), value=str(candidate.class_id)) for candidate in candidates
    ]
    return html.Section(
        [
            html.H3("Training photos to compare"),
            dmc.Tabs(
                [dmc.TabsList(tabs, className="compare__list", **aria(label="Likeliest flowers")), *panels],
                id="compare",
                value=str(candidates[0].class_id),
                variant="pills",
                className="compare",
            ),
            None if site.collection.has_photos else create_photo_help(),
        ],
        className="result__photos",
    )


def create_samples(candidate: Candidate, *, site: Site) -> html.Div:
    """A few training photos of one candidate, evenly spaced over the class."""
    photos = site.statistics.training_photos(candidate.class_id)
    name = display_name(candidate.name)
    if not photos:
        return html.Div(html.P(f"No training photo of {name} is listed here.", className="note"))
    pictures = [
        create_picture(
            photo, site=site, alt=f"Training photo {number} of {name}", sizes="(max-width: 600px) 30vw, 190px"
        )
        for number, photo in enumerate(spread(photos, SAMPLES), start=1)
    ]
    return html.Div(
        [
            html.Div(pictures, className="samples"),
            dcc.Link(
                f"All {format_count(len(photos), 'training photo')} of {name}",
                href=f"/flower/{candidate.class_id}",
                className="more-link",
            ),
        ]
    )
