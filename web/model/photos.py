"""Photos that the model was measured on, with its answers."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html

from classifier.reports.numbers import how_often
from classifier.reports.report import MeasuredPhoto, Report
from web.shared.picture import create_picture
from web.shared.wording import display_name, format_count, format_percent
from web.site import Site

MOST_PAIRS, MOST_LOSSES, MOST_OPENED = 8, 12, 60
PAIR_SIZES = "(max-width: 600px) 44vw, 160px"


def name_of(report: Report, class_id: int) -> str:
    """Display name of a class; "Class 7" for one that the report does not name."""
    label = report.labels.get(class_id)
    return display_name(label.name) if label else f"Class {class_id}"


def create_measured_photo(answer: MeasuredPhoto, *, report: Report, site: Site) -> html.Figure:
    """One photo: what it shows, what was said."""
    name, said = name_of(report, answer.class_id), name_of(report, answer.answer_id)
    if answer.is_right:
        words = [html.Strong(name), html.Span(f"rightly, {format_percent(answer.confidence)}")]
    else:
        words = [
            html.Strong(name),
            html.Span(["called ", html.Em(said), f", {format_percent(answer.confidence)}"]),
            html.Span(f"gave {name} {format_percent(answer.own)}"),
        ]
    alt = f"{name}, {'rightly named' if answer.is_right else f'called {said}'}"
    picture = create_picture(site.collection.photo(answer.image_id), site=site, alt=alt)
    look = "answer" if answer.is_right else "answer answer--wrong"
    return html.Figure([picture, html.Figcaption(words)], className=look)


def create_measured_photos(answers: Sequence[MeasuredPhoto], *, report: Report, site: Site) -> html.Ul:
    """A grid of photos with what was said of each."""
    return html.Ul(
        [
            html.Li(create_measured_photo(answer, report=report, site=site), key=str(answer.image_id))
            for answer in answers
        ],
        className="cards cards--photos answers",
    )


def create_pairs(report: Report, *, site: Site) -> html.Ul | html.P:
    """The most frequent confusions: a photo that was misjudged beside a training photo of what it was called."""
    if not report.confusions:
        return html.P("There are none: every answer was right.", className="prose")
    items = []
    for rank, pair in enumerate(report.confusions[:MOST_PAIRS]):
        name, said = name_of(report, pair.was), name_of(report, pair.said)
        training = site.statistics.training_photos(pair.said)
        left = create_picture(
            site.collection.photo(pair.image_ids[0]), site=site, alt=f"{name}, called {said}", sizes=PAIR_SIZES
        )
        right = create_picture(
            training[rank % len(training)] if training else None,
            site=site,
            alt=f"Training photo of {said}",
            sizes=PAIR_SIZES,
        )
        items.append(
            html.Li(
                [
                    html.Div([_captioned(left, name, pair.was), _captioned(right, said, pair.said)]),
                    html.P(f"called {said} {how_often(pair.count)}", className="note"),
                ],
                className="pair",
            )
        )
    return html.Ul(items, className="pairs")


def describe_cell(report: Report, class_id: int, answer_id: int | None) -> tuple[str, tuple[MeasuredPhoto, ...]]:
    """What a cell of the matrix holds, or with `answer_id` None its whole row, in words and as answers."""
    name = name_of(report, class_id)
    if answer_id is not None and (answers := report.cells.get((class_id, answer_id))):
        photos = format_count(len(answers), "photo")
        if class_id == answer_id:
            return f"{name}: {photos} rightly named, the surest first.", answers
        return f"{photos} of {name}, called {name_of(report, answer_id)}, the surest first.", answers
    row = [answer for answer in report.top_losses if answer.class_id == class_id]
    wrong = sum(not answer.is_right for answer in row)
    if not row:
        return f"{name}: none of its photos was among those measured.", ()
    verdict = f"{wrong:,} of them wrongly named" if wrong else "all rightly named"
    return f"{name}: {format_count(len(row), 'photo')}, {verdict}; the hardest first.", tuple(row)


def create_opened(report: Report, class_id: int, answer_id: int | None, *, site: Site) -> html.Div:
    """The photos of a cell or a row of the matrix."""
    words, answers = describe_cell(report, class_id, answer_id)
    sentences = [words, f"The first {MOST_OPENED} are shown."] if len(answers) > MOST_OPENED else [words]
    return html.Div(
        [
            html.P(" ".join(sentences), className="opened__words", role="status"),
            create_measured_photos(answers[:MOST_OPENED], report=report, site=site),
        ]
    )


def _captioned(picture: html.Div, name: str, class_id: int) -> html.Figure:
    return html.Figure([picture, html.Figcaption(dcc.Link(name, href=f"/flower/{class_id}"))])
