"""Closer look: everything about an answer that is one click away, each behind its own line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dash.development.base_component import Component

from classifier.photos.thumbnails import data_url
from web.answer.overlays import create_overlay_maps, with_contrasts, with_maps
from web.answer.similar import create_versus
from web.answer.stage import create_stage
from web.answer.upload import LEAST_SIZE, WHOLE, PartView
from web.answer.verdict import create_record
from web.shared.attributes import aria
from web.shared.light import dcc, dmc, html
from web.shared.sentence import fill
from web.shared.wording import display_name, format_percent
from web.site import Site

if TYPE_CHECKING:
    from classifier.predictions.stability import Stability, View
    from classifier.predictions.values import Candidate, Prediction


def create_stores() -> html.Div:
    """What the page's callbacks hand to one another; empty until someone looks closer."""
    names = ("part", "part-answer", "stability-request", "stability-answer")
    return html.Div([dcc.Store(id=name) for name in names])


def create_closer_look_section(prediction: Prediction, *, view: PartView, site: Site) -> html.Section:
    """All that can be shown of this answer; what the checkpoint was not fitted for is left out."""
    candidates, maps = prediction.candidates, prediction.maps or {}
    name = display_name(prediction.best.name)
    panels: list[html.Details] = []
    if seen := with_maps(candidates, maps):
        store = dcc.Store(id="overlay-maps", data=create_overlay_maps(candidates, maps))
        heat = [*create_heat(seen, site=site), store]
        panels.append(create_panel("Where in the photo it sees this", heat, own=True))
    if others := with_contrasts(candidates, maps):
        versus = create_versus(prediction.best, others, prediction.neighbours, site=site)
        panels.append(create_panel(f"Why {name} and not another", versus, own=True))
    panels.append(
        create_panel(
            "What the model saw, and another part to look at",
            create_crop(view, whole_photo_seen=prediction.whole_photo_seen, site=site),
            own=True,
            opened=view != WHOLE,
        )
    )
    panels.append(create_panel("Does the answer hold?", create_stability()))
    if prediction.track_record and prediction.verdict != "unknown":
        panels.append(create_panel("How often such answers are right", create_record(prediction, site=site)))
    return html.Section(
        [html.H3("A closer look"), *panels, dcc.Store(id="shown-view", data=view.to_dict())], className="closer"
    )


def create_panel(title: str, content: Any, *, own: bool = False, opened: bool = False) -> html.Details:
    """A line that opens its content, or has opened it.

    Args:
        title: the line.
        content: what it opens.
        own: it shows the visitor's photo, and is hidden where the browser cannot show that.
        opened: whether it is open at first.
    """
    return html.Details(
        [html.Summary(title, className="panel__title"), html.Div(content, className="panel__content")],
        className="panel panel--own" if own else "panel",
        open=opened,
    )


def create_heat(shown: Sequence[Candidate], *, site: Site) -> list[Component]:
    """The evidence for any of these candidates over the photo, to be switched off and made fainter."""
    chips = [
        dmc.Chip(display_name(candidate.name), value=str(candidate.class_id), size="md", variant="outline")
        for candidate in shown
    ]
    return [
        html.P(
            f"The redder a place, the more it speaks for the {site.subject.noun} chosen. Only the framed square is "
            "coloured: it is what the model looks at first.",
            className="note",
        ),
        html.Div(
            [
                create_stage("heat", overlay="heat-overlay"),
                html.Div(
                    [
                        html.Div(
                            dmc.ChipGroup(chips, id="heat-class", value=str(shown[0].class_id), multiple=False),
                            role="group",
                            className="chips",
                            **aria(label="Show the evidence for"),
                        ),
                        dmc.Switch(id="heat-on", label="Show the evidence", checked=True, size="md"),
                        create_slider("heat-opacity", "Strength", value=80, low=10),
                    ],
                    className="controls",
                ),
            ],
            className="looking",
        ),
    ]


def create_crop(view: PartView, *, whole_photo_seen: bool, site: Site) -> list[Component]:
    """The square that the model saw, to be moved and tightened."""
    seen = (
        "The framed square left the model in doubt, so it looked at the whole photo, too."
        if whole_photo_seen
        else "The model looked at the framed square, and at nothing outside it."
    )
    return [
        html.P(
            f"{seen} Pull the frame’s corner to make it smaller, move it onto the {site.subject.thing} (the sliders do "
            "the same), and ask again.",
            className="note",
        ),
        html.Div(
            [
                create_stage("crop", frame="crop-frame"),
                html.Div(
                    [
                        create_slider("crop-size", "Size of the part", value=view.size, low=LEAST_SIZE),
                        create_slider("crop-x", "Left to right", value=view.x),
                        create_slider("crop-y", "Top to bottom", value=view.y),
                        dmc.Button("Classify this part", id="crop-button", className="classify-button", size="md"),
                    ],
                    className="controls",
                ),
            ],
            className="looking",
        ),
    ]


def create_stability() -> list[Component]:
    """A button; its answer takes a moment, and not everyone asks."""
    return [
        html.P(
            "An answer to rely on stays the same when the photo is mirrored, turned a little, moved or cut tighter.",
            className="note",
        ),
        dmc.Button("Look nine ways", id="stability-button", variant="outline", size="md", className="ask-button"),
        html.Div(id="stability-strip", role="status"),
    ]


def create_strip(stability: Stability) -> html.Div:
    """Small pictures of what was looked at, each with its answer."""
    same = stability.views[0].best.class_id
    agreeing, total = stability.agreeing, stability.total
    verdict = "The answer does not hold:"
    if agreeing * 3 >= total * 2:
        verdict = "The answer holds:" if agreeing == total else "The answer mostly holds:"
    return html.Div(
        [
            html.P(
                fill(
                    "{verdict} {agreeing} of {total} looks give the same name.",
                    verdict=html.Strong(verdict),
                    agreeing=str(agreeing),
                    total=str(total),
                )
            ),
            html.Ul(
                [create_look(view, agrees=view.best.class_id == same) for view in stability.views], className="strip"
            ),
        ]
    )


def create_look(view: View, *, agrees: bool) -> html.Li:
    """One way to look at the photo, as a small picture that is not kept anywhere, with its answer."""
    source = data_url(view.image.convert("RGB").resize((128, 128)), "JPEG", quality=75)
    return html.Li(
        [
            html.Img(src=source, alt=f"Your photo, {view.name}", width=128, height=128),
            html.Span(view.name, className="strip__look"),
            html.Span(display_name(view.best.name), className="strip__name"),
            html.Span(format_percent(view.best.probability), className="strip__probability"),
        ],
        className="strip__item" if agrees else "strip__item strip__item--other",
    )


def create_slider(name: str, words: str, *, value: int, low: int = 0, high: int = 100) -> html.Div:
    """A slider with its name above, moved by keys as well."""
    return html.Div(
        [
            html.Span(words, className="slider__words", **aria(hidden="true")),
            dmc.Slider(
                id=name,
                value=value,
                min=low,
                max=high,
                step=1,
                updatemode="drag",
                thumbLabel=words,
                label=None,
                size="md",
            ),
        ],
        className="slider",
    )
