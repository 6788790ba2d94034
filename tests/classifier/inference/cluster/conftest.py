import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.making.runs import plant_photos, save_untrained


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_untrained(tmp_path_factory.mktemp("tiny") / "tiny.safetensors")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Twelve photos in folders, a text and an empty file that call themselves photos, and litter."""
    root = tmp_path / "holiday 花"
    plant_photos(root)
    (root / "fake.jpg").write_text("not a photo")
    (root / "class 0" / "empty.JPG").touch()
    (root / ".hidden.jpg").touch()
    return root


@pytest.fixture
def bucket() -> Iterator[str]:
    """URL of an empty folder in memory: what fsspec says of it is what it says of s3:// and gs://."""
    fsspec = pytest.importorskip("fsspec", reason="needs fsspec: pip install -r requirements-cluster.txt")
    name = uuid.uuid4().hex
    yield f"memory://{name}"
    system: Any = fsspec.filesystem("memory")
    if system.exists(f"/{name}"):
        system.rm(f"/{name}", recursive=True)


def upload(folder: Path, url: str) -> None:
    """Put a folder's files behind a URL."""
    import fsspec

    system = fsspec.filesystem(url.partition("://")[0])
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            system.pipe_file(f"{url}/{file.relative_to(folder).as_posix()}", file.read_bytes())
