"""Words about the charts of the page *Data set*, and the table that says the same as the bars."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from classifier.data.statistics import GREY_CHROMA, ClassCount, hue_and_chroma
from classifier.data.subject import Subject
from web.shared.wording import display_name, format_count, format_ratio, format_share
from web.site import Site

# Words for hues: (up to degrees, word). Leaves and lawns lie between yellow and green.
HUES = ((20, "red"), (45, "orange"), (70, "yellow"), (170, "green"), (255, "blue"), (290, "violet"), (345, "pink"))
# The largest class has fewer than so many times the photos of the smallest.
NEARLY_BALANCED = 1.5


def describe_balance(counts: Sequence[ClassCount], subject: Subject) -> str:
    """Is the collection balanced? In words, with the ratio of the largest to the smallest class."""
    filled = sorted((count for count in counts if count.total), key=lambda count: count.total)
    if not filled:
        return "No photos are listed."
    smallest, largest = filled[0], filled[-1]
    if largest.total == smallest.total:
        return f"Every {subject.noun} has {format_count(largest.total, 'photo')}: the collection is balanced."
    is_nearly_balanced = largest.total / smallest.total < NEARLY_BALANCED
    figures = (
        f"{display_name(largest.label.name)} has {format_count(largest.total, 'photo')}, "
        f"{display_name(smallest.label.name)} {smallest.total:,}. "
        f"That is {format_ratio(largest.total, smallest.total)} times as many."
    )
    if is_nearly_balanced:
        return f"The collection is nearly balanced: {figures}"
    return (
        f"The collection is unbalanced: {figures} The model has seen some {subject.nouns} far more often than others."
    )


def describe_shapes(site: Site) -> str:
    """Portrait, square or landscape, and the most common size."""
    shapes, whole = site.statistics.shapes, len(site.collection.photos)
    (width, height), count = site.statistics.sizes.most_common(1)[0]
    return (
        f"{format_share(shapes.landscape, whole)} of the photos are wider than tall, "
        f"{format_share(shapes.portrait, whole)} taller than wide, {format_share(shapes.square, whole)} about square. "
        f"The most common size is {width} × {height} pixels ({format_count(count, 'photo')})."
    )


def describe_colours(site: Site) -> str:
    """Which hues the photos' mean colours have."""
    shares: dict[str, int] = {}
    for photo in site.collection.photos:
        hue, chroma = hue_and_chroma(photo.mean_colour)
        word = "grey" if chroma < GREY_CHROMA else next((word for limit, word in HUES if hue < limit), "red")
        shares[word] = shares.get(word, 0) + 1
    whole = len(site.collection.photos)
    most = sorted(shares.items(), key=lambda item: -item[1])[:4]
    listed = ", ".join(f"{word} {format_share(count, whole)}" for word, count in most)
    return (
        "Every photo averages to one colour; here they stand by hue, each bar painted in its photos’ own colours. "
        f"The most common are {listed}. Backgrounds count too."
    )


def create_count_table(counts: Sequence[ClassCount], subject: Subject, *, parts: Sequence[str]) -> html.Table:
    """The bars' numbers, for those who read rather than look."""
    return html.Table(
        [
            html.Caption(f"Photos per {subject.noun}", className="visually-hidden"),
            html.Thead(html.Tr([html.Th(words, scope="col") for words in (display_name(subject.noun), *parts, "All")])),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Th(display_name(count.label.name), scope="row"),
                            *[html.Td(f"{count.parts.get(part, 0):,}") for part in parts],
                            html.Td(f"{count.total:,}"),
                        ]
                    )
                    for count in counts
                ]
            ),
        ],
        className="table",
    )
