"""Overview of the data set: a few numbers, the meadow (photos per class), a training photo drawn at random."""

from __future__ import annotations

import random

import dash_mantine_components as dmc
from dash import dcc, html

from web.shared.attributes import aria
from web.shared.numbers import create_numbers
from web.shared.picture import create_photo_help, create_picture
from web.shared.wording import css_colour, describe_class, display_name, format_count
from web.site import Site


def overview_numbers(site: Site) -> list[tuple[str, str]]:
    """Photos, classes, and the range of photos per class."""
    totals = [len(site.collection.of_class(label.class_id)) for label in site.collection.classes]
    numbers = [(f"{len(site.collection.classes):,}", site.subject.kinds)]
    if any(totals):
        numbers.insert(0, (f"{sum(totals):,}", "photos"))
        each = f"{min(totals):,}–{max(totals):,}" if min(totals) < max(totals) else f"{max(totals):,}"
        numbers.append((each, "photos of each kind"))
    return numbers


def create_meadow(site: Site) -> html.Div:
    """Photos per class as a meadow: one stem a class, as tall as it has photos, in the colour of the most vivid."""
    counts = sorted(
        ((len(site.collection.of_class(class_id)), class_id) for class_id in site.statistics.petals), reverse=True
    )
    if not counts:
        return html.Div()
    most, fewest = counts[0], counts[-1]
    labels, noun = site.statistics.labels, site.subject.noun
    summary = (
        f"Photos per {noun}, from {display_name(labels[most[1]].name)} with {most[0]} "
        f"to {display_name(labels[fewest[1]].name)} with {fewest[0]}."
        if most[0] > fewest[0]
        else f"Each {noun} has {format_count(most[0], 'photo')}."
    )
    stems = [
        html.Div(
            className="meadow__stem",
            title=f"{display_name(labels[class_id].name)}: {format_count(count, 'photo')}",
            style={"height": f"{100 * count / most[0]:.1f}%", "color": css_colour(site.statistics.petals[class_id])},
        )
        for count, class_id in counts
    ]
    return html.Div(
        [
            html.Div(stems, className="meadow__field", role="img", **aria(label=summary)),
            html.P(
                [
                    f"One stem for each {noun}: its height is the number of photos, its colour that of the most "
                    "vivid. ",
                    summary,
                ],
                className="meadow__caption",
            ),
        ],
        className="meadow",
    )


def create_specimen(site: Site) -> html.Figure | html.Div:
    """A training photo drawn at random, with its name."""
    candidates = [label for label in site.collection.classes if site.statistics.training_photos(label.class_id)]
    if not candidates:
        return html.Div()
    label = random.choice(candidates)
    photo = random.choice(site.statistics.training_photos(label.class_id))
    name = display_name(label.name)
    return html.Figure(
        [
            create_picture(photo, site=site, alt=f"Training photo of {name}", sizes="280px", largest=640),
            html.Figcaption(
                [
                    dcc.Link(name, href=f"/flower/{label.class_id}", className="specimen__name"),
                    html.Span(describe_class(label), className="specimen__detail"),
                ]
            ),
        ],
        className="specimen",
    )


def create_overview_section(site: Site) -> html.Section:
    """What stands under the drop zone while nothing is classified."""
    return html.Section(
        [
            html.H2("The photos behind the answers"),
            create_numbers(overview_numbers(site)),
            html.Div(
                [
                    html.Div(
                        [
                            create_meadow(site),
                            dcc.Link("Browse the data set", href="/dataset", className="more-link"),
                            None if site.collection.has_photos else create_photo_help(),
                        ],
                        className="overview__meadow",
                    ),
                    html.Div(
                        [
                            html.Div(create_specimen(site), id="specimen"),
                            dmc.Button("Show another", id="specimen-button", variant="subtle", size="compact-md"),
                        ],
                        className="overview__specimen",
                    ),
                ],
                className="overview__grid",
            ),
        ],
        id="overview",
        className="overview",
    )
