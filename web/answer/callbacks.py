"""A closer look at an answer: overlays on the visitor's photo, another part of it, nine looks at it."""

from __future__ import annotations

import logging
from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from classifier.errors import PhotoError
from classifier.photos.reading import open_image
from classifier.predictions.stability import stability
from web.answer.closer_look import create_strip
from web.answer.stage import PartView
from web.answer.upload import photo_bytes
from web.classify.callbacks import BUSY, OUR_FAULT, answer, key_of
from web.site import Busy, Site

LOOK_SIDE_PX = 640  # what photos are decoded at for the nine looks: twice what a look needs, for the tighter ones

logger = logging.getLogger(__name__)


def register(app: dash.Dash, site: Site) -> None:
    register_in_browser(app)

    @app.callback(
        Output("part-answer", "data"),
        Output("notice", "children"),
        Output("status", "children", allow_duplicate=True),
        Input("part", "data"),
        running=[(Output("crop-button", "loading"), True, False)],
        prevent_initial_call=True,
    )
    def classify_part(part: Any) -> tuple[Any, Any, Any]:
        if not part:  # the page was drawn again
            raise PreventUpdate
        view = PartView.from_dict(part.get("view") if isinstance(part, dict) else None)
        try:
            content, words, _ = answer(part, site=site, view=view)
        except Exception as error:
            return no_update, describe_failure(error), ""
        return {"key": key_of(part), "turn": turn_of(part), "content": content}, "", words

    @app.callback(
        Output("stability-answer", "data"),
        Output("notice", "children", allow_duplicate=True),
        Input("stability-request", "data"),
        running=[(Output("stability-button", "loading"), True, False)],
        prevent_initial_call=True,
    )
    def look_nine_ways(asked: Any) -> tuple[Any, Any]:
        if not asked:
            raise PreventUpdate
        try:
            content = photo_bytes(asked, max_bytes=site.settings.max_upload_bytes)
            with site.asking() as classifier:  # decoding too: of large photos, only a few fit in the memory at once
                found = stability(classifier, open_image(content, draft_px=LOOK_SIDE_PX))
        except Exception as error:
            return no_update, describe_failure(error)
        return {"key": key_of(asked), "turn": turn_of(asked), "content": create_strip(found)}, ""


def register_in_browser(app: dash.Dash) -> None:
    """What needs no server: `assets/js/30-closer-look.js`."""

    def run(name: str, *wiring: Any, **options: Any) -> None:
        app.clientside_callback(ClientsideFunction("florascope", name), *wiring, **options)

    run(
        "showOwnPhoto",
        Output({"type": "own-photo", "index": ALL}, "src"),
        Output({"type": "own-seen", "index": ALL}, "style"),
        Input("shown-view", "data"),
        State("photo", "data"),
    )
    run(
        "showHeat",
        Output("heat-overlay", "src"),
        Output("heat-overlay", "style"),
        Input("heat-class", "value"),
        Input("heat-on", "checked"),
        Input("heat-opacity", "value"),
        State("heat-maps", "data"),
    )
    run(
        "showContrast",
        Output("contrast-overlay", "src"),
        Input("contrast-class", "value"),
        State("contrast-maps", "data"),
    )
    sliders = [("crop-size", "value"), ("crop-x", "value"), ("crop-y", "value")]
    run("placeFrame", Output("crop-frame", "style"), *(Input(*slider) for slider in sliders), State("photo", "data"))
    run(
        "askPart",
        Output("part", "data"),
        Input("crop-button", "n_clicks"),
        *(State(*slider) for slider in sliders),
        State("photo", "data"),
        State("shown-view", "data"),
        prevent_initial_call=True,
    )
    run(
        "keepPart",
        Output("answer", "data", allow_duplicate=True),
        Input("part-answer", "data"),
        prevent_initial_call=True,
    )
    run(
        "askStability",
        Output("stability-request", "data"),
        Input("stability-button", "n_clicks"),
        State("photo", "data"),
        State("part", "data"),
        State("answer", "data"),
        prevent_initial_call=True,
    )
    run(
        "showStability",
        Output("stability-strip", "children"),
        Input("stability-answer", "data"),
        State("answer", "data"),
    )


def turn_of(sent: Any) -> int:
    """Which of the photo's parts was asked about; 0 for the whole photo."""
    turn = sent.get("turn") if isinstance(sent, dict) else None
    return turn if isinstance(turn, int) and 0 <= turn < 1_000_000 else 0


def describe_failure(error: Exception) -> str:
    """A sentence for the visitor; what is our fault is logged."""
    if isinstance(error, PhotoError):
        return str(error)
    if isinstance(error, Busy):
        return BUSY
    logger.error("A closer look failed", exc_info=error)
    return OUR_FAULT
