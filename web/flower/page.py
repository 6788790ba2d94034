"""Page of one flower, `/flower/<id>`: its names, its numbers, its training photos."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from classifier.data.collection import Photo
from classifier.data.labels import LabelClass
from web.frame import not_found
from web.shared.attributes import aria
from web.shared.picture import create_photo_help, create_picture
from web.shared.wording import css_colour, display_name, format_count, split_title
from web.site import Site

# Photos that are on the screen at once.
EAGER_PHOTOS = 4


def find(flower_id: str, site: Site) -> LabelClass | None:
    """The class whose id an address holds; None for an unknown one, and for "007" or "7 ", which are not ids."""
    if not flower_id.isascii() or not flower_id.isdigit() or len(flower_id) > 9 or str(int(flower_id)) != flower_id:
        return None
    return site.statistics.labels.get(int(flower_id))


def title(site: Site, flower_id: str) -> str:
    """Title of the document."""
    label = find(flower_id, site)
    return f"{display_name(label.name)} · Florascope" if label else not_found.title(site)


def description(site: Site, flower_id: str) -> str:
    """Description of the document; empty for an unknown flower."""
    label = find(flower_id, site)
    if label is None:
        return ""
    photos = format_count(len(site.collection.of_class(label.class_id)), "photo")
    return f"{display_name(label.name)}: {photos} in the data set, names and numbers."


def create_names(label: LabelClass, *, site: Site) -> html.Div:
    """Names and family, and the way back to all classes."""
    return html.Div(
        [
            html.P(dcc.Link(f"All {site.subject.nouns}", href="/dataset"), className="crumbs"),
            html.H1(display_name(label.name)),
            html.P(
                [
                    html.I(label.scientific_name) if label.scientific_name else None,
                    f" · {label.family}" if label.scientific_name and label.family else label.family,
                ],
                className="lead",
            ),
        ],
        className="page-head",
    )


def layout(site: Site, flower_id: str) -> html.Div:
    """The whole page; for an unknown flower, the one of unknown addresses."""
    label = find(flower_id, site)
    if label is None:
        return not_found.layout(site)
    photos = site.statistics.training_photos(label.class_id)
    return html.Div(
        [*create_top(label, photos, site=site), create_neighbour_links(label, site=site)],
        className="page wrap",
        key=flower_id,
    )


def opening(site: Site, flower_id: str) -> list[Component | None] | None:
    """The page down to its first photos: with these in the first HTML, they are fetched before any script has come."""
    label = find(flower_id, site)
    if label is None:
        return None
    return create_top(label, site.statistics.training_photos(label.class_id)[:EAGER_PHOTOS], site=site)


def create_top(label: LabelClass, photos: tuple[Photo, ...], *, site: Site) -> list[Component | None]:
    """Everything above the links to the neighbours, with the training photos given."""
    name, noun = display_name(label.name), site.subject.noun
    count = len(site.statistics.training_photos(label.class_id))
    pictures = [
        html.Li(
            create_picture(photo, site=site, alt=f"Training photo {number} of {name}", eager=number <= EAGER_PHOTOS)
        )
        for number, photo in enumerate(photos, start=1)
    ]
    words = (
        f"The model has learnt from {format_count(count, 'photo')} of this {noun}."
        if count
        else f"No training photo of this {noun} is listed here."
    )
    return [
        create_names(label, site=site),
        create_counts(label, site=site),
        create_palette(label, site=site),
        html.H2("Training photos"),
        html.P(words, className="prose"),
        None if site.collection.has_photos else create_photo_help(),
        html.Ul(pictures, className="cards cards--photos"),
    ]


def create_counts(label: LabelClass, *, site: Site) -> html.Div | None:
    """Photos per part, one row a split: splits are never mixed."""
    photos = site.collection.of_class(label.class_id)
    rows = []
    for split_name, parts in site.statistics.parts.items():
        counts = {part: sum(photo.splits.get(split_name) == part for photo in photos) for part in parts}
        cells = [html.Td(f"{count:,} {part}") for part, count in counts.items()]
        title = "Split" if split_name == "split" else f"{split_title(split_name)} split"  # a folder's has no name
        rows.append(html.Tr([html.Th(title, scope="row"), *cells]))
    if not rows:
        return None
    return html.Div(html.Table(html.Tbody(rows), className="table table--facts"), className="table-scroll", tabIndex=0)


def create_palette(label: LabelClass, *, site: Site) -> html.Figure | None:
    """The mean colours of the class's photos as one strip, dark to light."""
    photos = sorted(site.collection.of_class(label.class_id), key=lambda photo: sum(photo.mean_colour))
    if not photos:
        return None
    strips = [html.Span(style={"backgroundColor": css_colour(photo.mean_colour)}) for photo in photos]
    name = display_name(label.name)
    words = "The mean colour of each photo, dark to light"
    return html.Figure(
        [
            html.Div(strips, className="palette__strips", role="img", **aria(label=f"{words}: {name}")),
            html.Figcaption(words, className="note"),
        ],
        className="palette",
    )


def create_neighbour_links(label: LabelClass, *, site: Site) -> html.Nav:
    """The previous and the next class, round and round."""
    labels = site.collection.classes
    index = labels.index(label)
    before, after = labels[index - 1], labels[(index + 1) % len(labels)]
    return html.Nav(
        [
            dcc.Link(
                [html.Span("Previous", className="neighbours__words"), display_name(before.name)],
                href=f"/flower/{before.class_id}",
                className="neighbours__link",
            ),
            dcc.Link(
                [html.Span("Next", className="neighbours__words"), display_name(after.name)],
                href=f"/flower/{after.class_id}",
                className="neighbours__link neighbours__link--next",
            ),
        ],
        className="neighbours",
        **aria(label=f"Other {site.subject.nouns}"),
    )
