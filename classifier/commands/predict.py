"""python -m classifier predict: what is on these photos?"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from classifier.commands.common import add_checkpoint_option, add_device_option
from classifier.errors import PhotoError, SettingError, UnreadableFile
from classifier.prediction import Classifier, Prediction

EPILOG = """examples:
  python -m classifier predict rose.jpg
  python -m classifier predict holiday/ --json > answers.jsonl     every file in a folder, one JSON object a line
A photo that cannot be read is told, the others still run, and the exit code is 1.
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "predict",
        help="name what is on photos",
        description="Name what is on photos, with probabilities.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO", help="files, or folders of files")
    parser.add_argument("--top-k", type=int, default=5, metavar="K", help="how many classes a photo (default: 5)")
    parser.add_argument("--json", action="store_true", help="JSON Lines instead of tables: one object a photo")
    add_checkpoint_option(parser)
    add_device_option(parser)
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Predict and print: 0 if every photo could be read, else 1. See `Classifier.load` for the errors."""
    if args.top_k < 1:
        raise SettingError(f"--top-k is at least 1; got {args.top_k}.")
    photos = list(find_photos(args.photos))
    classifier = Classifier.load(args.checkpoint, device=args.device)
    show = print_json if args.json else print_table
    failed = 0
    for photo, answer in answers(classifier, photos, top_k=args.top_k):
        show(photo, answer)
        failed += isinstance(answer, PhotoError)
    if failed and not args.json:
        print(f"{failed} of {len(photos)} photos could not be read.", file=sys.stderr)
    return 1 if failed else 0


def find_photos(paths: Iterable[Path]) -> Iterator[Path]:
    """Files as they are named; of a folder every file below it, in order, but for hidden ones.

    Raises:
        UnreadableFile: a folder has no file.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = [file for file in sorted(path.rglob("*")) if file.is_file() and not file.name.startswith(".")]
        if not found:
            raise UnreadableFile(f"The folder {path} holds no file. Name a folder with photos in it.")
        yield from found


def answers(
    classifier: Classifier, photos: Iterable[Path], *, top_k: int
) -> Iterator[tuple[Path, Prediction | PhotoError]]:
    """Each photo with its prediction, or with the error that tells why there is none."""
    for photo in photos:
        try:
            yield photo, classifier.predict([classifier.open(photo)], top_k=top_k)[0]
        except PhotoError as error:
            yield photo, error


def print_json(photo: Path, answer: Prediction | PhotoError) -> None:
    """One line: {"photo", "predictions": […]} or {"photo", "error": {"code", "message"}}."""
    said: dict[str, Any]
    if isinstance(answer, PhotoError):
        said = {"error": {"code": answer.code, "message": str(answer)}}
    else:
        said = answer.to_dict()
    print(json.dumps({"photo": str(photo), **said}, ensure_ascii=False), flush=True)


def print_table(photo: Path, answer: Prediction | PhotoError) -> None:
    """A small table with bars, or the error on stderr."""
    if isinstance(answer, PhotoError):
        print(f"{photo}: {answer}", file=sys.stderr)
        return
    table = Table(title=str(photo), title_justify="left", box=None, padding=(0, 2, 0, 0))
    for heading in ("class", "scientific name"):
        table.add_column(heading)
    table.add_column("probability", justify="right")
    table.add_column("")
    for candidate in answer.candidates:
        share = candidate.probability
        table.add_row(
            candidate.name, f"[i]{candidate.scientific_name or ''}[/i]", percent(share), "█" * round(20 * share)
        )
    Console().print(table)


def percent(share: float) -> str:
    """A probability in words that never claims certainty: 0.99999 → ">99.9 %"."""
    if share > 0.999:
        return ">99.9 %"
    return "<0.1 %" if share < 0.001 else f"{100 * share:.1f} %"
