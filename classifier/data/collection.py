"""Collections: classes and photos of a data set, whether or not the photos are on this machine.

The manifest, a CSV file, has all that statistics need (labels, splits, sizes, mean colours); only showing a photo needs
the photo itself.
"""

import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from classifier.data.labels import LabelClass
from classifier.data.subject import KINDS, Subject
from classifier.errors import DatasetError
from classifier.photos.limits import DEFAULT_PHOTO_LIMITS, PhotoLimits

SPLITS = ("train", "valid", "test")


@dataclass(frozen=True)
class Photo:
    """Photo of a collection, as its manifest describes it.

    image_id: positive, unique within its collection.
    splits: the name of a way to split → "train", "valid" or "test"; e.g. {"udacity": "train", "official": "test"}.
    width, height: of the original, upright, in pixels; a copy on this machine may be smaller.
    mean_colour: mean of the red, green and blue values (sRGB, 0-255).
    file: relative to the collection's root, with forward slashes.
    """

    image_id: int
    class_id: int
    splits: Mapping[str, str] = field(hash=False)
    width: int
    height: int
    mean_colour: tuple[int, int, int]
    file: str

    def __post_init__(self) -> None:
        if min(self.image_id, self.width, self.height) < 1:
            raise DatasetError(f"Photo {self.image_id}: the image id, the width and the height must be positive.")
        # A manifest may come with a checkpoint from elsewhere; it must not be able to point outside the photos' folder.
        if not self.file or self.file.startswith("/") or ".." in self.file.split("/"):
            raise DatasetError(f"Photo {self.image_id}: {self.file!r} is not a path below the photos' folder.")
        for name, split in self.splits.items():
            if split not in SPLITS:
                raise DatasetError(f"Photo {self.image_id}: {split!r} is none of {', '.join(SPLITS)} ({name} split).")


@dataclass(frozen=True)
class Collection:
    """Collection of photos: their classes, the photos, and where they are.

    name: of the data set, as people see it.
    classes: in the order of their positions in a network's output.
    photos: of these classes, with unique image ids.
    root: the folder that the photos' `file` paths start from; None when the photos are not on this machine.
    default_split: the name of the split that figures are given for unless another is named.
    subject: what the classes are kinds of.
    limits: those that its photos keep; what is larger was left out.
    distinctions: how people tell apart two classes that are easily confused, by their ids.
    """

    name: str
    classes: tuple[LabelClass, ...]
    photos: tuple[Photo, ...]
    root: Path | None
    default_split: str
    subject: Subject = KINDS
    limits: PhotoLimits = DEFAULT_PHOTO_LIMITS
    distinctions: Mapping[frozenset[int], str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        known = {label.class_id for label in self.classes}
        for photo in self.photos:
            if photo.class_id not in known:
                raise DatasetError(
                    f"Photo {photo.image_id} is of class {photo.class_id}, which {self.name} does not have."
                )
        if len(self._by_id) != len(self.photos):
            raise DatasetError(f"The manifest of {self.name} gives an image id more than once.")

    @cached_property
    def _by_id(self) -> dict[int, Photo]:
        return {photo.image_id: photo for photo in self.photos}

    @cached_property
    def _by_class(self) -> dict[int, tuple[Photo, ...]]:
        grouped: dict[int, list[Photo]] = {label.class_id: [] for label in self.classes}
        for photo in self.photos:
            grouped[photo.class_id].append(photo)
        return {class_id: tuple(photos) for class_id, photos in grouped.items()}

    @cached_property
    def split_names(self) -> tuple[str, ...]:
        """Names of the ways in which the photos are split, the default first."""
        names = {name: None for photo in self.photos for name in photo.splits}
        return tuple(sorted(names, key=lambda name: name != self.default_split))

    @property
    def has_photos(self) -> bool:
        """Whether the photos are on this machine."""
        return self.root is not None

    def photo(self, image_id: int) -> Photo | None:
        """Photo by its image id; None if there is none."""
        return self._by_id.get(image_id)

    def path(self, photo: Photo) -> Path | None:
        """Path of a photo; None when it is not on this machine."""
        if self.root is None:
            return None
        # Photos that came from macOS, or went there, may have another Unicode form of the same name.
        forms = (photo.file, *(unicodedata.normalize(form, photo.file) for form in ("NFC", "NFD")))
        paths = (self.root / file for file in dict.fromkeys(forms))
        # os.path: pathlib's own raises PermissionError where the folder may not be read.
        return next((path for path in paths if os.path.isfile(path)), None)

    def of_class(self, class_id: int, *, split_name: str | None = None, split: str | None = None) -> tuple[Photo, ...]:
        """Photos of one class, in the manifest's order.

        Args:
            class_id: the class; one that is not in the collection has no photos.
            split_name: the way to split; None for the default one.
            split: "train", "valid" or "test"; None for all photos.
        """
        photos = self._by_class.get(class_id, ())
        if split is None:
            return photos
        name = split_name or self.default_split
        return tuple(photo for photo in photos if photo.splits.get(name) == split)

    def counts(self, split_name: str) -> dict[int, dict[str, int]]:
        """Numbers of photos by class and split: class id → {"train": n, "valid": n, "test": n}, all classes included.

        Raises:
            DatasetError: the photos are not split that way.
        """
        if self.photos and split_name not in self.split_names:
            raise DatasetError(f"{self.name} has no split {split_name!r}, only {', '.join(self.split_names)}.")
        counts = {label.class_id: dict.fromkeys(SPLITS, 0) for label in self.classes}
        for photo in self.photos:
            if split_name in photo.splits:
                counts[photo.class_id][photo.splits[split_name]] += 1
        return counts
