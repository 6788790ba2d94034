"""Model card: what the model is for, made of and measured on, in words. Every figure comes from the report."""

from __future__ import annotations

from datetime import datetime

from dash import html

from classifier.checkpoint import FurtherInfo
from classifier.reports.history import further_of, history_of
from classifier.reports.numbers import NO_BREAK, how_often, percent, seconds_in_words
from classifier.reports.report import Report
from classifier.reports.words import part_of
from web.model.photos import name_of
from web.shared.numbers import create_numbers
from web.shared.sentence import fill
from web.shared.wording import format_count, format_rate, split_title

# So many photos of a class and fewer say little about it.
FEW_PHOTOS = 10
# Confidence and accuracy that differ by no more than this count as the same.
SAME_WITHIN = 0.02


def create_summary(report: Report) -> html.Div:
    """The large figures."""
    summary = report.summary
    low, high = summary["top1_interval"]
    numbers = [
        (format_rate(summary["top1"]), "named right at once"),
        (format_rate(summary["mean_class"]), "mean over the classes"),
    ]
    if len(report.classes) > 5:
        numbers.insert(1, (format_rate(summary["top5"]), "among the first five"))
    return html.Div(
        [
            create_numbers([*numbers, (f"{summary['n']:,}", "photos measured")]),
            html.P(
                f"Measured on {describe_part(report)}. With other photos of the same kind, the first figure could well "
                f"lie anywhere between {format_rate(low)} and {format_rate(high)} (95 % Wilson interval).",
                className="note summary__note",
            ),
        ]
    )


def describe_part(report: Report) -> str:
    """Which photos it was measured on: "the 819 test photos of flowers102 (Udacity split)"."""
    data = report.data
    named = "" if data["split_name"] == "split" else f" ({split_title(data['split_name'])} split)"
    return f"the {report.summary['n']:,} {part_of(report)} photos of {data['name']}{named}"


def create_model_card(report: Report) -> html.Dl:
    """What it is for and not for, its data, how it was measured, its limits, what it is made of."""
    count = f"{len(report.classes):,}"
    entries: list[tuple[str, list[str | html.Code]]] = [
        (
            "What it is for",
            [
                f"Naming what one photo shows, when it shows one of the {count} classes that the model knows. It gives "
                "a probability for each, so that near misses can be seen."
            ],
        ),
        (
            "What it is not for",
            [
                f"{describe_elsewhere(report)} Nor for decisions that could harm anyone: its answer is a resemblance, "
                "not an identification."
            ],
        ),
        ("What it has learnt from", [describe_training(report)]),
        ("How it was measured", [describe_measurement(report)]),
        ("Where it is weak", [describe_limits(report)]),
        ("What it is made of", describe_making(report)),
    ]
    return html.Dl([html.Div([html.Dt(title), html.Dd(words)]) for title, words in entries], className="model-card")


def describe_elsewhere(report: Report) -> str:
    """What it says of photos that show none of its classes."""
    count, verdicts = f"{len(report.classes):,}", report.verdicts
    if verdicts is None:
        return f"Anything else: it has no other words than its {count} classes."
    if not verdicts.unknown:
        return (
            f"Anything else: it can say that a photo does not look like one of the {count}, but does not always, and "
            "then it gives one of their names."
        )
    others = sum(group.n for group in verdicts.unknown)
    named = others - sum(group.verdicts["unknown"] for group in verdicts.unknown)
    return (
        f"Anything else: it can say that a photo does not look like one of the {count}, but does not always: of "
        f"{format_count(others, 'picture')} that showed none of them it gave {named:,} one of their names."
    )


def describe_training(report: Report) -> str:
    """How many photos it has learnt from, how often it saw them, and how long that took."""
    data, history = report.data, history_of(report.training)
    count = data.get("train_photos")
    photos = f"{format_count(count, 'photo')} of {data['name']}" if count else f"The training photos of {data['name']}"
    sentences = [f"{photos}."]
    if history.seen:
        sentences = [f"{photos}, each seen {how_often(history.seen)} in changing crops and colours."]
    if further := further_of(report.training):
        sentences.append(_describe_further(further))
    if 0 < history.head_epochs < history.seen:
        alone = "epoch" if history.head_epochs == 1 else f"{history.head_epochs:,} epochs"
        sentences.append(f"In the first {alone} only the last layer learnt, then the whole network.")
    if len(history.starts) > 1:
        sentences.append(f"That was in {len(history.starts)} runs, each beginning with what the one before had learnt.")
    if history.shares:
        last = percent(history.shares[-1], 0, space=NO_BREAK)
        sentences.append(
            f"The weights are the mean of {len(history.shares)} checkpoints, with {last} from the last run."
        )
    if history.seconds >= 60:
        sentences.append(f"It took {seconds_in_words(history.seconds)}.")
    return " ".join(sentences)


