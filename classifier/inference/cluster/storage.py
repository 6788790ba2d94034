"""Folders and URLs alike: file systems by fsspec, files written whole or not at all, errors as sentences."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from classifier.errors import OutputError, SettingError
from classifier.files import atomic_path

_URL = re.compile(r"[a-z][a-z0-9+.:-]*://", re.IGNORECASE)
# Packages that bring a file system, for the sentence; fsspec's registry has all.
_BROUGHT_BY = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs"}
# Nothing is fetched from the web: a folder there cannot be listed, and its photos are other people's.
_REFUSED = {"http", "https", "ftp", "data"}


def is_url(address: str) -> bool:
    """Whether an address is a URL such as s3://bucket/photos, and not a path; also for chained ones (zip::s3://…)."""
    return bool(_URL.match(address))


def check_url(url: str) -> str:
    """Check that a URL names a place that can be used.

    Returns:
        It, without slashes at its end.

    Raises:
        SettingError: it has a password in it, nothing behind the scheme, or a scheme that cannot be used.
    """
    import fsspec

    scheme = url.partition("://")[0].lower()
    if "::" in url:
        raise SettingError(f"{url} chains several file systems. Name one, such as s3://bucket/photos.")
    if scheme in _REFUSED:
        raise SettingError(
            f"{url} is a web address, and those are not fetched. Name a folder, or a bucket such as s3://bucket/photos."
        )
    if scheme in ("file", "local"):
        raise SettingError(f"{url} is a path of this machine. Name it without {scheme}://.")
    if scheme not in fsspec.available_protocols():
        known = "s3://, gs://, az:// and others that fsspec knows"
        raise SettingError(f"{scheme}:// is of no known file system. Name a folder, or a URL: {known}.")
    if "@" in urlsplit(url).netloc:
        # Names are in every row. By its scheme alone, for the sentence would show the password, too.
        raise SettingError(
            f"The {scheme}:// URL has a user name or password in it, which would be in every row. Give these as the "
            "storage's own settings do, such as AWS_ACCESS_KEY_ID."
        )
    if not url.partition("://")[2].strip("/"):
        raise SettingError(f"{url} names no bucket or folder. Name one, such as {scheme}://bucket/photos.")
    return url.rstrip("/")


def file_system(url: str) -> Any:
    """File system (of fsspec) for a URL that `check_url` let pass.

    Raises:
        SettingError: its package is missing, or it cannot be reached without further settings.
    """
    import fsspec

    scheme = url.partition("://")[0].lower()
    try:
        return fsspec.filesystem(scheme)
    except ImportError as error:
        package = _BROUGHT_BY.get(scheme)
        what = f"the package {package}: pip install {package}" if package else f"a package: {error}"
        raise SettingError(f"{scheme}:// needs {what}") from error
    except (ValueError, TypeError) as error:
        raise SettingError(
            f"{scheme}:// cannot be used without settings that only its URL could name: {error}"
        ) from error


def check_apart(place: "Place", sources: Iterable[str]) -> None:
    """Check that the answers do not go among the photos, where the next run would take them for photos.

    Raises:
        SettingError: the place is one of the sources, or below one.
    """
    for source in sources:
        folder = source.rstrip("/") if is_url(source) else os.path.abspath(Path(source).expanduser())
        if f"{place.address}/".startswith(f"{folder}/"):
            raise SettingError(f"{place.address} is among the photos of {source}. Name another folder by --parts.")


@dataclass(frozen=True)
class Place:
    """Folder, or URL of one, that files of ours are written to.

    Attributes:
        address: the path or URL, without a slash at its end.
    """

    address: str

    @classmethod
    def of(cls, address: str) -> "Place":
        """Place at an address; raises SettingError where there can be none."""
        if is_url(address):
            return cls(check_url(address))
        return cls(os.path.abspath(Path(address).expanduser()))

    def names(self, folder: str = "") -> set[str]:
        """Names of the files and folders in it, or in a folder of it; none if it does not exist.

        Raises:
            OutputError: it cannot be listed.
        """
        where = f"{self.address}/{folder}".rstrip("/")
        try:
            if not is_url(self.address):
                return {entry.name for entry in os.scandir(where)}
            system = file_system(self.address)
            system.invalidate_cache()  # other processes write there, too
            own = system._strip_protocol(where).strip("/")  # a store's marker for an empty folder is in its own list
            paths = {str(path).strip("/") for path in system.ls(where, detail=False)}
            return {path.rpartition("/")[2] for path in paths - {own}}
        except FileNotFoundError:
            return set()
        except SettingError:
            raise
        except Exception as error:  # each storage has errors of its own
            raise OutputError(f"{where} cannot be listed: {error}. Check its name and your rights.") from error

    def read(self, name: str) -> bytes:
        """Content of a file in it.

        Raises:
            OutputError: it cannot be read.
        """
        path = f"{self.address}/{name}"
        try:
            if not is_url(self.address):
                return Path(path).read_bytes()
            return bytes(file_system(self.address).cat_file(path))
        except SettingError:
            raise
        except Exception as error:
            raise OutputError(
                f"{path} cannot be read: {error}. Check your rights, or begin in another place."
            ) from error

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all: object stores show an object only when all of it has arrived.

        Raises:
            OutputError: it cannot be written.
        """
        path = f"{self.address}/{name}"
        try:
            if is_url(self.address):
                file_system(self.address).pipe_file(path, content)
            else:
                with atomic_path(Path(path)) as partial:
                    partial.write_bytes(content)
        except SettingError:
            raise
        except Exception as error:
            reason = getattr(error, "strerror", None) or error
            raise OutputError(
                f"{path} cannot be written: {reason}. Check your rights and the room there, and run the same command "
                "again; it continues where it stopped."
            ) from error
