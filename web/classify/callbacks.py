"""Photo → answer, and what the browser does by itself around it."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, html
from dash.exceptions import PreventUpdate

from web.answer import callbacks as answer_callbacks
from web.answer.asking import BUSY, answer_upload, explain
from web.answer.upload import Upload
from web.classify.overview import create_specimen
from web.shared.wiring import Wiring
from web.site import Site


def register(app: dash.Dash, site: Site) -> None:
    """Attach the page's callbacks."""
    wiring = Wiring(app, site)
    register_in_browser(wiring)
    wiring.in_server(
        classify,
        Output("fresh-answer", "data"),
        Input("classify-button", "n_clicks"),
        State("photo", "data"),
        running=[
            (Output("classify-button", "loading"), True, False),
            (Output("busy", "children"), "Looking at your photo …", ""),
            (Output("drop-zone", "className"), "drop-zone drop-zone--busy", "drop-zone"),
        ],
        prevent_initial_call=True,
    )
    wiring.in_server(
        show_another, Output("specimen", "children"), Input("specimen-button", "n_clicks"), prevent_initial_call=True
    )
    answer_callbacks.register(app, site)


def register_in_browser(wiring: Wiring) -> None:
    """Attach what needs no server: `assets/js/20-answer.js`."""
    wiring.in_browser(
        "florascope.showPhoto",
        Output("workbench", "className"),
        Output("preview", "src"),
        Output("preview", "alt"),
        Output("photo-caption", "children"),
        Output("classify-button", "disabled"),
        Input("photo", "data"),
    )
    wiring.in_browser(
        "florascope.showAnswer",
        Output("result", "children"),
        Output("overview", "hidden"),
        Input("answer", "data"),
        Input("photo", "data"),
    )
    wiring.in_browser(
        "florascope.showClass",
        Output("compare", "value"),
        Input("candidate-bars", "clickData"),
        prevent_initial_call=True,
    )
    # The answer comes to a store on the page, since Dash calls a callback at every drawing of the page if one of its
    # outputs stands outside, and is then copied to the store that outlives the page. What is said of it comes along: so
    # words about an earlier photo never stand under a newer one.
    wiring.in_browser(
        "florascope.keepAnswer", Output("answer", "data"), Input("fresh-answer", "data"), State("photo", "data")
    )


def classify(site: Site, n_clicks: int | None, photo: Any) -> dict[str, Any]:
    """The record for the browser's store: the answer to a photo, or what is wrong.

    It has the photo's `key`, a `message` that is empty when all went well, and `words` for screen readers; with an
    answer `content` and `shown`. `content` is None where an earlier answer has to go, and missing where it may stay.
    """
    if not n_clicks:  # the page was drawn again, nobody pressed the button
        raise PreventUpdate
    upload = Upload.from_store(photo)
    record: dict[str, Any] = {"key": upload.key, "message": "", "words": ""}
    try:
        answer = answer_upload(upload, site=site)
    except Exception as error:
        failure = explain(error)
        kept = {} if failure.code == BUSY else {"content": None}
        return {**record, **kept, "message": failure.words}
    return {**record, "content": answer.content, "shown": answer.shown, "words": answer.words}


def show_another(site: Site, n_clicks: int | None) -> html.Figure | html.Div:
    """Another training photo, drawn at random."""
    if not n_clicks:
        raise PreventUpdate
    return create_specimen(site)
