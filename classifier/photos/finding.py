"""Finding files: below folders, through links, and by patterns; without the litter of systems and programs."""

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from classifier.errors import UnreadableFile
from classifier.photos.streaming import ignore

# Names (in lower case) of files and folders that systems and programs leave among photos. Besides these, everything
# whose name begins with a dot: .thumbnails and .trashed-… of phones, .DS_Store and ._… of macOS, .picasaoriginals.
_LITTER = {
    *("thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "folder.ini"),  # Windows
    *("$recycle.bin", "recycler", "recycled", "system volume information"),
    *("__macosx", "icon\r", "network trash folder", "temporary items"),  # macOS, its archives and network volumes
    *("lost+found",),  # Linux
    *("@eadir", "@tmp", "@sharebin", "#recycle", "#snapshot", "@appstore", "@database"),  # Synology
    *("@recycle", "@recently-snapshot", "@transcode"),  # QNAP
    *("picasa.ini", "zbthumbnail.info", "pspbrwse.jbf", "acdsee.db"),  # photo managers
}
# Endings of litter: catalogues and previews of Lightroom and Capture One, edits beside photos, unfinished downloads.
_LITTER_ENDINGS = (
    *(".lrdata", ".lrcat", ".lrcat-data", ".lrcat-wal", ".lrcat-shm", ".lrcat.lock", ".cocatalog", ".cosessiondb"),
    *(".xmp", ".aae", ".pp3", ".dop", ".cos", ".thumb", ".part", ".crdownload"),
)
_FOUND = re.compile(r"found\.\d{3}")  # what Windows's chkdsk makes


def is_litter(name: str) -> bool:
    """Whether a file or folder of this name is left by a system or a program, and nobody's photo."""
    lower = name.lower()
    return name.startswith(".") or lower in _LITTER or lower.endswith(_LITTER_ENDINGS) or bool(_FOUND.fullmatch(lower))


def files_below(
    folder: Path,
    *,
    leave_out: Callable[[Path, str], object] = ignore,
    refuse: Callable[[OSError], object] | None = None,
) -> list[Path]:
    """Files below a folder, litter aside, in order; links to folders are followed, none is walked through twice.

    Args:
        folder: where to look.
        leave_out: is called with each folder that is not looked into, and a sentence that says why.
        refuse: is called with the error of a folder that cannot be read, before `leave_out`; may raise.
    """
    # By what they really are, so that links in a circle end, and photos linked from two places count once.
    walked = {os.path.realpath(place): place for place in (folder, *folder.absolute().parents)}
    found: list[Path] = []
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError as error:
            if refuse:
                refuse(error)
            leave_out(place, f"The folder cannot be read: {error.strerror}.")
            continue
        for entry in entries:
            path = place / entry.name
            if is_litter(entry.name):
                continue
            if not path.is_dir():  # of a link that leads to itself, an entry's own is_dir fails
                found.append(path)
            elif (real := os.path.realpath(path)) in walked:
                leave_out(path, f"It leads to {walked[real]}, which is looked into already or holds this folder.")
            else:
                walked[real] = path
                waiting.append(path)
    return sorted(found)


def files_in(folder: Path) -> list[Path]:
    """As `files_below`, where there has to be one.

    Raises:
        UnreadableFile: there is none, or a folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise UnreadableFile(f"{error.filename} cannot be read: {error.strerror}. Name a folder with pictures in it.")

    found = files_below(folder, refuse=refuse)
    if not found:
        raise UnreadableFile(f"The folder {folder} holds no file. Name a folder with pictures of other things.")
    return found


def find_photos(
    names: Iterable[str | Path],
    *,
    leave_out: Path | None = None,
    warn: Callable[[str], object] = ignore,
) -> Iterator[Path]:
    """Files as they are named; of a folder those below it, of a pattern what it matches.

    Args:
        names: files, folders, and patterns such as “a/**/*.jpg” (shells on Windows leave these to us).
        leave_out: the file that the answers go to.
        warn: is called with a sentence about each folder that is not looked into.

    Raises:
        UnreadableFile: a folder has no file, a pattern matches nothing, or an address is named.
    """
    for name in names:
        path = Path(name)
        if path.is_dir():
            found = files_below(path, leave_out=lambda place, reason: warn(f"left out: {place}: {reason}"))
            nothing = f"The folder {path} holds no file. Name a folder with photos in it."
        elif re.match(r"https?:", str(name), re.IGNORECASE):
            raise UnreadableFile(
                f"{name} is an address. Nothing is fetched from elsewhere: save the photo, name its file."
            )
        elif glob.has_magic(str(name)) and not path.exists():
            matches = map(Path, sorted(glob.glob(str(name), recursive=True)))
            found = [match for match in matches if match.is_file() and not is_litter(match.name)]
            nothing = f"No file matches {name}. Check the pattern; ** stands for any folders."
        else:
            yield path
            continue
        if leave_out and leave_out.exists():
            found = [file for file in found if not (file.exists() and file.samefile(leave_out))]
        if not found:
            raise UnreadableFile(nothing)
        yield from found
