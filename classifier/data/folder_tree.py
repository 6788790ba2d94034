"""Folder trees: which files are in which class's folder, before they are opened."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path

from classifier.errors import DatasetError

MANIFEST = "manifest.csv"
SPLIT_FOLDERS = {
    **dict.fromkeys(("train", "training", "train_set", "training_set"), "train"),
    **dict.fromkeys(("valid", "val", "validation", "valid_set", "val_set", "validation_set"), "valid"),
    **dict.fromkeys(("test", "testing", "test_set"), "test"),
}
_LITTER = {"thumbs.db", "desktop.ini", "__macosx", "lost+found", "$recycle.bin", "system volume information"}


@dataclass(frozen=True)
class Entry:
    """File of a class; `split` is None in a folder that is not split."""

    file: str
    class_name: str
    split: str | None


@dataclass(frozen=True)
class LeftOut:
    """File or folder that gives no photo of a class, and why."""

    file: str
    reason: str


def is_split(root: Path) -> bool:
    """Whether `root` has a train folder, and a valid or a test folder, as its own folders."""
    found = {SPLIT_FOLDERS.get(folder.name.lower()) for folder in folders_in(root)}
    return "train" in found and len(found - {None}) > 1


def entries_of(root: Path) -> list[Entry]:
    """Files of every class, without litter such as thumbs.db and hidden files.

    Raises:
        DatasetError: a folder cannot be read, or is next to train, valid and test.
    """
    if not is_split(root):
        return [Entry(file, folder.name, None) for folder in folders_in(root) for file in _files(root, folder)]
    entries = []
    for part in folders_in(root):
        split = SPLIT_FOLDERS.get(part.name.lower())
        if split is None:
            raise DatasetError(
                f"{root} has train, valid or test folders, and “{part.name}” next to them. Take it away, or rename it."
            )
        entries += [Entry(file, folder.name, split) for folder in folders_in(part) for file in _files(root, folder)]
    return entries


def folders_in(root: Path) -> list[Path]:
    """Folders in `root`, links to folders too, but not those that lead back to where they are."""
    home = root.resolve()
    try:
        return sorted(
            path
            for path in root.iterdir()
            if path.is_dir() and not _is_litter(path.name) and not home.is_relative_to(path.resolve())
        )
    except OSError as error:
        raise _unreadable(error) from error


def _unreadable(error: OSError) -> DatasetError:
    """Error for a folder that cannot be read: a class that went missing unnoticed would be worse."""
    return DatasetError(
        f"{error.filename} cannot be read: {error.strerror}. Allow reading it (chmod u+rx), or take it away."
    )


def strays(root: Path, entries: Sequence[Entry]) -> list[LeftOut]:
    """Leftovers in `root` that belong to no class: photos next to the folders, and folders without a file."""
    named = {entry.class_name for entry in entries}
    parts = folders_in(root) if is_split(root) else [root]
    empty = {folder.name: folder for part in parts for folder in folders_in(part) if folder.name not in named}
    left_out = [LeftOut(folder.relative_to(root).as_posix(), "The folder holds no file.") for folder in empty.values()]
    for path in sorted(path for part in {root, *parts} for path in part.iterdir()):
        if (guess_type(path.name)[0] or "").startswith("image/") and not _is_litter(path.name) and path.is_file():
            left_out.append(LeftOut(path.relative_to(root).as_posix(), "It is in no class's folder."))
    return left_out


def _files(root: Path, folder: Path) -> list[str]:
    """Files below `folder`, relative to `root`, in order."""
    found = []
    for where, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not _is_litter(name))
        found += [(Path(where) / name).relative_to(root).as_posix() for name in names if not _is_litter(name)]
    return sorted(found)


def _refuse(error: OSError) -> None:
    raise _unreadable(error)


def _is_litter(name: str) -> bool:
    return name.startswith(".") or name.lower() in _LITTER
