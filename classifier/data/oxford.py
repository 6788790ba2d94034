"""The Oxford 102 flowers: their collection, and the download of their photos."""

import errno
import http.client
import os
import socket
import tarfile
import tempfile
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from classifier.data.collection import Collection
from classifier.data.labels import read_classes, read_distinctions
from classifier.data.manifest import read_manifest
from classifier.data.subject import FLOWERS
from classifier.errors import DownloadError
from classifier.outputs.claims import describe
from classifier.photos.streaming import ignore

PHOTO_COUNT = 8189
TIMEOUT_S = 60  # of silence from the server; torchvision itself would wait for ever


def flowers102(*, data_dir: Path = Path("data"), flowers_root: Path | None = None) -> Collection:
    """Collection of the Oxford 102 flowers.

    Args:
        data_dir: the folder of `classes.csv`, `flowers102.csv` and `distinctions.csv`.
        flowers_root: where the photos are, if it has `flowers-102/jpg`; else `data_dir`, if that has it.

    Raises:
        DatasetError: `classes.csv` or `flowers102.csv` in `data_dir` is missing or damaged.
    """
    roots = [root for root in (flowers_root, data_dir) if root and has_oxford_photos(root)]
    return Collection(
        name="flowers102",
        classes=read_classes(data_dir / "classes.csv"),
        photos=read_manifest(data_dir / "flowers102.csv"),
        root=roots[0].absolute() if roots else None,
        default_split="udacity",
        subject=FLOWERS,
        distinctions=read_distinctions(data_dir / "distinctions.csv"),
    )


def has_oxford_photos(root: Path) -> bool:
    """Whether a folder has `flowers-102/jpg` that may be entered; which photos are in it is not looked at."""
    photos = root / "flowers-102" / "jpg"
    # os.path: pathlib's own raises PermissionError where a folder above may not be entered.
    return os.path.isdir(photos) and os.access(photos, os.X_OK)


def download_photos(root: Path, *, report: Callable[[str], object] = ignore) -> bool:
    """Download the photos into `root/flowers-102`, all or none.

    Args:
        root: the folder that `flowers-102` is made in.
        report: called with a sentence when the download starts; torchvision then shows its own bar.

    Returns:
        False when they were already there.

    Raises:
        DownloadError: no network, a damaged archive, no space, or an incomplete folder in the way.
    """
    folder = root / "flowers-102"
    found = _count_photos(folder)
    if found == PHOTO_COUNT:
        return False
    if os.path.lexists(folder) and not folder.is_dir():
        raise DownloadError(f"{folder} is {describe(folder)}; the photos need a folder there. Choose another --root.")
    if folder.is_dir() and any(folder.iterdir()):
        raise DownloadError(
            f"{folder} is in the way with {found:,} of the {PHOTO_COUNT:,} photos; move or delete it, then try again."
        )
    with (
        _explaining(root),
        _folder_made(root),
        tempfile.TemporaryDirectory(prefix=".flowers-102-", dir=root) as staging,
    ):
        report(f"Downloading {PHOTO_COUNT:,} photos (330 MB) to {folder} …")
        fetched = _fetch(Path(staging))
        if (count := _count_photos(fetched)) != PHOTO_COUNT:
            raise DownloadError(f"The archive holds {count:,} photos instead of {PHOTO_COUNT:,}; try again later.")
        fetched.rename(folder)
    return True


def _fetch(staging: Path) -> Path:
    """Let torchvision download, check (MD5) and unpack into `staging/flowers-102`, with its progress bar."""
    from torchvision.datasets import Flowers102  # takes seconds to import: only when something is to be fetched

    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT_S)
    try:
        Flowers102(str(staging), download=True)
    finally:
        socket.setdefaulttimeout(before)
    folder = staging / "flowers-102"
    for archive in folder.glob("*.tgz"):
        archive.unlink()
    return folder


def _count_photos(folder: Path) -> int:
    return sum(1 for _ in (folder / "jpg").glob("image_*.jpg"))


@contextmanager
def _folder_made(folder: Path) -> Iterator[None]:
    """Make a folder and its parents; when the block fails, remove those that were made."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for path in missing:
            with suppress(OSError):
                path.rmdir()
        raise


@contextmanager
def _explaining(root: Path) -> Iterator[None]:
    """Turn whatever torchvision, the network or the disk raise into a DownloadError of one sentence."""
    try:
        yield
    except DownloadError:
        raise
    except urllib.error.HTTPError as error:
        raise DownloadError(f"Oxford's server answered “{error.code} {error.reason}”; try again later.") from error
    except (urllib.error.URLError, TimeoutError, ConnectionError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        reason = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        raise DownloadError(
            f"The photos could not be downloaded from Oxford's server ({reason}); check the network and try again."
        ) from error
    except OSError as error:
        advice = "free 700 MB there" if error.errno == errno.ENOSPC else "choose another --root"
        raise DownloadError(f"{root} cannot take the photos ({error.strerror or error}); {advice}.") from error
    except (RuntimeError, tarfile.TarError, EOFError) as error:
        raise DownloadError(
            f"What came from Oxford's server is incomplete or was changed on the way ({error}); try again."
        ) from error
