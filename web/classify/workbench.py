"""Workbench: where a visitor's photo is chosen, previewed and sent. `assets/js/10-photo.js` brings it to life."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html

from classifier.data.collection import Photo
from classifier.data.statistics import spread
from web.server.thumbnails import photo_url
from web.shared.attributes import aria, data
from web.shared.picture import create_picture
from web.site import Site

HINT_WITHOUT_PHOTO = "Choose a photo first."
TRY_COUNT = 3


def create_drop_zone() -> html.Div:
    """The frame that takes a dropped, chosen or pasted photo. The file input is made by `assets/js/10-photo.js`."""
    return html.Div(
        [
            html.Div(
                [
                    html.Span(className="drop-zone__art"),
                    html.Button("Choose a photo", id="choose-button", type="button", className="choose-button"),
                    html.P(
                        [
                            html.Span("or drop it here, or paste it", className="drop-zone__or--hand"),
                            html.Span("or take one with the camera", className="drop-zone__or--touch"),
                        ],
                        className="drop-zone__or",
                    ),
                ],
                className="drop-zone__empty",
            ),
            html.Figure(
                [
                    html.Img(id="preview", className="drop-zone__preview", alt=""),
                    html.Figcaption(id="photo-caption", className="drop-zone__caption"),
                ],
                className="drop-zone__photo",
            ),
        ],
        id="drop-zone",
        className="drop-zone",
    )


def create_workbench_section(site: Site) -> html.Section:
    """Drop zone, buttons, messages, and photos to try."""
    settings = site.settings
    return html.Section(
        [
            create_drop_zone(),
            html.Div(
                [
                    dmc.Button(
                        "Classify",
                        id="classify-button",
                        size="lg",
                        disabled=True,
                        className="classify-button",
                        **aria(describedby="classify-hint"),
                    ),
                    html.Button("Choose another", id="again-button", type="button", className="quiet-button"),
                    html.Button("Clear", id="clear-button", type="button", className="quiet-button"),
                    html.P(HINT_WITHOUT_PHOTO, id="classify-hint", className="hint"),
                    html.P(id="busy", className="busy", role="status"),
                ],
                className="workbench__actions",
            ),
            html.P(site.problem, className="message message--problem", id="problem") if site.problem else None,
            html.Div(id="photo-note", className="note", role="status"),
            html.Div(id="photo-message", className="message", role="alert"),
            html.Div(id="status", className="visually-hidden", role="status"),
            create_try_photos(site),
        ],
        id="workbench",
        className="workbench",
        **aria(label="Your photo"),
        **data(max_bytes=str(settings.max_upload_bytes), ready="no" if site.problem else "yes"),
    )


def try_photos(site: Site) -> tuple[Photo, ...]:
    """Photos the model has not seen in training, of classes spread over the collection; none without photos."""
    split_name = site.collection.default_split
    if not site.collection.has_photos or "test" not in site.statistics.parts.get(split_name, ()):
        return ()
    tests = tuple(photo for photo in site.collection.photos if photo.splits.get(split_name) == "test")
    firsts = {photo.class_id: photo for photo in reversed(tests)}
    ordered = tuple(firsts[class_id] for class_id in sorted(firsts))
    # An odd step through vivid classes would be a matter of taste; evenly spaced ones are fair.
    return spread(ordered, TRY_COUNT)


def create_try_photos(site: Site) -> html.Div | None:
    """Three photos to try for those who have none at hand."""
    photos = try_photos(site)
    if not photos:
        return None
    buttons = [
        html.Button(
            create_picture(photo, site=site, alt=f"Photo to try, number {number}", sizes="96px"),
            type="button",
            className="try-button",
            **data(**{"try": photo_url(photo, 640)}),
            **aria(label=f"Try photo {number}"),
        )
        for number, photo in enumerate(photos, start=1)
    ]
    return html.Div(
        [
            html.P("Or try a photo that the model has never seen:", className="try__words"),
            html.Div(buttons, className="try__row"),
        ],
        className="try",
    )
