"""Folder trees: which files are in which class's folder, before they are opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path

from classifier.data.labels import class_name, name_key
from classifier.errors import DatasetError, PhotoError, UnreadableFile
from classifier.outputs.names import readable_name
from classifier.photos.finding import files_below, is_litter

MANIFEST = "manifest.csv"
SPLIT_FOLDERS = {
    **dict.fromkeys(("train", "training", "train_set", "training_set"), "train"),
    **dict.fromkeys(("valid", "val", "validation", "valid_set", "val_set", "validation_set"), "valid"),
    **dict.fromkeys(("test", "testing", "test_set"), "test"),
}


@dataclass(frozen=True)
class Entry:
    """File of a class, which is called as its folder is; `split` is None in a folder that is not split."""

    file: str
    class_name: str
    split: str | None


@dataclass(frozen=True)
class LeftOut:
    """File or folder that gives no photo of a class, and why."""

    file: str
    reason: str


def reason_of(path: Path, error: PhotoError) -> str:
    """What is wrong with a photo, in a sentence; the advice in the error's message is for visitors of the site."""
    text = str(error)
    if isinstance(error, UnreadableFile):
        text = f"It {text.removeprefix(f'{path} ')}"
    return text.split(". ")[0].rstrip(".") + "."


def left_out_sentence(path: Path, error: PhotoError) -> str:
    """Sentence on a photo that is left out, for the command line: which, and what is wrong with it."""
    return f"left out: {readable_name(path)}: {reason_of(path, error)}"


def is_split(root: Path) -> bool:
    """Whether `root` has a train folder, and a valid or a test folder, as its own folders."""
    found = {SPLIT_FOLDERS.get(folder.name.lower()) for folder in folders_in(root)}
    return "train" in found and len(found - {None}) > 1


def entries_of(root: Path) -> tuple[list[Entry], list[LeftOut]]:
    """Files of every class, without litter such as thumbs.db and hidden files; links to folders are followed.

    Returns:
        The files, and the links that lead to where the files are looked at already.

    Raises:
        DatasetError: a folder cannot be read, or is next to train, valid and test.
    """
    left_out: list[LeftOut] = []
    if not is_split(root):
        return _entries_in(root, root, None, left_out), left_out
    entries = []
    for part in folders_in(root):
        split = SPLIT_FOLDERS.get(part.name.lower())
        if split is None:
            raise DatasetError(
                f"{root} has train, valid or test folders, and “{part.name}” next to them. Take it away, or rename it."
            )
        entries += _entries_in(root, part, split, left_out)
    return entries, left_out


def _entries_in(root: Path, part: Path, split: str | None, left_out: list[LeftOut]) -> list[Entry]:
    def leave_out(place: Path, reason: str) -> None:
        left_out.append(LeftOut(place.relative_to(root).as_posix(), reason))

    def refuse(error: OSError) -> None:
        raise _unreadable(error) from error

    return [
        Entry(path.relative_to(root).as_posix(), folder.name, split)
        for folder in folders_in(part)
        for path in files_below(folder, leave_out=leave_out, refuse=refuse)
    ]


def class_names(root: Path, entries: Sequence[Entry]) -> dict[str, str]:
    """Name of the class of each folder, by the folder's name; one where no difference can be seen between folders.

    Raises:
        DatasetError: the name of a folder is nothing that could be seen.
    """
    names: dict[str, str] = {}
    of_key: dict[str, str] = {}
    # Of several forms, the one that is written as it is shown names the class.
    for folder in sorted({entry.class_name for entry in entries}, key=lambda name: (name != class_name(name), name)):
        name = class_name(folder)
        if not (key := name_key(name)):
            raise DatasetError(
                f"A folder in {root} has a name of nothing but spaces or invisible characters ({folder!a}). Give "
                "it the name of its class."
            )
        names[folder] = of_key.setdefault(key, name)
    return names


def folders_in(root: Path) -> list[Path]:
    """Folders in `root`, links to folders too, but not those that lead back to where they are."""
    home = root.resolve()
    try:
        return sorted(
            path
            for path in root.iterdir()
            if path.is_dir() and not is_litter(path.name) and not home.is_relative_to(path.resolve())
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
        if (guess_type(path.name)[0] or "").startswith("image/") and not is_litter(path.name) and path.is_file():
            left_out.append(LeftOut(path.relative_to(root).as_posix(), "It is in no class's folder."))
    return left_out
