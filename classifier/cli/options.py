"""What several commands share: where things lie, and the options that name them."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.data.collection import Collection, flowers102

if TYPE_CHECKING:
    from classifier.data.folders import FolderPhotos
    from classifier.data.splitting import Ratios
    from classifier.inference.classifier import Classifier

ROOT = Path(__file__).resolve().parents[2]
DATA_DIR = ROOT / "data"
DEFAULT_CHECKPOINT = ROOT / "checkpoints" / "flowers102.safetensors"
DATA_HELP = (
    "the photos: “flowers102”, or a folder with one folder of photos a class, or one with train, valid and test "
    "folders of such folders"
)


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


def open_data(name: str, *, seed: int = 1) -> Collection:
    """The collection that --data names; a folder that is not split yet is split by `seed`, as `train` does it.

    Raises:
        DatasetError: there is no such folder, or it is not what --data needs.
    """
    if name == "flowers102":
        return flowers102(data_dir=DATA_DIR, flowers_root=flowers_root())
    return open_folder(Path(name), seed=seed).collection


def open_folder(root: Path, *, seed: int = 1, ratios: "Ratios | None" = None) -> "FolderPhotos":
    """`folders.read_folder` with a progress bar."""
    from classifier.data.folders import read_folder

    with progress_bar("looking at the photos") as step:
        return read_folder(root, seed=seed, ratios=ratios, step=step)


def learnt_from_valid(classifier: "Classifier") -> bool:
    """Whether it was trained with --train-on-valid: its valid photos are training photos then."""
    return bool((classifier.metadata.get("training") or {}).get("train_on_valid"))


@contextmanager
def progress_bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal (nothing elsewhere), moved by calling the value with (done, total)."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(name, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def print_left_out(found: "FolderPhotos", *, limit: int = 20) -> None:
    """Tell on stderr which files are no photos, and which photos are there twice."""
    if found.left_out:
        print(f"Left out ({len(found.left_out)}):", file=sys.stderr)
        _print_some([f"{entry.file}: {entry.reason}" for entry in found.left_out], limit=limit)
    if found.contradictions:
        print(
            f"WARNING: photos that look the same lie in different classes ({len(found.contradictions)}): one of each "
            "pair teaches a wrong name. Take the wrong one away, and begin again:",
            file=sys.stderr,
        )
        _print_some([f"{first}  =  {second}" for first, second in found.contradictions], limit=limit)
    if found.leaks:
        print(
            f"WARNING: {found.leaks} photos of valid or test are also in train (the same file or the same picture): "
            "the figures will look better than they are. “split” keeps such photos together.",
            file=sys.stderr,
        )
    elif found.twins:
        print(f"Photos that look the same as another one: {found.twins}. Twins stay in one split.", file=sys.stderr)


def _print_some(lines: Sequence[str], *, limit: int) -> None:
    for line in lines[:limit]:
        print(f"  {printable(line)}", file=sys.stderr)
    if len(lines) > limit:
        print(f"  … and {len(lines) - limit} more", file=sys.stderr)


def printable(name: str) -> str:
    """A file's name with whatever cannot be printed replaced."""
    return "".join(letter if letter.isprintable() else "�" for letter in name)
