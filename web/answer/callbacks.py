"""A closer look at an answer: overlays on the visitor's photo, another part of it, nine looks at it."""

from __future__ import annotations

from typing import Any

import dash
from dash import ALL, Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from web.answer.asking import answer_upload, explain, look_nine_ways
from web.answer.closer_look import create_strip
from web.answer.upload import Upload
from web.shared.wiring import Wiring
from web.site import Site


def register(app: dash.Dash, site: Site) -> None:
    """Attach the callbacks of the closer look."""
    wiring = Wiring(app, site)
    register_in_browser(wiring)
    wiring.in_server(
        classify_part,
        Output("part-answer", "data"),
        Output("notice", "children"),
        Output("status", "children", allow_duplicate=True),
        Input("part", "data"),
        running=[(Output("crop-button", "loading"), True, False)],
        prevent_initial_call=True,
    )
    wiring.in_server(
        show_stability,
        Output("stability-answer", "data"),
        Output("notice", "children", allow_duplicate=True),
        Input("stability-request", "data"),
        running=[(Output("stability-button", "loading"), True, False)],
        prevent_initial_call=True,
    )


def classify_part(site: Site, part: Any) -> tuple[Any, Any, str]:
    """The answer to a part of the photo, a sentence if it failed, and a sentence for screen readers."""
    if not part:  # the page was drawn again
        raise PreventUpdate
    upload = Upload.from_store(part)
    try:
        answer = answer_upload(upload, site=site)
    except Exception as error:
        return no_update, explain(error).words, ""
    return {"key": upload.key, "turn": upload.turn, "content": answer.content}, "", answer.words


def show_stability(site: Site, request: Any) -> tuple[Any, str]:
    """The strip with the nine looks, and a sentence if they failed."""
    if not request:
        raise PreventUpdate
    upload = Upload.from_store(request)
    try:
        found = look_nine_ways(upload, site=site)
    except Exception as error:
        return no_update, explain(error).words
    return {"key": upload.key, "turn": upload.turn, "content": create_strip(found)}, ""


def register_in_browser(wiring: Wiring) -> None:
    """Attach what needs no server: `assets/js/30-closer-look.js` and `31-overlays.js`."""
    wiring.in_browser(
        "florascope.showOwnPhoto",
        Output({"type": "own-photo", "index": ALL}, "src"),
        Output({"type": "own-seen", "index": ALL}, "style"),
        Input("shown-view", "data"),
        State("photo", "data"),
    )
    wiring.in_browser(
        "florascope.showHeat",
        Output("heat-overlay", "style"),
        Input("heat-class", "value"),
        Input("heat-on", "checked"),
        Input("heat-opacity", "value"),
        State("overlay-maps", "data"),
    )
    wiring.in_browser(
        "florascope.showContrast",
        Output("contrast-overlay", "hidden"),
        Input("contrast-class", "value"),
        State("overlay-maps", "data"),
    )
    sliders = [("crop-size", "value"), ("crop-x", "value"), ("crop-y", "value")]
    wiring.in_browser(
        "florascope.placeFrame",
        Output("crop-frame", "style"),
        *(Input(*slider) for slider in sliders),
        State("photo", "data"),
    )
    wiring.in_browser(
        "florascope.askPart",
        Output("part", "data"),
        Input("crop-button", "n_clicks"),
        *(State(*slider) for slider in sliders),
        State("photo", "data"),
        State("shown-view", "data"),
        prevent_initial_call=True,
    )
    wiring.in_browser(
        "florascope.keepPart",
        Output("answer", "data", allow_duplicate=True),
        Input("part-answer", "data"),
        prevent_initial_call=True,
    )
    wiring.in_browser(
        "florascope.askStability",
        Output("stability-request", "data"),
        Input("stability-button", "n_clicks"),
        State("photo", "data"),
        State("part", "data"),
        State("answer", "data"),
        prevent_initial_call=True,
    )
    wiring.in_browser(
        "florascope.showStability",
        Output("stability-strip", "children"),
        Input("stability-answer", "data"),
        State("answer", "data"),
    )
