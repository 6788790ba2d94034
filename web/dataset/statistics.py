"""What the data set page says about a collection, counted once per app. Pure, no Dash."""

from __future__ import annotations

import colorsys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from classifier.data.collection import Collection, Photo
from classifier.data.labels import LabelClass

# The usual order of the parts of a split; others follow in alphabetical order.
PART_ORDER = ("train", "valid", "val", "validation", "test")
HUE_BINS, LIGHTNESS_BINS = 60, 12
# Below this chroma (largest minus smallest channel, 0..1) a colour looks grey and its hue means nothing.
GREY_CHROMA = 0.08
# A photo whose sides differ by less than this share counts as square.
SQUARE_TOLERANCE = 0.05


@dataclass(frozen=True)
class ClassCount:
    """Photos of one class in one split, by part ("train" → 40)."""

    label: LabelClass
    parts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.parts.values())


@dataclass(frozen=True)
class Shapes:
    """How many photos are taller than wide, about square, wider than tall."""

    portrait: int
    square: int
    landscape: int


@dataclass(frozen=True)
class ColourBin:
    """Photos of similar mean colour.

    hue: the middle of the bin in degrees (0..360), None for greys.
    lightness: the middle of the bin, 0 (black) to 1 (white).
    colour: mean of the photos' mean colours.
    """

    hue: float | None
    lightness: float
    colour: tuple[int, int, int]
    count: int


class Statistics:
    """Figures about one collection; those without arguments are computed on first use and kept."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    @cached_property
    def labels(self) -> dict[int, LabelClass]:
        return {label.class_id: label for label in self.collection.classes}

    @cached_property
    def by_class(self) -> dict[int, tuple[Photo, ...]]:
        """All photos of every class, classes without photos included."""
        groups: dict[int, list[Photo]] = {label.class_id: [] for label in self.collection.classes}
        for photo in self.collection.photos:
            groups.setdefault(photo.class_id, []).append(photo)
        return {class_id: tuple(photos) for class_id, photos in groups.items()}

    @cached_property
    def petals(self) -> dict[int, tuple[int, int, int]]:
        """A colour for every class that has photos: the mean of its tenth with the most vivid mean colours.

        The mean over all photos would be the brown that any mixture of leaves and petals ends in.
        """
        petals = {}
        for class_id, photos in self.by_class.items():
            vivid = sorted(photos, key=lambda photo: -hue_and_chroma(photo.mean_colour)[1])
            if vivid:
                petals[class_id] = mean_colour(vivid[: max(1, len(vivid) // 10)])
        return petals

    @cached_property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """The parts of every split in their usual order: {"udacity": ("train", "valid", "test")}."""
        found: dict[str, set[str]] = {name: set() for name in self.collection.split_names}
        for photo in self.collection.photos:
            for name, part in photo.splits.items():
                if part:
                    found.setdefault(name, set()).add(part)
        return {name: tuple(sorted(parts, key=_part_order)) for name, parts in found.items()}

    @cached_property
    def part_totals(self) -> dict[str, dict[str, int]]:
        """Photos in every part of every split."""
        totals = {name: dict.fromkeys(parts, 0) for name, parts in self.parts.items()}
        for photo in self.collection.photos:
            for name, part in photo.splits.items():
                if part:
                    totals[name][part] += 1
        return totals

    def class_counts(self, split_name: str) -> tuple[ClassCount, ...]:
        """Photos per class and part of one split, in the order of the classes; parts without photos count 0."""
        counts: dict[int, Counter[str]] = defaultdict(Counter)
        for photo in self.collection.photos:
            counts[photo.class_id][photo.splits.get(split_name, "")] += 1
        parts = self.parts.get(split_name, ())
        return tuple(
            ClassCount(label, {part: counts[label.class_id][part] for part in parts})
            for label in self.collection.classes
        )

    def part_of_class(self, class_id: int, *, parts: Iterable[str], split_name: str) -> tuple[Photo, ...]:
        """A class's photos that lie in one of `parts` of a split, in the collection's order."""
        wanted = set(parts)
        return tuple(p for p in self.by_class.get(class_id, ()) if p.splits.get(split_name) in wanted)

    def training_photos(self, class_id: int) -> tuple[Photo, ...]:
        """A class's training photos in the default split; all its photos when the collection has no splits."""
        split_name = self.collection.default_split
        if "train" not in self.parts.get(split_name, ()):
            return self.by_class.get(class_id, ())
        return self.part_of_class(class_id, parts=("train",), split_name=split_name)

    @cached_property
    def shapes(self) -> Shapes:
        portrait = square = landscape = 0
        for photo in self.collection.photos:
            ratio = photo.width / photo.height
            if abs(ratio - 1) <= SQUARE_TOLERANCE:
                square += 1
            elif ratio < 1:
                portrait += 1
            else:
                landscape += 1
        return Shapes(portrait=portrait, square=square, landscape=landscape)

    @cached_property
    def sizes(self) -> Counter[tuple[int, int]]:
        """How many photos have each (width, height), in pixels."""
        return Counter((photo.width, photo.height) for photo in self.collection.photos)

    @cached_property
    def colour_bins(self) -> tuple[ColourBin, ...]:
        """The photos' mean colours, gathered by hue (greys apart, last) and lightness, dark before light."""
        bins: dict[tuple[int, int], list[Photo]] = defaultdict(list)
        for photo in self.collection.photos:
            hue, chroma = hue_and_chroma(photo.mean_colour)
            step = int(hue / 360 * HUE_BINS) % HUE_BINS if chroma >= GREY_CHROMA else HUE_BINS
            bins[step, int(sum(photo.mean_colour) / 766 * LIGHTNESS_BINS)].append(photo)
        return tuple(
            ColourBin(
                hue=(hue + 0.5) * 360 / HUE_BINS if hue < HUE_BINS else None,
                lightness=(lightness + 0.5) / LIGHTNESS_BINS,
                colour=mean_colour(photos),
                count=len(photos),
            )
            for (hue, lightness), photos in sorted(bins.items())
        )


