import argparse
import errno
import hashlib
import http.server
import io
import os
import socket
import subprocess
import sys
import tarfile
import threading
import urllib.error
from collections.abc import Callable, Iterator
from email.message import Message
from functools import partial
from pathlib import Path

import pytest
from scipy.io import savemat
from torchvision.datasets import Flowers102

from classifier.commands import download
from classifier.data import oxford
from classifier.errors import DownloadError

ROOT = Path(__file__).parents[3]
COUNT = 3


@pytest.fixture(autouse=True)
def three_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oxford, "PHOTO_COUNT", COUNT)


def make_photos(folder: Path, count: int = COUNT) -> None:
    (folder / "jpg").mkdir(parents=True)
    for number in range(1, count + 1):
        (folder / "jpg" / f"image_{number:05d}.jpg").write_bytes(b"a photo")


def run(root: Path) -> int:
    return download.main(argparse.Namespace(root=root))


def failing(error: BaseException) -> Callable[..., None]:
    """In the place of torchvision's `download`: leaves half an archive and fails."""

    def attempt(dataset: Flowers102) -> None:
        folder = Path(dataset.root) / "flowers-102"
        make_photos(folder, 1)
        (folder / "102flowers.tgz").write_bytes(b"half")
        raise error

    return attempt


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            urllib.error.URLError(socket.gaierror(-2, "Name or service not known")),
            "downloaded from Oxford's server (Name or service not known); check the network and try again.",
        ),
        (urllib.error.URLError(TimeoutError("timed out")), "server (timed out); check the network"),
        (TimeoutError("The read operation timed out"), "server (The read operation timed out); check the network"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "server (Connection reset by peer);"),
        (urllib.error.HTTPError("http://x", 503, "Unavailable", Message(), None), "answered “503 Unavailable”; try"),
        (RuntimeError("File not found or corrupted."), "incomplete or was changed on the way"),
        (tarfile.ReadError("unexpected end of data"), "incomplete or was changed on the way"),
        (EOFError("Compressed file ended"), "incomplete or was changed on the way"),
        (OSError(errno.ENOSPC, "No space left on device"), "(No space left on device); free 700 MB there."),
        (PermissionError(errno.EACCES, "Permission denied"), "(Permission denied); choose another --root."),
    ],
)
@pytest.mark.parametrize("existed", [True, False])
def test_a_failed_download_says_why_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, message: str, existed: bool
) -> None:
    monkeypatch.setattr(Flowers102, "download", failing(error))
    root = tmp_path / "some" / "where"
    if existed:
        root.mkdir(parents=True)
        (root / "classes.csv").write_text("mine")
    with pytest.raises(DownloadError) as failure:
        run(root)
    assert message in str(failure.value)
    assert "\n" not in str(failure.value)
    assert failure.value.__cause__ is error
    assert os.listdir(root if existed else tmp_path) == (["classes.csv"] if existed else [])


def test_stopping_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Flowers102, "download", failing(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "data")
    assert os.listdir(tmp_path) == []


def test_photos_that_are_there_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Flowers102, "download", failing(AssertionError("nothing must be downloaded")))
    make_photos(tmp_path / "flowers-102")
    assert run(tmp_path) == 0
    assert capsys.readouterr().out == f"The photos are already in {tmp_path / 'flowers-102'}.\n"


def test_half_a_set_in_the_way_is_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Flowers102, "download", failing(AssertionError("nothing must be downloaded")))
    make_photos(tmp_path / "flowers-102", 2)
    with pytest.raises(DownloadError, match=r"is in the way with 2 of the 3 photos; move or delete it"):
        run(tmp_path)
    assert len(os.listdir(tmp_path / "flowers-102" / "jpg")) == 2


