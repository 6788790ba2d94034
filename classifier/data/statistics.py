"""Statistics of a collection: photos per class and part, shapes, sizes, colours; each is computed once.

Pure: it reads the manifest's values and never opens a photo.
"""

from __future__ import annotations

import colorsys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from classifier.data.collection import SPLITS, Collection, Photo
from classifier.data.labels import LabelClass

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
        """Photos of the class in all parts of the split."""
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
    """Figures about one collection; those without arguments are computed on first use and then remembered."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    @cached_property
    def labels(self) -> dict[int, LabelClass]:
        """Class id → class."""
        return {label.class_id: label for label in self.collection.classes}

    @cached_property
    def petals(self) -> dict[int, tuple[int, int, int]]:
        """A colour for every class that has photos: the mean of its tenth with the most vivid mean colours.

        The mean over all photos would be the brown that any mixture of leaves and petals ends in.
        """
        petals = {}
        for class_id in self.labels:
            photos = self.collection.of_class(class_id)
            vivid = sorted(photos, key=lambda photo: -hue_and_chroma(photo.mean_colour)[1])
            if vivid:
                petals[class_id] = mean_colour(vivid[: max(1, len(vivid) // 10)])
        return petals

    @cached_property
    def part_totals(self) -> dict[str, dict[str, int]]:
        """Photos in every part of every split; parts without photos are left out."""
        totals = {}
        for name in self.collection.split_names:
            counts = self.collection.counts(name).values()
            whole = {part: sum(count[part] for count in counts) for part in SPLITS}
            totals[name] = {part: total for part, total in whole.items() if total}
        return totals

    @cached_property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """The parts of every split in their usual order: {"udacity": ("train", "valid", "test")}."""
        return {name: tuple(totals) for name, totals in self.part_totals.items()}

    def class_counts(self, split_name: str) -> tuple[ClassCount, ...]:
        """Photos per class and part of one split, in the order of the classes; parts without photos count 0."""
        parts = self.parts.get(split_name, ())
        counts = self.collection.counts(split_name) if parts else {}
        return tuple(
            ClassCount(label, {part: counts[label.class_id][part] for part in parts})
            for label in self.collection.classes
        )

    def training_photos(self, class_id: int) -> tuple[Photo, ...]:
        """A class's training photos in the default split; all its photos when the collection has no splits."""
        has_training_part = "train" in self.parts.get(self.collection.default_split, ())
        return self.collection.of_class(class_id, split="train" if has_training_part else None)

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


def mean_colour(photos: Iterable[Photo]) -> tuple[int, int, int]:
    """The mean of the photos' mean colours (0-255 each)."""
    colours = [photo.mean_colour for photo in photos]
    red, green, blue = (round(sum(channel) / len(colours)) for channel in zip(*colours, strict=True))
    return red, green, blue


def hue_and_chroma(colour: tuple[int, int, int]) -> tuple[float, float]:
    """Hue in degrees (0..360) and chroma (largest minus smallest channel, 0..1) of an RGB colour."""
    hue, _, _ = colorsys.rgb_to_hsv(*(channel / 255 for channel in colour))
    return hue * 360, (max(colour) - min(colour)) / 255
