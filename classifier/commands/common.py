"""What several commands share: where things lie, and the options that name them."""

import argparse
import os
from pathlib import Path

from classifier.collection import Collection, flowers102
from classifier.errors import DatasetError

ROOT = Path(__file__).resolve().parents[2]
DATA_DIR = ROOT / "data"
DEFAULT_CHECKPOINT = ROOT / "checkpoints" / "flowers102.safetensors"


def flowers_root() -> Path | None:
    """The folder that the environment variable FLOWERS_ROOT names, if it does."""
    value = os.environ.get("FLOWERS_ROOT")
    return Path(value).expanduser() if value else None


def add_checkpoint_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--checkpoint",
        type=Path,
        default=Path(os.environ.get("CHECKPOINT") or DEFAULT_CHECKPOINT),
        metavar="FILE",
        help="the .safetensors file to use (default: the CHECKPOINT variable, else the one that ships)",
    )


def add_device_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device", default="auto", choices=("auto", "cpu", "cuda", "mps"), help="where to compute (default: auto)"
    )


def open_data(name: str) -> Collection:
    """The collection that --data names.

    Raises:
        DatasetError: it is not known.
    """
    if name == "flowers102":
        return flowers102(data_dir=DATA_DIR, flowers_root=flowers_root())
    raise DatasetError(f"--data is “flowers102”; got “{name}”.")