def test_a_root_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DownloadError, match=r"cannot take the photos \(.*\); choose another --root"):
        run(tmp_path / "file" / "data")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A server on this machine in the place of Oxford's, with an archive of three photos. Yields its folder."""
    folder = tmp_path / "server"
    folder.mkdir()
    with tarfile.open(folder / "102flowers.tgz", "w:gz") as archive:
        for number in range(1, COUNT + 1):
            content = bytes(40_000)
            member = tarfile.TarInfo(f"jpg/image_{number:05d}.jpg")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    # Two of each, as scipy reads a lone one as a number.
    savemat(folder / "imagelabels.mat", {"labels": [1, 1, 2]})
    savemat(folder / "setid.mat", {"trnid": [1, 2], "valid": [2, 3], "tstid": [3, 1]})
    files = {key: (name, checksum(folder / name)) for key, (name, _) in Flowers102._file_dict.items()}
    monkeypatch.setattr(Flowers102, "_file_dict", files)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=folder)) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        monkeypatch.setattr(Flowers102, "_download_url_prefix", f"http://127.0.0.1:{running.server_port}/")
        yield folder
        running.shutdown()


def checksum(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


def test_a_download_from_beginning_to_end(tmp_path: Path, server: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "new" / "data"
    timeout = socket.getdefaulttimeout()
    assert run(root) == 0
    output = capfd.readouterr()
    assert f"3 photos are now in {root / 'flowers-102'}." in output.out
    assert "100%" in output.err  # the progress bar
    assert os.listdir(root) == ["flowers-102"]
    assert sorted(os.listdir(root / "flowers-102")) == ["imagelabels.mat", "jpg", "setid.mat"]
    assert len(os.listdir(root / "flowers-102" / "jpg")) == COUNT
    assert socket.getdefaulttimeout() == timeout
    assert run(root) == 0


def test_an_empty_folder_is_not_in_the_way(tmp_path: Path, server: Path) -> None:
    (tmp_path / "data" / "flowers-102").mkdir(parents=True)
    assert run(tmp_path / "data") == 0
    assert len(os.listdir(tmp_path / "data" / "flowers-102" / "jpg")) == COUNT


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "102flowers.tgz").write_bytes(b"other"), "incomplete or was changed on the way"),
        (lambda folder: (folder / "setid.mat").unlink(), "server answered “404 File not found”; try again later"),
    ],
)
def test_a_bad_answer_leaves_nothing(
    tmp_path: Path, server: Path, damage: Callable[[Path], None], message: str
) -> None:
    damage(server)
    with pytest.raises(DownloadError, match=message):
        run(tmp_path / "data")
    assert os.listdir(tmp_path) == ["server"]


def test_another_number_of_photos_is_refused(tmp_path: Path, server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oxford, "PHOTO_COUNT", 4)
    with pytest.raises(DownloadError, match="The archive holds 3 photos instead of 4"):
        run(tmp_path / "data")
    assert os.listdir(tmp_path) == ["server"]


def test_a_server_that_is_silent_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oxford, "TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(Flowers102, "_download_url_prefix", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        with pytest.raises(DownloadError, match=r"timed out.*check the network and try again"):
            run(tmp_path / "data")
    assert os.listdir(tmp_path) == []


def test_a_refused_connection_on_the_command_line(tmp_path: Path) -> None:
    """The whole command, in its own process: one sentence, exit code 1, no traceback, nothing left."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    code = (
        "import sys; from torchvision.datasets import Flowers102; from classifier.__main__ import main; "
        f"Flowers102._download_url_prefix = 'http://127.0.0.1:{port}/'; "
        f"sys.exit(main(['download', '--root', {str(tmp_path / 'data')!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False, cwd=ROOT
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "The photos could not be downloaded from Oxford's server (Connection refused)" in done.stderr
    assert os.listdir(tmp_path) == []


def test_a_folder_that_may_not_be_entered_has_no_photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not oxford.has_oxford_photos(tmp_path)
    (tmp_path / "flowers-102" / "jpg").mkdir(parents=True)
    assert oxford.has_oxford_photos(tmp_path)
    monkeypatch.setattr(oxford.os, "access", lambda path, mode: False)  # the tests may run as root
    assert not oxford.has_oxford_photos(tmp_path)
