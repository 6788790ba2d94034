"""What is known about a set of photos, whether or not the photos are on this machine.

The manifest, a CSV file, has all that statistics need (labels, splits, sizes, mean colours); only showing a photo needs
the photo itself.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from classifier.data.labels import LabelClass, read_classes
from classifier.data.subject import FLOWERS, KINDS, Subject, subject_of
from classifier.errors import DatasetError
from classifier.files import write_text

SPLITS = ("train", "valid", "test")
_COLUMNS = ("image_id", "class_id", "width", "height", "mean_r", "mean_g", "mean_b")
_SUFFIX = "_split"


@dataclass(frozen=True)
class Photo:
    """One photo.

    image_id: positive, unique within its collection.
    splits: the name of a way to split → "train", "valid" or "test"; e.g. {"udacity": "train", "official": "test"}.
    width, height: of the original as it is seen (upright), in pixels; a copy on this machine may be smaller.
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
    """Classes, photos, and where the photos are.

    root: the folder that the photos' `file` paths start from; None when the photos are not on this machine.
    default_split: the name of the split that figures are given for unless another is named.
    subject: what the classes are kinds of.
    """

    name: str
    classes: tuple[LabelClass, ...]
    photos: tuple[Photo, ...]
    root: Path | None
    default_split: str
    subject: Subject = KINDS

    def __post_init__(self) -> None:
        known = {label.class_id for label in self.classes}
        for photo in self.photos:
            if photo.class_id not in known:
                raise DatasetError(f"Photo {photo.image_id} is of class {photo.class_id}, which {self.name} has not.")
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
        """Every way in which the photos are split, the default first."""
        names = {name: None for photo in self.photos for name in photo.splits}
        return tuple(sorted(names, key=lambda name: name != self.default_split))

    @property
    def has_photos(self) -> bool:
        return self.root is not None

    def photo(self, image_id: int) -> Photo | None:
        return self._by_id.get(image_id)

    def path(self, photo: Photo) -> Path | None:
        """Where the photo lies, or None when it is not on this machine."""
        path = self.root / photo.file if self.root else None
        return path if path and path.is_file() else None

    def of_class(self, class_id: int, *, split_name: str | None = None, split: str | None = None) -> tuple[Photo, ...]:
        """The photos of one class, in the manifest's order; with `split`, only those of "train", "valid" or "test"."""
        photos = self._by_class.get(class_id, ())
        if split is None:
            return photos
        name = split_name or self.default_split
        return tuple(photo for photo in photos if photo.splits.get(name) == split)

    def counts(self, split_name: str) -> dict[int, dict[str, int]]:
        """class id → {"train": n, "valid": n, "test": n}, for every class, also those without a photo.

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


def read_manifest(path: Path) -> tuple[Photo, ...]:
    """Read photos from a manifest: image_id,class_id,[file,]width,height,mean_r,mean_g,mean_b and a column per split.

    The column `NAME_split` holds the split called NAME, the column `split` the one called "split". An empty cell means
    that the photo is in no part. Without the column `file`, the paths are those of torchvision's `Flowers102`.

    Raises:
        DatasetError: the file is missing, lacks a column, or a row makes no sense (the message names its line).
    """
    try:
        # File names may hold bytes that are not UTF-8; surrogateescape brings them back unchanged.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            reader = csv.DictReader(file)
            columns = reader.fieldnames or ()
            missing = [column for column in _COLUMNS if column not in columns]
            if missing:
                raise DatasetError(f"{path} lacks the column(s) {', '.join(missing)}.")
            names = {column: column.removesuffix(_SUFFIX) for column in columns if _is_split(column)}
            return tuple(_photo(row, names, where=f"{path}, line {reader.line_num}") for row in reader)
    except (OSError, csv.Error) as error:
        raise DatasetError(f"The manifest {path} cannot be read: {error}") from error


def write_manifest(path: Path, photos: Iterable[Photo]) -> None:
    """Write what `read_manifest` reads, in the order of the image ids; the file appears complete or not at all."""
    ordered = sorted(photos, key=lambda photo: photo.image_id)
    names = sorted({name for photo in ordered for name in photo.splits})
    with_file = any(photo.file != oxford_file(photo.image_id) for photo in ordered)
    split_columns = [name if name == "split" else name + _SUFFIX for name in names]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["image_id", "class_id", *(["file"] if with_file else []), *split_columns, *_COLUMNS[2:]])
    for photo in ordered:
        writer.writerow(
            [
                *(photo.image_id, photo.class_id, *([photo.file] if with_file else [])),
                *(photo.splits.get(name, "") for name in names),
                *(photo.width, photo.height, *photo.mean_colour),
            ]
        )
    write_text(path, text.getvalue())


def oxford_file(image_id: int) -> str:
    """Where torchvision's `Flowers102` keeps a photo, relative to its root."""
    return f"flowers-102/jpg/image_{image_id:05d}.jpg"