def spread(photos: tuple[Photo, ...], count: int) -> tuple[Photo, ...]:
    """`count` photos evenly spaced over `photos`: neighbours in a collection often show the same plant."""
    if len(photos) <= count:
        return photos
    return tuple(photos[index * len(photos) // count] for index in range(count))


def search(labels: Iterable[LabelClass], query: str) -> tuple[LabelClass, ...]:
    """The classes whose name, scientific name or family holds every word of `query`, case aside; if there are none,
    those that hold each word or what it is the English plural of."""
    labels, words = tuple(labels), query.casefold().split()
    found = _holding(labels, [(word,) for word in words])
    return found or _holding(labels, [(word, _singular(word)) for word in words])


def _holding(labels: Sequence[LabelClass], words: Sequence[tuple[str, ...]]) -> tuple[LabelClass, ...]:
    """The labels that have, of each tuple of words, at least one in their names."""
    names = [" ".join(filter(None, (each.name, each.scientific_name, each.family))).casefold() for each in labels]
    return tuple(
        label
        for label, name in zip(labels, names, strict=True)
        if all(any(form in name for form in forms) for forms in words)
    )


def _singular(word: str) -> str:
    """ "lilies" → "lily", "roses" → "rose"; a word that is no plural stays."""
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and len(word) > 3 else word


def mean_colour(photos: Iterable[Photo]) -> tuple[int, int, int]:
    """The mean of the photos' mean colours (0-255 each)."""
    colours = [photo.mean_colour for photo in photos]
    red, green, blue = (round(sum(channel) / len(colours)) for channel in zip(*colours, strict=True))
    return red, green, blue


def hue_and_chroma(colour: tuple[int, int, int]) -> tuple[float, float]:
    """Hue in degrees (0..360) and chroma (largest minus smallest channel, 0..1) of an RGB colour."""
    hue, _, _ = colorsys.rgb_to_hsv(*(channel / 255 for channel in colour))
    return hue * 360, (max(colour) - min(colour)) / 255


def _part_order(part: str) -> tuple[int, str]:
    return (PART_ORDER.index(part) if part in PART_ORDER else len(PART_ORDER), part)
