"""Wording of numbers and names as visitors read them. Pure functions, no Dash."""

from __future__ import annotations

from classifier.data.labels import LabelClass
from classifier.data.subject import Subject
from classifier.reports import numbers
from classifier.reports.words import BEGINNINGS

# How sure the words sound, by the probability of the best class: (at least, words).
VERDICTS: tuple[tuple[float, str], ...] = (
    (0.90, "This looks like"),
    (0.60, "This is probably"),
    (0.35, "This could be"),
    (0.0, "Hard to say. The closest match is"),
)
# An unsure answer that is at least so probable would puzzle without a word of why.
SURPRISING = 0.9


def format_percent(probability: float) -> str:
    """A probability (0..1) with one decimal, never rounded up to 100 % nor down to 0 %: ">99.9 %", "<0.1 %"."""
    return numbers.cautious_percent(probability, space=numbers.NO_BREAK)


def format_share(part: int, whole: int) -> str:
    """A share in whole per cent, "0 %" when there is nothing to share; "100 %" and "0 %" only where they are exact."""
    return numbers.percent_of(part, whole, space=numbers.NO_BREAK)


def format_rate(share: float) -> str:
    """A counted share (0..1) with one decimal: "84.2 %". Unlike a probability, it may be 100 %."""
    return numbers.percent(share, space=numbers.NO_BREAK)


def format_interval(low: float, high: float) -> str:
    """Two shares (0..1) in whole per cent: "74 to 99 %"."""
    return f"{numbers.hundred_range((low, high), between=' to ')}{numbers.NO_BREAK}%"


def format_count(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: "1 photo", "8,189 photos"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def format_ratio(largest: int, smallest: int) -> str:
    """How many times larger: "6.5", "40"; `smallest` is at least 1."""
    ratio = largest / smallest
    return f"{ratio:.1f}".removesuffix(".0") if ratio < 20 else f"{ratio:.0f}"


def display_name(name: str) -> str:
    """A class name with a capital first letter, the rest as it is ("bird of paradise" → "Bird of paradise")."""
    return name[:1].upper() + name[1:]


def verdict(probability: float) -> str:
    """The words in front of the best class's name, hedged by its probability (0..1)."""
    return next(words for at_least, words in VERDICTS if probability >= at_least)


def verdict_words(kind: str | None, probability: float) -> str:
    """The words in front of the best class's name: by the calibrated verdict, else by the probability (0..1)."""
    return BEGINNINGS.get(kind or "", verdict(probability))


def describe_sureness(probability: float) -> str:
    """A probability (0..1) inside a sentence: "97.3 %", "more than 99.9 %", "less than 0.1 %"."""
    return format_percent(probability).replace(">", "more than ").replace("<", "less than ")


def describe_too_large(max_bytes: int) -> str:
    """What a visitor can do about a file over the limit."""
    return (
        f"This file is too large: the server takes up to {max_bytes / 1024 / 1024:.0f} MB. "
        "Save it as a JPEG or make it smaller, then try again."
    )


def describe_unknown(classes: int, subject: Subject) -> str:
    """The verdict on a photo of something else."""
    return f"This does not look like one of the {subject.count(classes)} I know"


def split_title(split_name: str) -> str:
    """A split's name for display: "udacity" → "Udacity"."""
    return display_name(split_name.replace("_", " "))


def describe_class(label: LabelClass) -> str:
    """What stands under a class's name: scientific name and family, as far as known."""
    return " · ".join(part for part in (label.scientific_name, label.family) if part)


def css_colour(rgb: tuple[int, int, int]) -> str:
    """(255, 0, 16) → "#ff0010"."""
    return "#{:02x}{:02x}{:02x}".format(*rgb)
