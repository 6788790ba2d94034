"""The rule for every file that a command writes: nothing that exists is changed unless we wrote it, and never an input.

Checked by `claim` before long work begins. Writing itself is all or nothing: see `files.atomic_path`.
"""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from classifier.errors import OutputError
from classifier.outputs.kinds import ALL, Kind
from classifier.outputs.names import escape, readable_name
from classifier.outputs.tables import read_header
from classifier.photos.files.formats import HEAD_BYTES, recognise

# What another program's files with these endings are; their first bytes do not say it.
_OTHERS = {".safetensors": "a safetensors file", ".onnx": "an ONNX file", ".pt2": "a .pt2 file"}


def claim(
    path: Path,
    kind: Kind,
    *,
    option: str = "--output",
    inputs: Iterable[Path] = (),
    renew: bool = True,
    force: bool | None = None,
) -> None:
    """Check that a file may be written: it does not exist, or we wrote it and it is to be written again.

    Args:
        path: the file. Links are followed.
        kind: what will be written.
        option: that names the file, for the sentence.
        inputs: files that the same command reads; they are never written, not even by force.
        renew: whether an earlier file of this kind may be replaced, or added to.
        force: whether any other file may be replaced; None where the command has no --force.

    Raises:
        OutputError: the file may not be written, or cannot be.
    """
    name = readable_name(path)
    other = f"Name another file by {option}"
    try:
        for source in inputs:
            if path.exists() and source.exists() and path.samefile(source):
                raise OutputError(f"{name} is read by this command, and is never written to. {other}.")
        if os.path.lexists(path) and not _is_free(path, kind, renew=renew):
            what = describe(path)
            if not path.is_file():
                raise OutputError(f"{name} is {what}; {kind.words} cannot be written there. {other}.")
            if not force:
                advice = f"{other}, or replace it by --force." if force is False else f"{other}."
                wanted = "" if what.startswith(kind.words) else f", not {kind.words}"
                raise OutputError(f"{name} exists already: it is {what}{wanted}, and is left as it is. {advice}")
        if path.is_file() and not os.access(path, os.W_OK):
            raise OutputError(
                f"{name} is write-protected. Allow writing (chmod u+w), or name another file by {option}."
            )
        if not path.exists() or path.is_file():
            _check_folder((Path(os.path.realpath(path)) if path.is_symlink() else path).parent, option=option)
    except OSError as error:
        raise OutputError(f"{name} cannot be written: {error.strerror or error}. {other}.") from error


def _is_free(path: Path, kind: Kind, *, renew: bool) -> bool:
    """Whether writing would take away nothing of value: an empty file, an earlier one of ours, a link to nothing."""
    if path.is_file():
        return path.stat().st_size == 0 or (renew and kind.is_kind_of(path))
    if path.exists():
        return kind.streams and not path.is_dir()
    return not os.path.islink(os.path.realpath(path))  # a link that leads to itself


def _check_folder(folder: Path, *, option: str = "--output") -> None:
    """Check that files can be written in a folder, or in the nearest one above it that exists. Leaves no trace.

    Raises:
        OutputError: they cannot.
    """
    nearest = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest) as file:
            file.write(b"room for a line?")
    except OSError as error:
        raise OutputError(
            f"Nothing can be written to {readable_name(folder)}: {error.strerror}. Name another {option}, or make room."
        ) from error


def describe(path: Path) -> str:
    """What a file is, in words for a sentence: "a JPEG picture", "a table with the columns plant, place"."""
    if path.is_dir():
        return "a folder"
    if not path.exists():
        return "a link that leads nowhere"
    if not path.is_file():
        return "a device or a pipe"
    for kind in ALL:
        if kind.is_kind_of(path):
            return kind.words
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return _words(path, head)


def _words(path: Path, head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "a text in UTF-16, as some spreadsheets save tables"
    found = recognise(head)
    if found and found.isupper():
        return f"a {found} picture"
    if (suffix := Path(os.path.realpath(path)).suffix) in _OTHERS:
        return f"{_OTHERS[suffix]} of another program"
    if found != "a text":
        return found or "a file of another kind"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return "a JSON file of another program"
    return _table_words(path)


def _table_words(path: Path) -> str:
    for delimiter, words in ((";", "semicolons"), ("\t", "tabs")):
        columns = read_header(path, delimiter=delimiter)
        if columns[:3] == ["photo", "model", "error"]:
            return (
                f"a table of “predict --csv” that a spreadsheet has saved with {words} between the cells (only one "
                "with commas, “CSV UTF-8”, can be continued)"
            )
    columns = read_header(path)
    if len(columns) < 2:
        return "a text"
    shown = ", ".join(escape(column)[:40] for column in columns[:6]) + (" …" if len(columns) > 6 else "")
    return f"a table with the columns {shown}"
