"""Finding files: below folders, and by patterns."""

import glob
from collections.abc import Iterable, Iterator
from pathlib import Path

from classifier.errors import UnreadableFile


def files_below(folder: Path) -> list[Path]:
    """Every file below the folder but hidden ones, in order; none if there is none."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def files_in(folder: Path) -> list[Path]:
    """As `files_below`, where there has to be one.

    Raises:
        UnreadableFile: there is none.
    """
    found = files_below(folder)
    if not found:
        raise UnreadableFile(f"The folder {folder} holds no file. Name a folder with pictures of other things.")
    return found


def find_photos(names: Iterable[str | Path], *, leave_out: Path | None = None) -> Iterator[Path]:
    """Files as they are named; of a folder those below it, of a pattern what it matches.

    Args:
        names: files, folders, and patterns such as “a/**/*.jpg” (shells on Windows leave these to us).
        leave_out: the file that the answers go to.

    Raises:
        UnreadableFile: a folder has no file, or a pattern matches nothing.
    """
    for name in names:
        path = Path(name)
        if path.is_dir():
            found = files_below(path)
            if leave_out and leave_out.exists():
                found = [file for file in found if not file.samefile(leave_out)]
            if not found:
                raise UnreadableFile(f"The folder {path} holds no file. Name a folder with photos in it.")
            yield from found
        elif glob.has_magic(str(name)) and not path.exists():
            matched = [Path(match) for match in sorted(glob.glob(str(name), recursive=True))]
            if not any(match.is_file() for match in matched):
                raise UnreadableFile(f"No file matches {name}. Check the pattern; ** stands for any folders.")
            yield from (match for match in matched if match.is_file())
        else:
            yield path
