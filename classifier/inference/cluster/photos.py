"""Photos of folders and URLs: listed in a fixed order as they come, and read by whoever looks at them."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from classifier.errors import SettingError, UnreadableFile
from classifier.inference.cluster.storage import check_url, file_system, is_url
from classifier.outputs.names import name_of
from classifier.photos.files.formats import HEAD_BYTES
from classifier.photos.finding import find_photos, is_litter
from classifier.photos.limits import ImageLimits
from classifier.photos.reading import too_large
from classifier.photos.streaming import ignore


class Photo(NamedTuple):
    """Photo to look at.

    Attributes:
        name: its path or URL, as it is in the row.
        size: bytes of the object behind a URL, 0 if unknown; None for a file.
    """

    name: str
    size: int | None = None


def list_photos(sources: Sequence[str], *, warn: Callable[[str], object] = ignore) -> Iterator[Photo]:
    """List the photos of files, folders, patterns and URLs, as the plain command does.

    Of a URL, one folder (a prefix up to “/”) is in memory at a time.

    Args:
        sources: paths, patterns of paths, and URLs of folders or photos.
        warn: is called with a sentence about each folder that is not looked into.

    Yields:
        Photos, in the order of their paths within each source.

    Raises:
        UnreadableFile: a source holds no photo, or cannot be listed. SettingError: a URL cannot be used.
    """
    for source in sources:
        if is_url(source):
            yield from _photos_at(check_url(source))
        else:
            yield from (Photo(name_of(path)) for path in find_photos([source], warn=warn))


def _photos_at(url: str) -> Iterator[Photo]:
    scheme, system = url.partition("://")[0], file_system(url)
    try:
        found = False
        for path, size in _walk(system, url):
            found = True
            yield Photo(f"{scheme}://{path.lstrip('/')}", size)
    except (SettingError, UnreadableFile):
        raise
    except Exception as error:  # each storage has errors of its own
        raise UnreadableFile(f"{url} cannot be listed: {error}. Check its name and your rights.") from error
    if not found:
        raise UnreadableFile(f"{url} holds no file. Name a folder with photos in it.")


def _walk(system: Any, url: str) -> Iterator[tuple[str, int]]:
    """Paths and sizes below a URL in the order of their parts, which is how paths of files are sorted, too."""
    entries = {entry["name"].rstrip("/"): entry for entry in system.ls(url, detail=True)}
    own = system._strip_protocol(url).rstrip("/")
    for path in sorted(entries, key=lambda path: path.split("/")):
        entry = entries[path]
        if path == own and entry["type"] == "file" and len(entries) == 1 and entry["size"]:
            yield path, entry["size"]  # the URL is that of a photo
        elif path == own or is_litter(path.rpartition("/")[2]):
            continue  # “photos/” as an object of no bytes marks a folder
        elif entry["type"] == "directory":
            yield from _walk(system, system.unstrip_protocol(path))
        else:
            yield path, entry["size"] or 0


def reader(limits: ImageLimits) -> Callable[[Photo], Path | bytes]:
    """Function that gives what is to be opened of a photo: the path of a file, the bytes behind a URL.

    It raises PhotoError where this photo can never be read: it is gone, forbidden or too large. Any other failure of a
    storage is raised as it is, since the next try may succeed.
    """

    def read(photo: Photo) -> Path | bytes:
        if photo.size is None:
            return Path(photo.name)
        system = file_system(photo.name)
        try:
            if photo.size > limits.max_bytes:
                raise too_large(photo.size, system.cat_file(photo.name, start=0, end=HEAD_BYTES), limits)
            return bytes(system.cat_file(photo.name))
        except (FileNotFoundError, PermissionError) as error:
            reason = "There is no such object" if isinstance(error, FileNotFoundError) else "Access is denied"
            raise UnreadableFile(f"{photo.name} cannot be read: {reason}. Check the address.") from error

    return read
