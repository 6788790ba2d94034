"""Text files that hold either the whole new text or the old one, whatever happens."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Write UTF-8, line ends and names of files as they are (surrogates included); make the folder if need be.

    Raises:
        OSError: the folder cannot be made or written, or the disk is full.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
        partial.replace(path)
    finally:
        with suppress(OSError):  # it has been put in its place, or there is no such folder
            partial.unlink()


def file_digest(path: Path) -> str:
    """SHA-256 of a file, the first 16 hex digits: which checkpoint was it?"""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]
