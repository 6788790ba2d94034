"""Verdict in detail: known photo, list of candidates and track record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dash.development.base_component import Component

from classifier.reports.numbers import NO_BREAK, how_often, hundred_range, out_of_hundred
from web.shared.attributes import aria
from web.shared.light import dcc, html
from web.shared.picture import create_picture
from web.shared.sentence import fill
from web.shared.wording import display_name, format_count, format_interval, format_share
from web.site import Site

if TYPE_CHECKING:
    from classifier.predictions.values import Candidate, Confusion, Prediction

# A longer list is folded behind the first names.
MOST_LISTED = 6
# Fewer answers than this say little by themselves.
FEW = 10
MOST_CONFUSIONS, PHOTOS_A_CONFUSION = 3, 3


def create_alarm(prediction: Prediction, *, site: Site) -> html.Div | None:
    """Warning that the model has learnt from this photo: its confidence means little then."""
    if prediction.duplicate_of is None:
        return None
    photo = site.collection.photo(prediction.duplicate_of)
    return html.Div(
        [
            create_picture(photo, site=site, alt="The training photo", sizes="72px") if photo else None,
            html.P(
                fill(
                    "{alarm} It is, or nearly is, one of those it has learnt from: how sure it is means little here.",
                    alarm=html.Strong("The model knows this photo."),
                )
            ),
        ],
        className="alarm",
        role="note",
    )


def create_coverage(prediction: Prediction, *, site: Site) -> html.P | None:
    """The list of an unsure answer, which holds the right class so many times out of 100; nothing without a list."""
    listed = prediction.coverage_set
    if prediction.verdict != "unsure" or not listed or prediction.coverage is None:
        return None
    times, noun = out_of_hundred(prediction.coverage), site.subject.noun
    if len(listed) == len(site.collection.classes):
        return html.P(f"The model can rule out none of the {site.subject.count(len(listed))}.", className="coverage")
    if prediction.pair:
        return html.P(f"It is one of the two {times} times out of 100.", className="coverage")
    if len(listed) == 1:
        return html.P(
            f"A list that holds the right {noun} {times} times out of 100 needs this name alone.", className="coverage"
        )
    return html.P(
        [
            f"The right {noun} is in this list {times} times out of 100: ",
            *list_names(listed),
            ".",
        ],
        className="coverage",
    )


def create_distinction(prediction: Prediction, *, site: Site) -> html.P | None:
    """How people tell apart the two likeliest classes of an unsure answer, where it is written down."""
    if prediction.verdict != "unsure":
        return None
    difference = site.collection.distinctions.get(frozenset(c.class_id for c in prediction.candidates[:2]))
    return (
        html.P([html.Strong("How to tell them apart: "), difference], className="distinction") if difference else None
    )


def list_names(listed: Sequence[Candidate]) -> list[Any]:
    """Links to the first candidates of a list, and how many others there are."""
    links = [
        dcc.Link(display_name(candidate.name), href=f"/flower/{candidate.class_id}", className="coverage__name")
        for candidate in listed[:MOST_LISTED]
    ]
    names: list[Any] = [part for link in links for part in (link, ", ")][:-1]
    more = len(listed) - MOST_LISTED
    return [*names, f" and {format_count(more, 'other')}"] if more > 0 else names


def create_record_line(prediction: Prediction, *, site: Site) -> html.P | None:
    """The track record in a sentence or two, for the verdict."""
    record = prediction.track_record
    if record is None or prediction.verdict == "unknown":
        return None
    sentences: list[Any] = []
    if record.n:
        sentences += fill(
            "When it was this sure of {name} in tests, it was right {times}; in the long run that may be {interval}. ",
            name=display_name(prediction.best.name),
            times=html.Strong(f"{record.right:,} of {format_count(record.n, 'time')}"),
            interval=format_interval(record.low, record.high),
        )
    if record.n < FEW and record.overall_n:
        sentences.append(
            f"When this sure of any {site.subject.noun}, it was right {record.overall_right:,} of "
            f"{format_count(record.overall_n, 'time')}."
        )
    return html.P(sentences, className="record-line") if sentences else None


def create_record(prediction: Prediction, *, site: Site) -> list[Component]:
    """The track record in full: bars with their interval, and what this class is confused with."""
    record = prediction.track_record
    if record is None:
        return []
    name = display_name(prediction.best.name)
    band = f"between {hundred_range((record.low_confidence, record.high_confidence), between=' and ')}{NO_BREAK}%"
    rows = [create_share_bar(f"{name}, {band} sure", record.right, record.n, low=record.low, high=record.high)]
    rows.append(create_share_bar(f"Any {site.subject.noun}, {band} sure", record.overall_right, record.overall_n))
    parts: list[Component] = [
        html.P(
            "Counted on test photos, which the model had never seen. The pale band is the 95\u00a0% interval: the "
            "fewer the photos, the wider it is.",
            className="note",
        ),
        html.Div(rows, className="record"),
    ]
    if record.confusions:
        parts.append(html.H4(f"What {name} was confused with"))
        parts.append(
            html.Ul(
                [create_confusion(confusion, site=site) for confusion in record.confusions[:MOST_CONFUSIONS]],
                className="confusions",
            )
        )
    else:
        parts.append(
            html.P(
                f"No test photo of {name} was taken for another {site.subject.noun}, and none of another for {name}.",
                className="note record__none",
            )
        )
    return parts


def create_share_bar(
    words: str, right: int, n: int, *, low: float | None = None, high: float | None = None
) -> html.Div:
    """A share as a bar with words, and its interval as a band."""
    figure = f"{right:,} of {n:,} right ({format_share(right, n)})" if n else "no such answer on test"
    bands = []
    if n:
        if low is not None and high is not None:
            style = {"left": f"{100 * low:.1f}%", "width": f"{100 * (high - low):.1f}%"}
            bands.append(html.Span(className="record__band", style=style))
        bands.append(html.Span(className="record__mark", style={"left": f"{100 * right / n:.1f}%"}))
    return html.Div(
        [
            html.Div([html.Span(words), html.Span(figure, className="record__figure")], className="record__words"),
            html.Div(bands, className="record__bar", **aria(hidden="true")),
        ],
        className="record__row",
    )


def create_confusion(confusion: Confusion, *, site: Site) -> html.Li:
    """One way to be wrong, in words, with its photos."""
    said, was = (class_name(class_id, site=site) for class_id in (confusion.said, confusion.was))
    photos = [photo for image_id in confusion.image_ids if (photo := site.collection.photo(image_id))]
    pictures = [
        create_picture(photo, site=site, alt=f"Test photo of {was}, taken for {said}", sizes="110px")
        for photo in photos[:PHOTOS_A_CONFUSION]
    ]
    return html.Li(
        [
            html.P(
                fill(
                    "{was} was taken for {said} {times}.",
                    was=dcc.Link(was, href=f"/flower/{confusion.was}"),
                    said=said,
                    times=how_often(confusion.count),
                )
            ),
            html.Div(pictures, className="confusion__photos") if pictures else None,
        ],
        className="confusion",
    )


def class_name(class_id: int, *, site: Site) -> str:
    """The display name of a class id, or words for one that the collection does not know."""
    label = site.statistics.labels.get(class_id)
    return display_name(label.name) if label else f"another {site.subject.noun}"
