"""What several commands share: where things lie, and the options that name them."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from classifier.errors import SettingError
from classifier.locations import default_checkpoint
from classifier.photos.finding import files_in

DATA_HELP = (
    "the photos: “flowers102”, or a folder with one folder of photos a class, or one with train, valid and test "
    "folders of such folders"
)


def add_checkpoint_option(parser: argparse.ArgumentParser) -> None:
    """--checkpoint."""
    parser.add_argument(
        "--checkpoint",
        type=Path,
        default=default_checkpoint(),
        metavar="FILE",
        help="the .safetensors file to use (default: the CHECKPOINT variable, else the one that ships)",
    )


def add_force_option(parser: argparse.ArgumentParser) -> None:
    """Add --force."""
    parser.add_argument(
        "--force",
        action="store_true",
        help="replace what is there, even if this command did not write it",
    )


def add_device_option(parser: argparse.ArgumentParser) -> None:
    """--device."""
    parser.add_argument(
        "--device", default="auto", choices=("auto", "cpu", "cuda", "mps"), help="where to compute (default: auto)"
    )


def add_verdict_options(parser: argparse.ArgumentParser) -> None:
    """--trust and --unknown."""
    parser.add_argument(
        "--trust", action="store_true", help="print how right verdicts, probabilities and coverage sets are instead"
    )
    parser.add_argument(
        "--unknown",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="pictures that show none of the classes, for --trust and --report; give it again for another kind",
    )


def unknown_files(folders: Sequence[Path]) -> dict[str, list[Path]]:
    """What the pictures of each folder show, by its name ("other-plants" → "other plants"), and its files.

    Raises:
        UnreadableFile: a folder holds no file. SettingError: two have the same name.
    """
    found: dict[str, list[Path]] = {}
    for folder in folders:
        name = folder.resolve().name.replace("-", " ") or "other pictures"
        if name in found:
            raise SettingError(
                f"Two folders of unknown pictures are called “{name}”; --unknown tells kinds apart by name."
            )
        found[name] = files_in(folder)
    return found


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """--data, --split and --batch-size, as `compare` has them too."""
    parser.add_argument(
        "--data", metavar="DIR|flowers102", help="the photos (default: those that the checkpoint was trained on)"
    )
    parser.add_argument(
        "--split",
        default="test",
        help="train, valid or test (default: test), of another split than the checkpoint's by its name: official-test",
    )
    parser.add_argument(
        "--batch-size", type=_at_least_1, default=32, metavar="N", help="photos at a time (default: 32)"
    )


def _at_least_1(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number, at least 1; got “{text}”")
    return int(text)
