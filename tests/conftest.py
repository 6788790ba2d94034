"""What all tests share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def flowers_root() -> Path:
    """The folder that holds flowers-102/jpg; without it, the test is skipped."""
    value = os.environ.get("FLOWERS_ROOT")
    if not value:
        pytest.skip("needs the photos: set FLOWERS_ROOT to the folder that holds flowers-102")
    root = Path(value).expanduser().absolute()
    if not (root / "flowers-102" / "jpg").is_dir():
        pytest.skip(f"needs the photos: FLOWERS_ROOT={value} holds no flowers-102/jpg")
    return root
