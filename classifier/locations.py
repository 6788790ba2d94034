"""Locations of the data, the checkpoint and the photos, the same for the site and the command line.

A path that a user gives may begin with "~", and a relative one starts from the current folder; the defaults lie in the
repository's folder, whatever the current one is.
"""

import os
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA_DIR = ROOT / "data"
DEFAULT_CHECKPOINT = ROOT / "checkpoints" / "flowers102.safetensors"


def user_path(text: str) -> Path | None:
    """Path that a user wrote, with "~" expanded; None if there is nothing but spaces."""
    return Path(text.strip()).expanduser() if text.strip() else None


def from_root(path: Path) -> Path:
    """Path as one types it in the repository's folder: relative if it lies below, else as it is."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def flowers_root(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Folder that holds `flowers-102/jpg`, which the environment variable FLOWERS_ROOT names; None if it is unset."""
    return user_path(environ.get("FLOWERS_ROOT", ""))


def default_checkpoint(environ: Mapping[str, str] = os.environ) -> Path:
    """Checkpoint that the environment variable CHECKPOINT names, else the one that ships."""
    return user_path(environ.get("CHECKPOINT", "")) or DEFAULT_CHECKPOINT
