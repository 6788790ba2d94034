"""Photos in plain folders: one folder a class, or train, valid and test folders with one folder a class in each.

    photos/rose/IMG 1.JPG            photos/train/rose/1.jpg
    photos/tulip/郁金香.webp          photos/valid/rose/2.jpg

Every file is read once: what is not a photo is listed and left out.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from classifier.data.collection import Collection, Photo
from classifier.data.folder_tree import (
    MANIFEST,
    SPLIT_FOLDERS,
    Entry,
    LeftOut,
    class_names,
    entries_of,
    folders_in,
    is_split,
    reason_of,
    strays,
)
from classifier.data.labels import LabelClass, class_name, look_alike_key, look_alikes
from classifier.data.manifest import first_split, read_manifest
from classifier.data.samples import MOST_BROKEN
from classifier.data.splitting import Ratios, stratify
from classifier.errors import DatasetError, PhotoError
from classifier.machine import usable_cores
from classifier.outputs.names import readable_name
from classifier.photos.colour import mean_rgb
from classifier.photos.hashing import digest_of
from classifier.photos.limits import DEFAULT_PHOTO_LIMITS, ImageLimits, PhotoLimits
from classifier.photos.reading import open_with_size, read_bytes, upright_size
from classifier.photos.streaming import ignore
from classifier.photos.twins.grouping import PhotoHash, Twin, find_twins


@dataclass(frozen=True)
class FolderPhotos:
    """Photos found in a folder.

    collection: of those that could be read.
    left_out: files that give no photo, and why.
    twins: how many photos look like another one.
    leaks: how many photos of valid or test are in train as well.
    contradictions: pairs of files that look the same and are in different classes.
    merged: names of folders that are one class, since no difference can be seen in them, each with its photos.
    """

    collection: Collection
    left_out: tuple[LeftOut, ...] = ()
    twins: int = 0
    leaks: int = 0
    contradictions: tuple[tuple[str, str], ...] = ()
    merged: tuple[Mapping[str, int], ...] = ()

    @property
    def look_alikes(self) -> list[dict[str, int]]:
        """Names of different classes that are easily taken for each other, each with its number of photos."""
        counts = Counter(photo.class_id for photo in self.collection.photos)
        by_name: dict[str, int] = Counter()
        for label in self.collection.classes:
            by_name[label.name] += counts[label.class_id]
        groups = look_alikes(label.name for label in self.collection.classes)
        return [{name: by_name[name] for name in group} for group in groups]


@dataclass(frozen=True)
class _Scanned:
    entry: Entry
    size: tuple[int, int]
    hashes: PhotoHash

    def called(self, name: str) -> "_Scanned":
        return replace(self, entry=replace(self.entry, class_name=name))


def read_folder(
    root: Path,
    *,
    ratios: Ratios | None = None,
    seed: int = 1,
    limits: PhotoLimits = DEFAULT_PHOTO_LIMITS,
    step: Callable[[int, int], object] = ignore,
) -> FolderPhotos:
    """Find the classes and the photos below `root`; split what is not split, stratified.

    A `manifest.csv` in `root` (“split --manifest” writes one) is followed instead of opening every photo.

    Args:
        root: a folder with a folder of photos for each class, or with train, valid and test folders of such folders.
        ratios: parts of train, valid and test; the default ones if None.
        seed: of the shuffle; the same one gives the same split.
        limits: what is larger is left out.
        step: called with (files opened, files in all) after each.

    Raises:
        DatasetError: no such folder, fewer than two classes, a class with fewer than two photos, no photo at all.
    """
    root = root.expanduser().absolute()
    if not root.is_dir():
        raise DatasetError(f"There is no folder {root}. Name one that has a folder of photos for each class.")
    if (root / MANIFEST).is_file():
        return FolderPhotos(of_manifest(root, read_manifest(root / MANIFEST), limits=limits))
    entries, unwalked = entries_of(root)
    names = class_names(root, entries)
    if len(set(names.values())) < 2:
        raise DatasetError(_too_few_classes(root, names))
    scanned, unread = _scan(root, entries, limits.image_limits, step)
    left_out = (*unread, *unwalked, *strays(root, entries))
    merged = _merged(names, scanned)
    scanned = [
        replace(photo, entry=replace(photo.entry, class_name=names[photo.entry.class_name])) for photo in scanned
    ]
    _check_counts(root, names, scanned, left_out)
    found = find_twins([photo.hashes for photo in scanned])
    groups = [twin.first for twin in found]
    splits, leaks = _splits(root, scanned, groups, ratios or Ratios(), seed)
    ids = {name: number for number, name in enumerate(sorted(set(names.values())), start=1)}
    classes = tuple(LabelClass(number, name) for name, number in ids.items())
    photos = tuple(
        Photo(
            number,
            ids[photo.entry.class_name],
            {"split": split},
            *photo.size,
            photo.hashes.mean_colour,
            photo.entry.file,
        )
        for number, (photo, split) in enumerate(zip(scanned, splits, strict=True), start=1)
    )
    collection = Collection(collection_name(root), classes, photos, root, "split", limits=limits)
    twins = len(groups) - len(set(groups))
    return FolderPhotos(collection, left_out, twins, leaks, _contradictions(scanned, found), merged)


def collection_name(root: Path) -> str:
    """Name of a folder's collection; "flowers102" is reserved for the Oxford photos with their labels and splits."""
    name = _text(root.name) or "photos"
    return f"{name} (folder)" if name == "flowers102" else name