def _describe_further(further: FurtherInfo) -> str:
    parts = []
    if further.also:
        parts.append(f"{format_count(further.also, 'photo')} of the same classes from elsewhere")
    if further.strangers:
        parts.append(f"{format_count(further.strangers, 'picture')} of other things, to give these no name")
    sources = f" They come from {format_count(len(further.sources), 'source')}." if len(further.sources) > 1 else ""
    return f"It also learnt from {', and from '.join(parts)}.{sources}"


def describe_measurement(report: Report) -> str:
    """Which photos it was measured on, and whether that flatters it."""
    part, photos = report.data["split"], describe_part(report)
    if part == "train" or (part == "valid" and report.training.learnt_from_valid):
        sentences = [f"On {photos}, which it has learnt from: these figures flatter it."]
    elif part == "valid":
        sentences = [
            f"On {photos}, which it has not learnt from, but which chose the best epoch: these figures flatter it a "
            "little."
        ]
    else:
        sentences = [f"On {photos}, which it has neither learnt from nor been chosen by."]
    if report.tta:
        sentences.append("Every answer is the mean over several views of the photo.")
    unreadable = len(report.data.get("unreadable") or ())
    if unreadable:
        sentences.append(f"{format_count(unreadable, 'photo')} could not be read.")
    return " ".join(sentences)


def describe_limits(report: Report) -> str:
    """The weakest classes, those with few photos, and what no test of this kind shows."""
    measured = [each for each in report.per_class if each.n and each.f1 is not None]
    weak = sorted((each for each in measured if (each.f1 or 0) < 1), key=lambda each: (each.f1 or 0, each.class_id))[:3]
    sentences = []
    if weak:
        listed = ", ".join(f"{name_of(report, each.class_id)} ({format_rate(each.f1 or 0)})" for each in weak)
        sentences.append(f"Lowest F1: {listed}.")
    few = sum(each.n < FEW_PHOTOS for each in report.per_class)
    if few:
        sentences.append(
            f"Of {few:,} of the {len(report.per_class):,} classes fewer than {FEW_PHOTOS} photos were measured: their "
            "own figures say little."
        )
    sentences.append(
        "All photos come from the same source as those it has learnt from; on other people’s photos it will do worse."
    )
    return " ".join(sentences)


def describe_making(report: Report) -> list[str | html.Code]:
    """The network, its input, the file, and when it was measured."""
    checkpoint = report.checkpoint
    try:
        day = f"{datetime.fromisoformat(report.created):%-d %B %Y}"
    except ValueError:
        day = report.created
    return fill(
        "{backbone}, {parameters} million parameters; it sees the central square of a photo at {side} × {side} pixels, "
        "and in doubt all of it. The file has {megabytes} MB, digest {digest}. Report of {day}.",
        backbone=str(checkpoint["backbone"]),
        parameters=f"{checkpoint['parameters'] / 1e6:.1f}",
        side=str(checkpoint["input_size"]),
        megabytes=f"{checkpoint['bytes'] / 1e6:.1f}",
        digest=html.Code(str(checkpoint["fingerprint"])),
        day=day,
    )


def describe_calibration(report: Report) -> str:
    """Whether it is as sure as it is right: by the mean confidence and the calibration error."""
    n = sum(each.n for each in report.calibration)
    if not n:
        return ""
    said = sum(each.n * each.confidence for each in report.calibration) / n
    right = sum(each.right for each in report.calibration) / n
    verdict = "about as sure as it is right"
    if abs(said - right) > SAME_WITHIN:
        verdict = "too sure of itself" if said > right else "more often right than it says"
    return (
        f"On average the model is {format_rate(said)} sure of its answer and right in {format_rate(right)}: {verdict}. "
        f"The expected calibration error is {format_rate(report.summary['ece'])}. A dot on the dashed line is an "
        "honest one; its size is the number of photos, its bar the 95 % interval."
    )
