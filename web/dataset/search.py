"""Search for classes by any of their names. Pure, no Dash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from classifier.data.labels import LabelClass, look_alike_key


def search(labels: Iterable[LabelClass], query: str) -> tuple[LabelClass, ...]:
    """The classes whose name, scientific name or family holds every word of `query`, as `look_alike_key` compares.

    If there are none, those that hold each word or what it is the English plural of.
    """
    labels, words = tuple(labels), look_alike_key(query).split()
    found = _holding(labels, [(word,) for word in words])
    return found or _holding(labels, [(word, _singular(word)) for word in words])


def _holding(labels: Sequence[LabelClass], words: Sequence[tuple[str, ...]]) -> tuple[LabelClass, ...]:
    """The labels that have, of each tuple of words, at least one in their names."""
    names = [look_alike_key(" ".join(filter(None, (each.name, each.scientific_name, each.family)))) for each in labels]
    return tuple(
        label
        for label, name in zip(labels, names, strict=True)
        if all(any(form in name for form in forms) for forms in words)
    )


def _singular(word: str) -> str:
    """Singular of an English plural: "lilies" → "lily", "roses" → "rose"; any other word stays."""
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and len(word) > 3 else word
