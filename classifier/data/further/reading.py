"""Reading further photos: each file is opened once; what must not be learnt from is left out, with its reason."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from classifier.data.collection import Collection
from classifier.data.folder_tree import LeftOut, reason_of
from classifier.data.further.listing import Listing, list_also, list_strangers
from classifier.data.samples import Sample, samples_of, training_samples
from classifier.errors import DatasetError, PhotoError
from classifier.machine import usable_cores
from classifier.photos.colour import mean_rgb
from classifier.photos.hashing import digest_of
from classifier.photos.limits import DEFAULT_LIMITS, ImageLimits
from classifier.photos.reading import open_with_size, read_bytes, upright_size
from classifier.photos.streaming import ignore
from classifier.photos.twins.grouping import PhotoHash, group_twins

MEASURED = 200  # own photos whose size is looked at: enough for a median


@dataclass(frozen=True)
class FurtherPhoto:
    """Photo that is learnt from besides the collection's own.

    path: on this machine.
    file: relative to the folder, or to that of the table, that names it; with forward slashes.
    place: which of the folders and tables of its option it comes from, from 0.
    targets: positions of the classes that count as right, in order; () for a stranger.
    source: where it comes from, "" if that is not known.
    digest: of its bytes, hex.
    side: its short side in pixels.
    limits: that it is read with, those of the collection.
    """

    path: Path
    file: str
    place: int = 0
    targets: tuple[int, ...] = ()
    source: str = ""
    digest: str = ""
    side: int = 0
    limits: ImageLimits = field(default=DEFAULT_LIMITS, repr=False, compare=False)


@dataclass(frozen=True)
class Further:
    """Further photos of a training.

    also: known ones of the classes, from the folders and tables of `also_from`.
    strangers: of none of the classes, from `strangers_from`.
    known_side: median of the short sides (px) of the collection's own photos; None without strangers.
    left_out: files that are not learnt from, and why.
    """

    also: tuple[FurtherPhoto, ...] = field(default=(), repr=False)
    strangers: tuple[FurtherPhoto, ...] = field(default=(), repr=False)
    also_from: tuple[Path, ...] = ()
    strangers_from: tuple[Path, ...] = ()
    known_side: int | None = None
    left_out: tuple[LeftOut, ...] = field(default=(), repr=False)

    @property
    def strangers_side(self) -> int | None:
        """Median of the strangers' short sides in pixels; None without strangers."""
        return median_side(photo.side for photo in self.strangers)


@dataclass(frozen=True)
class _Seen:
    photo: FurtherPhoto
    hashes: PhotoHash


def read_further(
    collection: Collection,
    *,
    also: Sequence[Path] = (),
    strangers: Sequence[Path] = (),
    split_name: str | None = None,
    with_valid: bool = False,
    step: Callable[[int, int], object] = ignore,
) -> Further:
    """Read the further photos of a training on a collection.

    Left out are files that cannot be read, near copies of photos that figures are taken on (valid and test), strangers
    that are the very file of one of the collection's photos or a near copy of one of `also`, and files that are there
    twice.

    Args:
        collection: the photos and their classes.
        also: folders and tables of known photos, see `listing.list_also`.
        strangers: folders and tables of strangers.
        split_name: the way to split the collection; its default one if None.
        with_valid: whether the valid photos are learnt from, too: no figure is taken on them then.
        step: called with (files opened, files in all) after each.

    Raises:
        DatasetError: a folder or table is missing, names a class that is none, or gives no photo to learn from.
    """
    if not (also or strangers):
        return Further()
    split_name = split_name or collection.default_split
    classes = collection.classes
    listings = [list_also(path, classes) for path in also], [list_strangers(path, classes) for path in strangers]
    left_out = [
        _left_out(part.folder / entry.file, entry.reason)
        for parts in listings
        for part in parts
        for entry in part.left_out
    ]
    limits = collection.limits.image_limits
    listed = _listed(listings[0], limits), _listed(listings[1], limits)
    measured = _measured(collection, split_name=split_name, with_valid=with_valid)
    seen = _look_at_all(
        [*(FurtherPhoto(sample.path, "", limits=limits) for sample in measured), *listed[0], *listed[1]], step
    )
    readable = []
    for photo, look in zip((*listed[0], *listed[1]), seen[len(measured) :], strict=True):
        if isinstance(look, _Seen):
            readable.append(look)
        else:
            left_out.append(_left_out(photo.path, look))
    kept, copies = _without_copies([look for look in seen[: len(measured)] if isinstance(look, _Seen)], readable)
    known = [photo for photo in kept if photo.targets]
    own = training_samples(collection, split_name=split_name, with_valid=with_valid)
    others, same = _without_known([photo for photo in kept if not photo.targets], own)
    left_out += [*copies, *same]
    for option, before, after in (("--also", listed[0], known), ("--strangers", listed[1], others)):
        if before and not after:
            raise DatasetError(_nothing_left(option, before, left_out))
    side = median_side(_sides(own)) if others else None
    return Further(tuple(known), tuple(others), tuple(also), tuple(strangers), side, tuple(left_out))


