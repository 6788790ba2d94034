"""Result of one photo: a verdict in words, the likeliest classes as bars, training photos to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash.development.base_component import Component

from classifier.data.statistics import spread
from classifier.reports.words import ONE_OF_TWO, describe_reason
from web.answer.bars import ROW_HEIGHT_PX, create_candidate_bars
from web.answer.closer_look import create_closer_look_section
from web.answer.similar import OVERALL, create_nearest, create_overall
from web.answer.upload import WHOLE, PartView
from web.answer.verdict import create_alarm, create_coverage, create_distinction, create_record_line
from web.shared.attributes import aria
from web.shared.figures import CONFIG
from web.shared.light import dcc, dmc, html
from web.shared.picture import create_photo_help, create_picture
from web.shared.sentence import fill
from web.shared.wording import (
    SURPRISING,
    describe_sureness,
    describe_unknown,
    display_name,
    format_count,
    format_percent,
    verdict_words,
)
from web.site import Site

if TYPE_CHECKING:
    from classifier.predictions.values import Candidate, Prediction

SAMPLES = 6
SIMILARITY = "Similar as the model sees it: 1.00 would be the same photo."


def create_result(prediction: Prediction, *, site: Site, view: PartView = WHOLE) -> html.Div:
    """The whole answer to one photo, or to the part of it that `view` names."""
    kinds = site.subject.count_kinds(len(site.collection.classes))
    honesty = (
        f"The model knows {kinds} and can take one for another. Compare with the photos before you believe it."
        if prediction.verdict
        else f"The model knows {kinds} and names one of them whatever it is shown. Compare with the photos before you "
        "believe it."
    )
    return html.Div(
        [
            create_verdict(prediction, site=site, view=view),
            html.Div(
                [create_bars_section(prediction), create_comparison_section(prediction, site=site)],
                className="result__grid",
            ),
            create_closer_look_section(prediction, view=view, site=site),
            html.P(honesty, className="result__honesty"),
        ],
        className="result",
    )


def describe_answer(prediction: Prediction, *, site: Site) -> str:
    """The answer in one sentence, for the live region that screen readers read out."""
    best = prediction.best
    closest = f"{display_name(best.name)}, {format_percent(best.probability)}."
    if prediction.pair:
        first, second = (f"{display_name(c.name)}, {format_percent(c.probability)}" for c in prediction.pair)
        return f"{ONE_OF_TWO}: {first}, or {second}."
    if prediction.verdict == "unknown":
        unknown = describe_unknown(len(site.collection.classes), site.subject)
        reason = describe_reason(prediction.reason, site.subject)
        return " ".join(filter(None, [f"{unknown}.", reason, f"The closest is {closest}"]))
    return f"{verdict_words(prediction.verdict, best.probability)}: {closest}"


def create_verdict(prediction: Prediction, *, site: Site, view: PartView = WHOLE) -> html.Div:
    """The name like on a herbarium label, hedged by how sure the model is."""
    unknown = prediction.verdict == "unknown"
    return html.Div(
        [
            create_part_note() if view != WHOLE else None,
            *(create_unknown(prediction, site=site) if unknown else create_name(prediction, site=site)),
            create_alarm(prediction, site=site),
            create_record_line(prediction, site=site),
            create_coverage(prediction, site=site),
            create_distinction(prediction, site=site),
            create_advice(prediction, site=site, view=view),
            *([] if unknown else create_links(prediction)),
        ],
        className="verdict verdict--unknown" if unknown else "verdict",
    )


def create_links(prediction: Prediction) -> list[dcc.Link]:
    """Links to the pages of what it is, or of the two things that it may be."""
    return [
        dcc.Link(
            f"See all about {display_name(candidate.name)}", href=f"/flower/{candidate.class_id}", className="more-link"
        )
        for candidate in prediction.pair or (prediction.best,)
    ]


def create_name(prediction: Prediction, *, site: Site) -> list[Component]:
    """What it is, or which two things it may be, with the probability."""
    named = prediction.pair or (prediction.best,)
    words = ONE_OF_TWO if prediction.pair else verdict_words(prediction.verdict, prediction.best.probability)
    name = " or ".join(display_name(candidate.name) for candidate in named)
    two = " verdict__name--two" if prediction.pair else ""
    return [
        html.P(words, className="verdict__words"),
        html.H2(name, id="verdict-name", className=f"verdict__name{two}", tabIndex=-1),
        *(create_botany(candidate, site=site) for candidate in named),
        html.P(create_sureness(prediction), className="verdict__probability"),
    ]


def create_botany(candidate: Candidate, *, site: Site) -> html.P:
    """Scientific name and family of a class."""
    label = site.statistics.labels.get(candidate.class_id)
    family = label.family if label else None
    scientific_name = html.I(candidate.scientific_name) if candidate.scientific_name else None
    return html.P([scientific_name, f" · {family}" if family else None], className="verdict__detail")


def create_sureness(prediction: Prediction) -> list[str | Component]:
    """The probability in a sentence; only a calibrated one says how sure the model is."""
    probability = prediction.best.probability
    if not prediction.verdict:
        return fill("The model gives it {percent}.", percent=html.Strong(format_percent(probability)))
    percent = html.Strong(describe_sureness(probability))
    if prediction.pair:
        second = html.Strong(describe_sureness(prediction.pair[1].probability))
        return fill("The model gives the first {percent}, the second {second}.", percent=percent, second=second)
    if prediction.verdict == "unsure" and probability >= SURPRISING:
        return fill(
            "The model is {percent} sure, but your photo is less like those it has learnt from, so it stays careful.",
            percent=percent,
        )
    return fill("The model is {percent} sure.", percent=percent)


def create_advice(prediction: Prediction, *, site: Site, view: PartView) -> html.P | None:
    """What to do about an answer that is not clear. The button belongs to `assets/js/30-closer-look.js`."""
    if prediction.verdict not in ("unsure", "unknown"):
        return None
    words = "Reframe it" if view != WHOLE else f"Frame one {site.subject.thing} closely"
    button = html.Button(words, id="frame-button", type="button", className="text-button")
    return html.P(fill("{frame_it} and ask again.", frame_it=button), className="advice")


def create_unknown(prediction: Prediction, *, site: Site) -> list[Component]:
    """None of the classes known: why, and what it would be if it had to be one of them."""
    best = prediction.best
    return [
        html.H2(
            f"{describe_unknown(len(site.collection.classes), site.subject)}.",
            id="verdict-name",
            className="verdict__name verdict__name--sentence",
            tabIndex=-1,
        ),
        html.P(describe_reason(prediction.reason, site.subject), className="verdict__reason"),
        html.P(
            fill(
                "If it had to be one of them: {name} ({percent}).",
                name=dcc.Link(display_name(best.name), href=f"/flower/{best.class_id}", className="verdict__closest"),
                percent=format_percent(best.probability),
            ),
            className="verdict__probability",
        ),
    ]


def create_part_note() -> html.P:
    """That the answer is to a part of the photo, with the way back."""
    button = html.Button("Ask about the whole photo", id="whole-button", type="button", className="text-button")
    return html.P(fill("This is about the part that you framed. {whole}", whole=button), className="part-note")


def create_bars_section(prediction: Prediction) -> html.Section:
    """Bars for the eyes, the same as a list for screen readers."""
    candidates = prediction.candidates
    kind = "closest" if prediction.verdict == "unknown" else "likeliest"
    words = html.Ol(
        [html.Li(f"{display_name(c.name)}: {format_percent(c.probability)}") for c in candidates],
        className="visually-hidden",
    )
    height = ROW_HEIGHT_PX * len(candidates) + 16
    graph = dcc.Graph(
        id="candidate-bars",
        figure=create_candidate_bars(candidates),
        config=CONFIG,
        style={"height": height},
    )
    return html.Section(
        [
            html.H3(f"The {len(candidates)} {kind}" if len(candidates) > 1 else f"The {kind}"),
            words,
            html.Div(graph, className="chart", style={"minHeight": height}, **aria(hidden="true")),
        ],
        className="result__bars",
    )


def create_comparison_section(prediction: Prediction, *, site: Site) -> html.Section:
    """Training photos of the best class, and one tab away those of the runners-up and the most similar of all.

    The most similar ones where the checkpoint has an index, else a few of each class.
    """
    candidates, neighbours = prediction.candidates, prediction.neighbours
    shown = [(str(candidate.class_id), display_name(candidate.name)) for candidate in candidates]
    if neighbours:
        contents = [create_nearest(candidate, neighbours, site=site) for candidate in candidates]
        shown.append((OVERALL, f"Any {site.subject.noun}"))
        contents.append(create_overall(neighbours, site=site))
    else:
        contents = [create_samples(candidate, site=site) for candidate in candidates]
    tabs = [dmc.TabsTab(name, value=value, className="compare__tab", disabled=False) for value, name in shown]
    panels = [dmc.TabsPanel(content, value=value) for (value, _), content in zip(shown, contents, strict=True)]
    return html.Section(
        [
            html.H3("The most similar training photos" if neighbours else "Training photos to compare"),
            html.P(SIMILARITY, className="note") if neighbours else None,
            dmc.Tabs(
                [
                    dmc.TabsList(tabs, className="compare__list", **aria(label=f"Likeliest {site.subject.nouns}")),
                    *panels,
                ],
                id="compare",
                value=shown[0][0],
                variant="pills",
                className="compare",
            ),
            None if site.collection.has_photos else create_photo_help(),
        ],
        className="result__photos",
    )


def create_samples(candidate: Candidate, *, site: Site) -> html.Div:
    """A few training photos of one candidate, evenly spaced over the class."""
    photos = site.statistics.training_photos(candidate.class_id)
    name = display_name(candidate.name)
    if not photos:
        return html.Div(html.P(f"No training photo of {name} is listed here.", className="note"))
    pictures = [
        create_picture(
            photo, site=site, alt=f"Training photo {number} of {name}", sizes="(max-width: 600px) 30vw, 190px"
        )
        for number, photo in enumerate(spread(photos, SAMPLES), start=1)
    ]
    return html.Div(
        [
            html.Div(pictures, className="samples"),
            dcc.Link(
                f"All {format_count(len(photos), 'training photo')} of {name}",
                href=f"/flower/{candidate.class_id}",
                className="more-link",
            ),
        ]
    )
