"""Files that hold either the whole new content or the old one, whatever happens; and their digests."""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.errors import CheckpointError

# The key of our JSON in the header of a safetensors file.
HEADER_KEY = "florascope"
_SURROGATES = re.compile("[\ud800-\udfff]")


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A path to write to, next to `path`; when the block ends without an error, it takes the place of `path`.

    Makes the folder if need be. Of a link, the file that it leads to is replaced. After an error, `path` is as it was
    and nothing else is left behind.

    Raises:
        OSError: the folder cannot be made or written, or the disk is full; it names the file.
    """
    path = Path(os.path.realpath(path))
    partial = path.with_name(f".{path.name[:50]}.{os.getpid()}.part")  # cut, since names have at most 255 bytes
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())  # else a power cut could leave an empty file under the final name
        partial.replace(path)
    except OSError as error:
        error.filename = str(path)  # a full disk names no file by itself
        raise
    finally:
        with suppress(OSError):  # it has been put in its place, or there is no such folder
            partial.unlink()


def write_text(path: Path, text: str) -> None:
    """Write UTF-8, line ends and names of files as they are (surrogates included); make the folder if need be.

    Raises:
        OSError: the folder cannot be made or written, or the disk is full.
    """
    with atomic_path(path) as partial:
        partial.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")


def to_json(values: Any, **options: Any) -> str:
    """Write JSON that is valid UTF-8 whatever is in it, and readable: only what JSON cannot hold is escaped.

    Bytes of file names that are not UTF-8 are surrogates in Python's texts; JSON gives them back as they were.

    Args:
        values: plain values.
        options: of `json.dumps`.
    """
    text = json.dumps(values, ensure_ascii=False, **options)
    return _SURROGATES.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def save_tensors(path: Path, state: Mapping[str, NDArray[Any]], header: Mapping[str, str]) -> None:
    """Write arrays and a header of strings as safetensors, all or nothing.

    Raises:
        CheckpointError: the folder cannot be written (full, read-only).
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    try:
        with atomic_path(path) as partial:
            arrays = {name: np.asarray(array, order="C") for name, array in state.items()}
            save_file(arrays, partial, metadata=dict(header))
            partial.chmod(0o644)  # safetensors makes files that only their owner can read; a server may be another
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CheckpointError(
            f"{path} could not be written: {reason}. Make room, or allow writing in that folder."
        ) from error


def file_digest(path: Path) -> str:
    """SHA-256 of a file, the first 16 hex digits: which checkpoint was it?"""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]
