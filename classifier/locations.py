"""Locations: where the data, the checkpoint and the photos are, for the site and the command line alike."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass
if TYPE_CHECKING:
    pass
if TYPE_CHECKING:
    pass


ROOT = Path(__file__).resolve().parents[1]


DATA_DIR = ROOT / "data"


DEFAULT_CHECKPOINT = ROOT / "checkpoints" / "flowers102.safetensors"


def flowers_root() -> Path | None:
    """The folder that the environment variable FLOWERS_ROOT names, if it does."""
    value = os.environ.get("FLOWERS_ROOT")
    return Path(value).expanduser() if value else None
