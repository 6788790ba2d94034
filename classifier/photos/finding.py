"""Files with photos: below folders and by patterns."""

from pathlib import Path
from typing import TYPE_CHECKING

from classifier.errors import UnreadableFile

if TYPE_CHECKING:
    pass


def files_in(folder: Path) -> list[Path]:
    """Every file below the folder but hidden ones, in order.

    Raises:
        UnreadableFile: there is none.
    """
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not found:
        raise UnreadableFile(f"The folder {folder} holds no file. Name a folder with pictures of other things.")
    return found