def flowers102(*, data_dir: Path = Path("data"), flowers_root: Path | None = None) -> Collection:
    """The Oxford 102 flowers. The photos come from `flowers_root`, else `data_dir`, whichever has `flowers-102/jpg`.

    Raises:
        DatasetError: `classes.csv` or `flowers102.csv` in `data_dir` is missing or damaged.
    """
    roots = [root for root in (flowers_root, data_dir) if root and (root / "flowers-102" / "jpg").is_dir()]
    return Collection(
        name="flowers102",
        classes=read_classes(data_dir / "classes.csv"),
        photos=read_manifest(data_dir / "flowers102.csv"),
        root=roots[0].absolute() if roots else None,
        default_split="udacity",
        subject=FLOWERS,
    )


def open_collection(
    *, checkpoint_metadata: Mapping[str, Any], checkpoint_path: Path, data_dir: Path, flowers_root: Path | None
) -> Collection:
    """The collection that a checkpoint was trained on.

    The Oxford flowers are known here. For other photos, training leaves a manifest beside the checkpoint, and the
    metadata's `dataset.root` says where the photos were; without a manifest there are classes but no photos.

    Raises:
        DatasetError: a table is damaged, or does not fit the checkpoint's classes.
    """
    dataset = checkpoint_metadata.get("dataset") or {}
    name = str(dataset.get("name") or "photos")
    if name == "flowers102":
        return flowers102(data_dir=data_dir, flowers_root=flowers_root)
    classes = tuple(LabelClass.from_dict(values) for values in checkpoint_metadata["classes"])
    manifest = manifest_of(checkpoint_path)
    photos = read_manifest(manifest) if manifest.is_file() else ()
    root = Path(dataset["root"]) if dataset.get("root") else None
    here = root if photos and root and root.is_dir() else None
    return Collection(name, classes, photos, here, _first_split(photos), subject_of(dataset))


def manifest_of(checkpoint: Path) -> Path:
    """Where the manifest of the photos that a checkpoint was trained on lies: rose.safetensors → rose.manifest.csv."""
    return checkpoint.with_name(f"{checkpoint.stem}.manifest.csv")


def describe_photo(path: Path) -> tuple[int, int, tuple[int, int, int]]:
    """What a manifest says about a photo: its upright width and height (px) and its mean colour (R, G, B; 0-255).

    Raises:
        PhotoError: the file is no photo that we read.
    """
    # Pillow takes 30 ms to import, and only those who write a manifest need it.
    from PIL import ImageStat

    from classifier.photos.reading import open_image, upright_size

    # The mean hardly changes when the JPEG is decoded at an eighth of its size, and that takes a fraction of the time.
    small = open_image(path, draft_px=64)
    width, height = upright_size(path)
    red, green, blue = (round(mean) for mean in ImageStat.Stat(small).mean)
    return width, height, (red, green, blue)


def _is_split(column: str) -> bool:
    return column == "split" or column.endswith(_SUFFIX)


def _first_split(photos: Sequence[Photo]) -> str:
    return next((name for photo in photos for name in photo.splits), "split")


def _photo(row: Mapping[str, str], split_columns: Mapping[str, str], *, where: str) -> Photo:
    try:
        image_id, class_id, width, height, red, green, blue = (int(row[column]) for column in _COLUMNS)
        splits = {name: row[column] for column, name in split_columns.items() if row[column]}
        return Photo(
            image_id, class_id, splits, width, height, (red, green, blue), row.get("file") or oxford_file(image_id)
        )
    except (DatasetError, TypeError, ValueError) as error:
        raise DatasetError(f"{where}: {error}") from error
