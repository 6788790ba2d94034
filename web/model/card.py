"""The model's card in words. Every figure in it comes from the report."""

from __future__ import annotations

from datetime import datetime

from dash import html

from classifier.reports.history import history_of
from classifier.reports.report import Report
from classifier.reports.words import describe_times, part_of
from web.model.photos import name_of
from web.shared.numbers import create_numbers
from web.shared.wording import format_count, split_title

# So many photos of a class and fewer say little about it.
FEW_PHOTOS = 10


def percent(share: float) -> str:
    """A counted share with one decimal; unlike a probability, it may be 100 %."""
    return f"{100 * share:.1f}\u00a0%"


def create_summary(report: Report) -> html.Div:
    """The large figures."""
    summary = report.summary
    low, high = summary["top1_interval"]
    numbers = [
        (percent(summary["top1"]), "named right at once"),
        (percent(summary["mean_class"]), "mean over the classes"),
    ]
    if len(report.classes) > 5:
        numbers.insert(1, (percent(summary["top5"]), "among the first five"))
    return html.Div(
        [
            create_numbers([*numbers, (f"{summary['n']:,}", "photos measured")]),
            html.P(
                f"Measured on {describe_part(report)}. With other photos of the same kind, the first figure could well "
                f"lie anywhere between {percent(low)} and {percent(high)} (95 % Wilson interval).",
                className="note summary__note",
            ),
        ]
    )


def describe_part(report: Report) -> str:
    """Which photos it was measured on: "the 819 test photos of flowers102 (Udacity split)"."""
    data = report.data
    named = "" if data["split_name"] == "split" else f" ({split_title(data['split_name'])} split)"
    return f"the {report.summary['n']:,} {part_of(report)} photos of {data['name']}{named}"


def create_card(report: Report) -> html.Dl:
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
    count, trust = f"{len(report.classes):,}", report.verdicts
    if trust is None:
        return f"Anything else: it has no other words than its {count} classes."
    words = f"Anything else: it can say that a photo does not look like one of the {count}, but does not always"
    if not trust.unknown:
        return f"{words}, and then it gives one of their names."
    others = sum(group.n for group in trust.unknown)
    named = others - sum(group.verdicts["unknown"] for group in trust.unknown)
    return (
        f"{words}: of {format_count(others, 'picture')} that showed none of them it gave {named:,} one of their names."
    )


def describe_training(report: Report) -> str:
    data, history = report.data, history_of(report.training)
    photos = data.get("train_photos")
    words = f"{format_count(photos, 'photo')} of {data['name']}" if photos else f"The training photos of {data['name']}"
    if history.seen:
        words += f", each seen {describe_times(history.seen)} in changing crops and colours"
    if 0 < history.head_epochs < history.seen:
        words += f"; first {describe_times(history.head_epochs)} by the last layer alone, then by the whole network"
    words += "."
    if len(history.starts) > 1:
        words += f" That was in {len(history.starts)} runs, each beginning with what the one before had learnt."
    if history.shares:
        last = f"{100 * history.shares[-1]:.0f}\u00a0%"
        words += f" The weights are the mean of {len(history.shares)} checkpoints, with {last} from the last run."
    return words + (f" It took {describe_time(history.seconds)}." if history.seconds >= 60 else "")


def describe_measurement(report: Report) -> str:
    part = report.data["split"]
    words = f"On {describe_part(report)}, "
    if part == "train" or (part == "valid" and report.training.learnt_from_valid):
        words += "which it has learnt from: these figures flatter it."
    elif part == "valid":
        words += "which it has not learnt from, but which chose the best epoch: these figures flatter it a little."
    else:
        words += "which it has neither learnt from nor been chosen by."
    if report.tta:
        words += " Every answer is the mean over several views of the photo."
    unreadable = len(report.data.get("unreadable") or ())
    if unreadable:
        words += f" {format_count(unreadable, 'photo')} could not be read."
    return words


def describe_limits(report: Report) -> str:
    measured = [each for each in report.per_class if each.n and each.f1 is not None]
    weak = sorted((each for each in measured if (each.f1 or 0) < 1), key=lambda each: (each.f1 or 0, each.class_id))[:3]
    words = []
    if weak:
        listed = ", ".join(f"{name_of(report, each.class_id)} ({percent(each.f1 or 0)})" for each in weak)
        words.append(f"The lowest F1 {'has' if len(weak) == 1 else 'have'} {listed}.")
    few = sum(each.n < FEW_PHOTOS for each in report.per_class)
    if few:
        words.append(
            f"Of {few:,} of the {len(report.per_class):,} classes fewer than {FEW_PHOTOS} photos were measured: their "
            "own figures say little."
        )
    words.append(
        "All photos come from the same source as those it has learnt from; on other people’s photos it will do worse."
    )
    return " ".join(words)


def describe_making(report: Report) -> list[str | html.Code]:
    checkpoint = report.checkpoint
    try:
        day = f"{datetime.fromisoformat(report.created):%-d %B %Y}"
    except ValueError:
        day = report.created
    return [
        f"{checkpoint['backbone']}, {checkpoint['parameters'] / 1e6:.1f} million parameters; it sees the central "
        f"square of a photo at {checkpoint['input_size']} × {checkpoint['input_size']} pixels. The file has "
        f"{checkpoint['bytes'] / 1e6:.1f} MB, fingerprint ",
        html.Code(str(checkpoint["fingerprint"])),
        f". Report of {day}.",
    ]


def describe_calibration(report: Report) -> str:
    """Does it say how sure it may be? In words, by the mean confidence and the calibration error."""
    n = sum(each.n for each in report.calibration)
    if not n:
        return ""
    said = sum(each.n * each.confidence for each in report.calibration) / n
    right = sum(each.right for each in report.calibration) / n
    verdict = "about as sure as it is right"
    if abs(said - right) > 0.02:
        verdict = "too sure of itself" if said > right else "more often right than it says"
    return (
        f"On average the model is {percent(said)} sure of its answer and right in {percent(right)}: {verdict}. The "
        f"expected calibration error is {percent(report.summary['ece'])}. A dot on the dashed line is an honest one; "
        "its size is the number of photos, its bar the 95 % interval."
    )


def describe_time(seconds: float) -> str:
    """ "1 h 25 min", "12 min"."""
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