def median_side(sides: Iterable[int]) -> int | None:
    """Median of short sides in whole pixels; None of none."""
    found = list(sides)
    return round(median(found)) if found else None


def _listed(listings: Sequence[Listing], limits: ImageLimits) -> list[FurtherPhoto]:
    return [
        FurtherPhoto(listing.folder / listed.file, listed.file, place, listed.targets, listed.source, limits=limits)
        for place, listing in enumerate(listings)
        for listed in listing.files
    ]


def _measured(collection: Collection, *, split_name: str, with_valid: bool) -> list[Sample]:
    there = {photo.splits.get(split_name) for photo in collection.photos}
    splits = [split for split in (() if with_valid else ("valid",)) + ("test",) if split in there]
    return [sample for split in splits for sample in samples_of(collection, split_name=split_name, split=split)]


def _left_out(path: Path, reason: str) -> LeftOut:
    return LeftOut(os.fspath(path), reason)


def _look_at_all(photos: Sequence[FurtherPhoto], step: Callable[[int, int], object]) -> list[_Seen | str]:
    found = []
    with ThreadPoolExecutor(max_workers=min(8, usable_cores())) as pool:
        for done, seen in enumerate(pool.map(_look_at, photos), start=1):
            found.append(seen)
            step(done, len(photos))
    return found


def _look_at(photo: FurtherPhoto) -> _Seen | str:
    """Size and hashes of a photo, or why it cannot be read."""
    try:
        data = read_bytes(photo.path, photo.limits)
        small, size = open_with_size(data, limits=photo.limits, draft_px=64)
        digest = digest_of(data)
        seen = replace(photo, digest=digest.hex(), side=min(size))
        return _Seen(seen, PhotoHash.of(digest, small, mean_rgb(small)))
    except PhotoError as error:
        return reason_of(photo.path, error)


def _without_copies(measured: Sequence[_Seen], further: Sequence[_Seen]) -> tuple[list[FurtherPhoto], list[LeftOut]]:
    """The further photos, known ones first, without copies of those to measure on, of each other, and of known ones."""
    groups = group_twins([seen.hashes for seen in (*measured, *further)])
    shown: dict[int, Path] = {}
    for group, seen in zip(groups, measured, strict=False):
        shown.setdefault(group, seen.photo.path)
    known: dict[int, Path] = {}
    files: dict[tuple[str, bool], Path] = {}
    kept, left_out = [], []
    for group, photo in zip(groups[len(measured) :], (seen.photo for seen in further), strict=True):
        first = files.setdefault((photo.digest, bool(photo.targets)), photo.path)
        if group in shown:
            left_out.append(_left_out(photo.path, f"It is a near copy of {shown[group]}, which figures are taken on."))
        elif not photo.targets and group in known:
            left_out.append(
                _left_out(photo.path, f"It is a near copy of {known[group]}, which shows one of the classes.")
            )
        elif first is not photo.path:
            left_out.append(_left_out(photo.path, f"It is the same file as {first}."))
        else:
            kept.append(photo)
            if photo.targets:
                known.setdefault(group, photo.path)
    return kept, left_out


def _without_known(
    strangers: Sequence[FurtherPhoto], own: Sequence[Sample]
) -> tuple[list[FurtherPhoto], list[LeftOut]]:
    """The strangers that are not the very file of one of the collection's photos."""
    # Files of different sizes are different: few of the own photos need to be read.
    sizes = {_bytes_of(photo.path) for photo in strangers}
    known: dict[str, Path] = {}
    for sample in own:
        if strangers and _bytes_of(sample.path) in sizes:
            try:
                known.setdefault(digest_of(read_bytes(sample.path, sample.limits)).hex(), sample.path)
            except PhotoError:
                continue  # it teaches nothing either
    left_out = [
        _left_out(photo.path, f"It is the same file as {known[photo.digest]}, which shows one of the classes.")
        for photo in strangers
        if photo.digest in known
    ]
    return [photo for photo in strangers if photo.digest not in known], left_out


def _bytes_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _nothing_left(option: str, listed: Sequence[FurtherPhoto], left_out: Sequence[LeftOut]) -> str:
    files = {os.fspath(photo.path) for photo in listed}
    entry = next(entry for entry in left_out if entry.file in files)
    return (
        f"None of the {len(listed):,} files of {option} can be learnt from; the first, {entry.file}: {entry.reason} "
        "Name other photos, or leave the option out."
    )


def _sides(samples: Sequence[Sample]) -> list[int]:
    """Short sides of some of the photos, spread over all, as they are on this machine."""
    found = []
    for sample in samples[:: max(1, len(samples) // MEASURED)]:
        try:
            found.append(min(upright_size(sample.path, limits=sample.limits)))
        except PhotoError:
            continue  # whoever trains on it will name it
    return found