def _merged(names: Mapping[str, str], scanned: Sequence[_Scanned]) -> tuple[Mapping[str, int], ...]:
    """Numbers of photos by folder, of each class that has several folders whose names look the same."""
    counts = Counter(photo.entry.class_name for photo in scanned)
    folders: dict[str, dict[str, int]] = {}
    for folder, name in names.items():
        folders.setdefault(name, {})[folder] = counts[folder]
    return tuple(group for group in folders.values() if len(group) > 1)


def _too_few_classes(root: Path, names: Mapping[str, str]) -> str:
    found = f"only one class, “{next(iter(names.values()))}”" if names else "no folder with files in it"
    if len(names) > 1:
        found += f", in {len(names)} folders whose names look the same"
    inner = next((path for path in folders_in(root) if len(folders_in(path)) > 1), None)
    hint = f"Did you mean --data {inner}?" if inner else "It needs one folder of photos a class, two classes or more."
    return f"{root} has {found}. {hint}"


def _scan(
    root: Path, entries: Sequence[Entry], limits: ImageLimits, step: Callable[[int, int], object]
) -> tuple[list[_Scanned], tuple[LeftOut, ...]]:
    scanned: list[_Scanned] = []
    left_out: list[LeftOut] = []
    with ThreadPoolExecutor(max_workers=min(8, usable_cores())) as pool:
        for done, (entry, found) in enumerate(
            zip(entries, pool.map(lambda entry: _read_photo(root, entry, limits), entries), strict=True), start=1
        ):
            if isinstance(found, _Scanned):
                scanned.append(found)
            else:
                left_out.append(LeftOut(entry.file, found))
            step(done, len(entries))
    return scanned, tuple(left_out)


def _read_photo(root: Path, entry: Entry, limits: ImageLimits) -> _Scanned | str:
    """Size and hashes of a photo, or why it is left out."""
    path = root / entry.file
    if not path.is_file():
        return "It is not a regular file."
    try:
        data = read_bytes(path, limits)
        # A JPEG is decoded at an eighth of its size: enough for its hash and its mean colour, and much quicker.
        small, size = open_with_size(data, limits=limits, draft_px=64)
        return _Scanned(entry, size, PhotoHash.of(digest_of(data), small, mean_rgb(small)))
    except PhotoError as error:
        return reason_of(path, error)


def _check_counts(
    root: Path, names: Mapping[str, str], scanned: Sequence[_Scanned], left_out: Sequence[LeftOut]
) -> None:
    if not scanned:
        first = f"the first, {left_out[0].file}: {left_out[0].reason}"
        raise DatasetError(f"None of the {len(left_out)} files below {root} is a photo that can be read; {first}")
    counts = Counter(photo.entry.class_name for photo in scanned)
    trained = Counter(photo.entry.class_name for photo in scanned if photo.entry.split in (None, "train"))
    for name in sorted(set(names.values())):
        if counts[name] < 2:
            few = {0: "no photo that can be read", 1: "only one photo that can be read"}[counts[name]]
            own = (entry for entry in left_out if name in map(names.get, entry.file.split("/")[:-1]))
            reasons = [f"{entry.file}: {entry.reason}" for entry in own]
            why = f" ({_text(reasons[0]).rstrip('.')})" if reasons else ""
            raise DatasetError(
                f"The class “{name}” has {few}{why}; a class needs two at least, one to learn from and one to "
                f"check with. Add photos, or take its folder away.{_advice_on_name(name, counts)}"
            )
        if not trained[name]:
            raise DatasetError(
                f"The class “{name}” has no photo in the train folder; add some, or take it away."
                f"{_advice_on_name(name, trained)}"
            )


