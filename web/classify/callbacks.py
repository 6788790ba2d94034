"""Photo → answer: decode, predict, encode; and what the browser does by itself around it."""

from __future__ import annotations

import logging
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, html
from dash.exceptions import PreventUpdate
from PIL import Image

from classifier.errors import PhotoError
from classifier.photos.reading import open_image
from classifier.photos.thumbnails import data_url
from web.answer.result import WHOLE, create_result, describe_answer
from web.answer.stage import PartView
from web.answer.upload import photo_bytes
from web.classify.overview import create_specimen
from web.site import Busy, Site

TOP_K = 5
SHOWN_PX = 1024  # long side; that to which assets/js/10-photo.js shrinks the photos that the browser can show
BUSY = "Many people are asking just now. Your photo is still here: press the button again in a few seconds."
OUR_FAULT = "Something went wrong on our side, not with your photo. Try again; if it stays, try another photo."

logger = logging.getLogger(__name__)


def register(app: dash.Dash, site: Site) -> None:
    app.clientside_callback(
        ClientsideFunction("florascope", "showPhoto"),
        Output("workbench", "className"),
        Output("preview", "src"),
        Output("preview", "alt"),
        Output("photo-caption", "children"),
        Output("classify-button", "disabled"),
        Input("photo", "data"),
    )
    app.clientside_callback(
        ClientsideFunction("florascope", "showAnswer"),
        Output("result", "children"),
        Output("overview", "hidden"),
        Input("answer", "data"),
        Input("photo", "data"),
    )
    app.clientside_callback(
        ClientsideFunction("florascope", "showClass"),
        Output("compare", "value"),
        Input("candidate-bars", "clickData"),
        prevent_initial_call=True,
    )

    # The answer comes to a store on the page, since Dash calls a callback at every drawing of the page if one of its
    # outputs stands outside, and is then copied to the store that outlives the page. What is said of it comes along: so
    # words about an earlier photo never stand under a newer one.
    app.clientside_callback(
        ClientsideFunction("florascope", "keepAnswer"),
        Output("answer", "data"),
        Input("fresh-answer", "data"),
        State("photo", "data"),
    )

    @app.callback(
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
    def classify(n_clicks: int | None, photo: dict[str, Any] | None) -> dict[str, Any]:
        if not n_clicks:  # the page was drawn again, nobody pressed the button
            raise PreventUpdate
        told = {"key": key_of(photo), "message": "", "words": ""}
        try:
            content, words, shown = answer(photo, site=site)
        except PhotoError as error:
            return {**told, "content": None, "message": str(error)}
        except Busy:
            return {**told, "message": BUSY}  # an answer that is there may stay
        except Exception:
            logger.exception("Classifying failed")
            return {**told, "content": None, "message": OUR_FAULT}
        return {**told, "content": content, "shown": shown, "words": words}

    @app.callback(Output("specimen", "children"), Input("specimen-button", "n_clicks"), prevent_initial_call=True)
    def show_another(n_clicks: int | None) -> html.Figure | html.Div:
        if not n_clicks:
            raise PreventUpdate
        return create_specimen(site)


def key_of(sent: Any) -> str:
    """The browser's own name for its photo, cut to a sane length."""
    return str(sent.get("key", ""))[:64] if isinstance(sent, dict) else ""


def answer(photo: Any, *, site: Site, view: PartView = WHOLE) -> tuple[html.Div, str, str | None]:
    """The answer to a photo, or a part of one, as the store has it: (what the page shows, one sentence, the photo as a
    data URL of a JPEG if the visitor's browser cannot show it, else None).

    Raises:
        PhotoError: nothing came, nothing that can be read as a photo, or there is no model; its message is for the
            visitor.
        Busy: others kept the model busy for too long.
    """
    content = photo_bytes(photo, max_bytes=site.settings.max_upload_bytes)
    picture: bytes | Image.Image = content
    with site.asking() as classifier:
        if photo.get("preview") is False:
            picture = open_image(content, draft_px=SHOWN_PX)
        (prediction,) = classifier.predict([picture], top_k=TOP_K, maps=True)
    shown = None
    if isinstance(picture, Image.Image):
        picture.thumbnail((SHOWN_PX, SHOWN_PX))
        shown = data_url(picture, "JPEG", quality=90)
    return create_result(prediction, site=site, view=view), describe_answer(prediction, site=site), shown
