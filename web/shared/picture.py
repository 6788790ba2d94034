"""Picture of one photo of the collection, or a tile in its mean colour where the photo is not on this machine."""

from __future__ import annotations

from classifier.data.collection import Photo
from web.server.thumbnails import WIDTHS, photo_url
from web.shared.attributes import aria
from web.shared.light import dmc, html
from web.shared.sentence import fill
from web.shared.wording import css_colour
from web.site import Site

CARD_SIZES = "(max-width: 600px) 45vw, 200px"


def create_picture(
    photo: Photo | None,
    *,
    site: Site,
    alt: str,
    sizes: str = CARD_SIZES,
    largest: int = 320,
    eager: bool = False,
) -> html.Div:
    """A framed photo that the browser fetches when it comes near the screen (at once if `eager`).

    The frame has the photo's mean colour: it is what shows while the photo loads, and all that shows without photos.

    Args:
        photo: None for one that the collection does not have.
        site: what is served; it knows whether the photos are here.
        alt: what the picture shows, for those who do not see it.
        sizes: how wide the picture is drawn, in the words of CSS.
        largest: width in px of the largest thumbnail that may be fetched; more than 320 is lost on cards.
        eager: whether to fetch it at once.
    """
    if photo is None:
        return html.Div(className="picture picture--none", role="img", **aria(label=f"{alt}: no photo"))
    style = {"backgroundColor": css_colour(photo.mean_colour)}
    if not site.collection.has_photos:
        label = f"{alt}: mean colour of the photo {css_colour(photo.mean_colour)}"
        return html.Div(className="picture picture--tile", style=style, role="img", **aria(label=label))
    # html.Img has no `loading`; dmc.Image hands any attribute through.
    attributes = {
        "loading": "eager" if eager else "lazy",
        "decoding": "async",
        "srcSet": ", ".join(f"{photo_url(photo, width)} {width}w" for width in WIDTHS if width <= largest),
        "sizes": sizes,
        "width": 320,
        "height": round(320 * photo.height / photo.width),
    }
    image = dmc.Image(src=photo_url(photo), alt=alt, unstyled=True, attributes={"root": attributes})
    return html.Div(image, className="picture", style=style)


def create_photo_help() -> html.P:
    """How to get the photos, for pages that are shown without them."""
    return html.P(
        fill(
            "The photos themselves are not on this machine, so colour tiles stand in for them. To see the photos, run "
            "{download} or set {root} to the folder that holds them, then restart the site.",
            download=html.Code("python -m classifier download"),
            root=html.Code("FLOWERS_ROOT"),
        ),
        className="note photo-help",
    )
