"""Splitting into train, valid and test: which photo goes where, and folders that hold them so."""

import math
import os
import random
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from classifier.data.collection import SPLITS, Collection
from classifier.errors import DatasetError, SettingError
from classifier.files import atomic_path
from classifier.outputs.tables import BOM, csv_text
from classifier.photos.streaming import ignore

RECORD = "split.csv"


@dataclass(frozen=True)
class Ratios:
    """Parts of train, valid and test; they sum to 1."""

    train: float = 0.85
    valid: float = 0.10
    test: float = 0.05

    def __post_init__(self) -> None:
        parts = (self.train, self.valid, self.test)
        if min(parts) < 0 or self.train <= 0 or self.valid <= 0 or not math.isclose(sum(parts), 1, abs_tol=0.001):
            raise SettingError(
                f"--ratios are three parts that sum to 1, train and valid above 0, such as 0.85 0.1 0.05; got "
                f"{' '.join(f'{part:g}' for part in parts)}."
            )


def stratify(classes: Sequence[str], groups: Sequence[int], *, ratios: Ratios, seed: int) -> list[str]:
    """Split of each photo, so that every class is cut in the same ratios and a group stays together.

    Each class gives at least one photo to valid and, from three photos on, one to test (unless its ratio is 0). The
    shuffle of a class depends on the seed and its name alone: other classes may come and go.

    Args:
        classes: the class of each photo.
        groups: the group of each photo, as `group_twins` gives them.
        ratios: parts of train, valid and test.
        seed: of the shuffle.

    Returns:
        "train", "valid" or "test" for each photo.
    """
    members: dict[int, list[int]] = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    # A group that reaches over two classes counts for the class of its first photo.
    by_class: dict[str, list[list[int]]] = {}
    for group_members in members.values():
        by_class.setdefault(classes[group_members[0]], []).append(group_members)
    splits = ["train"] * len(classes)
    for name, class_groups in sorted(by_class.items()):
        random.Random(f"{seed}/{name}".encode(errors="surrogateescape")).shuffle(class_groups)
        total = sum(map(len, class_groups))
        for split, wanted in _quotas(total, ratios).items():
            class_groups = _take(class_groups, wanted, split, splits)
    return splits


def _quotas(total: int, ratios: Ratios) -> dict[str, int]:
    """Numbers of a class's photos for valid and for test; at least one stays for train."""
    valid = min(max(1, round(total * ratios.valid)), total - 1)
    test = max(1, round(total * ratios.test)) if ratios.test else 0
    return {"valid": valid, "test": max(0, min(test, total - 1 - valid))}


def _take(groups: list[list[int]], wanted: int, split: str, splits: list[str]) -> list[list[int]]:
    """Give whole groups to `split` until it has `wanted` photos, at least one if another stays; return the rest."""
    taken: list[list[int]] = []
    rest: list[list[int]] = []
    room = wanted
    for group in groups:
        fits = len(group) <= room
        (taken if fits else rest).append(group)
        room -= len(group) if fits else 0
    if wanted and not taken and len(rest) > 1:  # all are larger: one too many is better than none
        smallest = min(rest, key=len)
        rest.remove(smallest)
        taken.append(smallest)
    for group in taken:
        for index in group:
            splits[index] = split
    return rest


def place(collection: Collection, target: Path, *, move: bool, step: Callable[[int, int], object] = ignore) -> None:
    """Copy or move every photo to `target`/SPLIT/CLASS/…, and record each in `target`/split.csv (split,source,file).

    Nothing is ever overwritten. What is not a photo stays where it is. All or nothing: after an error or Ctrl-C every
    photo is where it was.

    Args:
        collection: with its photos on this machine.
        target: a new or empty folder outside the photos' folder.
        move: whether to move the photos, instead of copying them.
        step: called with (photos placed, photos in all) after each.

    Raises:
        DatasetError: `target` is not empty, or overlaps the photos; or the disk is full.
    """
    root = collection.root
    assert root is not None
    target = target.expanduser().absolute()
    check_target(root, target)
    jobs = [(photo.splits["split"], root / photo.file, photo.file) for photo in collection.photos]
    # A link is copied and stays: moved, it might lead nowhere, and what it leads to may be moved later.
    jobs.sort(key=lambda job: not job[1].is_symlink())
    started: list[tuple[Path, Path]] = []
    was_there = target.exists()
    try:
        target.mkdir(parents=True, exist_ok=True)
        if not move:
            _check_space(target, sum(source.stat().st_size for _, source, _ in jobs))
        with (target / RECORD).open("x", encoding="utf-8", newline="") as file:
            file.write(BOM + csv_text([("split", "source", "file")]))
            for done, (split, source, name) in enumerate(jobs, start=1):
                destination = target / split / name
                destination.parent.mkdir(parents=True, exist_ok=True)
                # Written before the file is moved: after a power cut, the record names every file that may have moved.
                file.write(csv_text([(split, str(source), destination.relative_to(target).as_posix())]))
                file.flush()
                started.append((source, destination))
                (_move if move else _copy)(source, destination)
                step(done, len(jobs))
        for split in SPLITS:
            (target / split).mkdir(exist_ok=True)
    except BaseException as error:
        try:
            _undo(target, started, keep=was_there)
        except OSError as second:
            raise DatasetError(
                f"{target} could not be filled ({error}), nor emptied again ({second}). No photo is lost: "
                f"{RECORD} there names those that are in it."
            ) from error
        if isinstance(error, OSError):
            raise DatasetError(
                f"{target} could not be filled: {error.strerror or error}. Every photo is where it was. Make room, or "
                "name an --output on another disk."
            ) from error
        raise


def _undo(target: Path, started: Sequence[tuple[Path, Path]], *, keep: bool) -> None:
    """Bring back what was moved, delete what was copied, then the empty folders; with `keep`, not the target itself."""
    for source, destination in reversed(started):
        if os.path.lexists(source):
            destination.unlink(missing_ok=True)
        elif destination.exists():
            _move(destination, source)
    (target / RECORD).unlink(missing_ok=True)
    for where, _, _ in os.walk(target, topdown=False):
        if not (keep and Path(where) == target):
            with suppress(OSError):
                os.rmdir(where)


def check_target(root: Path, target: Path) -> None:
    """Check that `target` is a new or empty folder, and that neither it nor `root` is inside the other.

    Raises:
        DatasetError: it is not.
    """
    if target.resolve().is_relative_to(root.resolve()) or root.resolve().is_relative_to(target.resolve()):
        raise DatasetError(f"--output {target} and the photos in {root} must not be inside each other; name another.")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise DatasetError(f"{target} is there already, and nothing is ever overwritten. Name another --output.")


def _copy(source: Path, destination: Path) -> None:
    with atomic_path(destination) as partial:
        shutil.copy2(source, partial)


def _move(source: Path, destination: Path) -> None:
    if source.is_symlink():
        _copy(source, destination)
        return
    try:
        os.rename(source, destination)
    except OSError:  # another disk: the source is deleted once the copy is on it
        _copy(source, destination)
        source.unlink()


def _check_space(target: Path, needed: int) -> None:
    free = shutil.disk_usage(target).free
    if free < needed:
        raise DatasetError(
            f"The copies need {needed / 1e6:,.0f} MB and {target} has {free / 1e6:,.0f} MB free. Name an --output on "
            "another disk, or use --move or --manifest."
        )