def _advice_on_name(name: str, counts: Mapping[str, int]) -> str:
    """Advice for a class that lacks photos, if another with a similar name has some; "" if none has."""
    others = [other for other in counts if other != name and look_alike_key(other) == look_alike_key(name)]
    return f" Is it the same as “{others[0]}”? Then give the folders of both that name." if others else ""


def _splits(
    root: Path, scanned: Sequence[_Scanned], groups: Sequence[int], ratios: Ratios, seed: int
) -> tuple[list[str], int]:
    """Split of each photo, by its folder where there are such folders; and how many of them leak into train."""
    classes = [photo.entry.class_name for photo in scanned]
    given = [photo.entry.split for photo in scanned]
    if given[0] is None:
        return stratify(classes, groups, ratios=ratios, seed=seed), 0
    splits = [split or "train" for split in given]
    if "valid" not in splits:  # some of the training photos must show which epoch is the best
        train = [index for index, split in enumerate(splits) if split == "train"]
        part = stratify(
            [classes[index] for index in train],
            [groups[index] for index in train],
            ratios=Ratios(1 - ratios.valid, ratios.valid, 0.0),
            seed=seed,
        )
        for index, split in zip(train, part, strict=True):
            splits[index] = split
    in_train = {group for group, split in zip(groups, splits, strict=True) if split == "train"}
    leaks = sum(split != "train" and group in in_train for group, split in zip(groups, splits, strict=True))
    return splits, leaks


def _contradictions(scanned: Sequence[_Scanned], twins: Sequence[Twin]) -> tuple[tuple[str, str], ...]:
    """Pairs of files: the first photo of each group of twins, and one of its twins that has another class."""
    pairs = []
    for photo, twin in zip(scanned, twins, strict=True):
        first = scanned[twin.first].entry
        # A mirror image may well be of another class: b and d, an arrow to the left and one to the right.
        if not twin.mirrored and first.class_name != photo.entry.class_name:
            pairs.append((first.file, photo.entry.file))
    return tuple(pairs)


def of_manifest(root: Path, photos: tuple[Photo, ...], *, limits: PhotoLimits = DEFAULT_PHOTO_LIMITS) -> Collection:
    """Collection of the photos that a manifest lists; the classes are called as their folders are.

    Raises:
        DatasetError: fewer than two classes.
    """
    names: dict[int, str] = {}
    for photo in photos:
        parts = photo.file.split("/")
        # In a tree of splits the class is the second folder: train/rose/1.jpg.
        deeper = len(parts) > 2 and parts[0].lower() in SPLIT_FOLDERS
        names.setdefault(photo.class_id, parts[1] if deeper else parts[0])
    classes = tuple(LabelClass(class_id, class_name(name) or name) for class_id, name in sorted(names.items()))
    if len(classes) < 2:
        raise DatasetError(f"The manifest of {root} lists fewer than two classes. Take it away to open all photos.")
    return Collection(collection_name(root), classes, photos, root, first_split(photos), limits=limits)


def files_since(collection: Collection, *, opened: int = 50) -> int | None:
    """Number of files that came to a collection's folder since its manifest was written.

    Args:
        collection: with the folder as its root.
        opened: how many of its photos are opened, to compare their sizes.

    Returns:
        None if it is not that folder (too many photos are missing, or those that are opened have other sizes), or if
        its own folders say how it is split.

    Raises:
        DatasetError: there is no such folder, or it cannot be read.
    """
    root = collection.root
    if root is None or not root.is_dir():
        raise DatasetError(f"There is no folder {root}. Name one that has a folder of photos for each class.")
    known = {unicodedata.normalize("NFC", photo.file) for photo in collection.photos}
    paths = {photo: collection.path(photo) for photo in collection.photos}
    missing = list(paths.values()).count(None)
    if is_split(root) or missing > MOST_BROKEN * len(known):
        return None
    for photo in collection.photos[:: max(1, len(collection.photos) // opened)]:
        try:
            if upright_size(paths[photo] or root / photo.file, limits=collection.limits.image_limits) != (
                photo.width,
                photo.height,
            ):
                return None
        except PhotoError:
            continue  # missing or damaged since: another matter than a wrong folder
    return sum(unicodedata.normalize("NFC", entry.file) not in known for entry in entries_of(root)[0])


def _text(name: str) -> str:
    """File name as one line of letters that can be printed and stored, whatever its bytes are."""
    return readable_name(Path(name))
