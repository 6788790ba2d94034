"""python -m classifier predict: what is on these photos?"""

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from rich.table import Table

from classifier.cli.cluster.parts import add_cluster_options, check_cluster_options, predict_in_parts
from classifier.cli.help import TeachingFormatter
from classifier.cli.options import (
    add_checkpoint_option,
    add_device_option,
    add_engine_option,
    add_limit_options,
    photo_limits,
)
from classifier.cli.printing import PlainConsole, describe_speed, print_as_json, printable, warn
from classifier.cli.terminal import progress_bars
from classifier.data.subject import Subject, subject_of
from classifier.errors import DatasetError, PhotoError, SettingError
from classifier.inference.batch import predict_many
from classifier.inference.classifier import Classifier
from classifier.inference.engines.choosing import AUTO, REFERENCE
from classifier.inference.engines.model_file import model_path
from classifier.inference.predictions_csv import PredictionsCsv
from classifier.outputs.claims import claim
from classifier.outputs.kinds import PREDICTIONS
from classifier.outputs.names import escape as in_one_line
from classifier.outputs.names import readable_name
from classifier.photos.finding import find_photos
from classifier.predictions.values import Prediction
from classifier.reports.numbers import cautious_percent, out_of_hundred
from classifier.reports.words import BEGINNINGS, ONE_OF_TWO, describe_reason

EPILOG = """examples:
  python -m classifier predict rose.jpg
  python -m classifier predict holiday/ --csv answers.csv          a row a photo; the same command again continues
  python -m classifier predict "holiday/**/*.jpg" --json > answers.jsonl     one JSON object a line
  python -m classifier predict s3://bucket/photos --cluster ray --parts s3://bucket/answers     docs/scaling.md

A folder means every file in it and below it. A photo that cannot be read is named with the reason, the others still
run, and the exit code is 1.

FILE is UTF-8 with commas. In it and in JSON, names are one line: \\n for a line end, \\\\ for a backslash, \\u001b for
a control character, \\xe8 for a byte that is not UTF-8. In FILE, a text that a spreadsheet would compute (= + - or @ in
front) has an apostrophe before it. A FILE that “predict --csv” did not write is left as it is.
"""
# Up to here every photo has a table of its own, beyond a line.
MOST_TABLES = 8

Predicted = Prediction | PhotoError


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "predict",
        help="name what is on photos",
        description="Name what is on photos, with probabilities.",
        epilog=EPILOG,
        formatter_class=TeachingFormatter,
    )
    parser.add_argument(
        "photos", nargs="+", metavar="PHOTO", help="files, folders of files, or quoted patterns such as 'a/**/*.jpg'"
    )
    parser.add_argument("--top-k", type=int, default=5, metavar="K", help="how many classes a photo (default: 5)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="JSON Lines instead of tables: one object a photo")
    form.add_argument("--csv", type=Path, metavar="FILE", help="a row a photo into FILE; photos in FILE are skipped")
    parser.add_argument(
        "--tta",
        action="store_true",
        help="average the probabilities over six views of each photo; takes six times as long. The verdict and the "
        "similar photos stay those of the photo as it is",
    )
    parser.add_argument(
        "--batch-size",
        type=int,
        metavar="N",
        help="photos a pass of the network (default: 1, on a graphics card 16)",
    )
    add_cluster_options(parser)
    add_checkpoint_option(parser)
    add_limit_options(parser)
    add_device_option(parser)
    add_engine_option(parser, default=AUTO)
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Predict and print or write: 0 if every photo could be read, else 1.

    Raises:
        UnreadableFile: a folder holds no file, a pattern matches none. SettingError: an option makes no sense, or the
        CSV file is of another kind. See `Classifier.load` for the others.
    """
    for option in ("--top-k", "--batch-size", "--part-size", "--workers"):
        value = getattr(args, option[2:].replace("-", "_"))
        if value is not None and value < 1:
            raise SettingError(f"{option} is at least 1; got {value}.")
    if check_cluster_options(args):
        limits = photo_limits(args, args.checkpoint).image_limits  # first: it says so where there is no checkpoint
        return predict_in_parts(args, model=model_name(args), limits=limits)
    if args.csv:
        claim(args.csv, PREDICTIONS, option="--csv", inputs=[args.checkpoint])
    photos = list(find_photos(args.photos, leave_out=args.csv, warn=warn))
    limits = photo_limits(args, args.checkpoint).image_limits
    classifier = Classifier.load(args.checkpoint, engine=args.engine, device=args.device, threads=1, limits=limits)
    _say_if_slow(classifier, args)
    with ExitStack() as stack:
        show: Callable[[Path, Predicted], None]
        failed = 0
        if args.csv:
            file = stack.enter_context(
                PredictionsCsv(
                    args.csv,
                    top_k=min(args.top_k, len(classifier.classes)),
                    model=model_name(args),
                    inputs=[args.checkpoint, *photos],
                )
            )
            whole = len(photos)
            photos = [photo for photo in photos if not file.has(photo)]
            if whole > len(photos):
                print(f"{whole - len(photos):,} of {whole:,} photos are in {args.csv} already.", file=sys.stderr)
            show = file.write
        elif args.json:
            show = partial(print_json, photo_of=training_photos(classifier, args.checkpoint))
        else:
            subject = subject_of(classifier.metadata.dataset.name, classifier.metadata.dataset.subject)
            show = partial(print_table, subject=subject) if len(photos) <= MOST_TABLES else print_line
        done, seconds = 0, 0.0
        started = time.perf_counter()
        try:
            # A bar would only flicker between answers that scroll by; and rich would send what is printed to the
            # terminal, although stdout may lead into a file.
            scrolls_by = not args.csv and sys.stdout.isatty()
            with progress_bars(redirect_stdout=False, disable=scrolls_by) as progress:
                for photo, answer in predict_many(
                    classifier, photos, top_k=args.top_k, tta=args.tta, batch_size=args.batch_size
                ):
                    show(photo, answer)
                    done += 1
                    failed += isinstance(answer, PhotoError)
                    progress("photos", done, len(photos))
        finally:  # also after Ctrl-C
            seconds = time.perf_counter() - started
            if done > failed:
                print(describe_speed(done, seconds), file=sys.stderr)
    if failed and not args.json:
        where = f" The column “message” of {args.csv} says why." if args.csv else ""
        print(f"{failed:,} {'photo' if failed == 1 else 'photos'} could not be read.{where}", file=sys.stderr)
    return 1 if failed else 0


def _say_if_slow(classifier: Classifier, args: argparse.Namespace) -> None:
    """Say why “auto” took PyTorch on the processor although there is a model file for quicker engines."""
    is_slow = args.engine == AUTO and (classifier.engine.name, classifier.engine.device) == (REFERENCE, "cpu")
    if is_slow and model_path(args.checkpoint).exists():
        warn(f"The network is run by {REFERENCE}, which is slower: {classifier.engine_reason}")


def model_name(args: argparse.Namespace) -> str:
    """What the rows of a CSV file must have in common: the checkpoint's fingerprint, and how it was used."""
    from classifier.files import file_digest

    return file_digest(args.checkpoint) + ("+tta" if args.tta else "")


def training_photos(classifier: Classifier, checkpoint: Path) -> Callable[[int], Path | None]:
    """Where the photos lie that a checkpoint was trained on: image id → path, None if it is not on this machine."""
    from classifier.cli.photos import own_photos

    try:
        collection = own_photos(classifier, checkpoint)
    except DatasetError:  # trained elsewhere: the ids are all that is known
        return lambda image_id: None

    def path_of(image_id: int) -> Path | None:
        photo = collection.photo(image_id)
        return collection.path(photo) if photo else None

    return path_of


def print_json(photo: Path, answer: Predicted, *, photo_of: Callable[[int], Path | None] = lambda _: None) -> None:
    """Print one line: {"photo", "predictions": […]} or {"photo", "error": {"code", "message"}}.

    Args:
        photo: its path; `outputs.names` says how odd names are written.
        answer: of the classifier.
        photo_of: image id → path of a training photo, or None.
    """
    said: dict[str, Any]
    if isinstance(answer, PhotoError):
        said = {"error": {"code": answer.code, "message": in_one_line(str(answer))}}
    else:
        said = answer.to_dict()
        add_paths(said, photo_of)
    print_as_json({"photo": readable_name(photo), **said})


def add_paths(said: dict[str, Any], photo_of: Callable[[int], Path | None]) -> None:
    """Add "photo", the path or None, to each similar photo, and "duplicate_of_photo" to the answer."""

    def path_of(image_id: int | None) -> str | None:
        path = None if image_id is None else photo_of(image_id)
        return readable_name(path) if path else None

    neighbours = said["neighbours"] or {"overall": [], "by_class": {}}
    for neighbour in (*neighbours["overall"], *chain.from_iterable(neighbours["by_class"].values())):
        neighbour["photo"] = path_of(neighbour["image_id"])
    said["duplicate_of_photo"] = path_of(said["duplicate_of"])


def print_error(photo: Path, error: PhotoError) -> None:
    """Which photo, and what is wrong with it; some errors name it themselves."""
    name, words = readable_name(photo), in_one_line(str(error))
    print(words if words.startswith(name) else f"{name}: {words}", file=sys.stderr)


def print_table(photo: Path, answer: Predicted, *, subject: Subject) -> None:
    """The verdict and a small table with bars, or the error on stderr."""
    if isinstance(answer, PhotoError):
        print_error(photo, answer)
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("class")
    table.add_column("scientific name", style="italic", header_style="bold not italic")
    table.add_column("probability", justify="right")
    table.add_column("")
    for candidate in answer.candidates:
        share = candidate.probability
        bar = "█" * round(20 * share)
        table.add_row(candidate.name, candidate.scientific_name or "", cautious_percent(share), bar)
    console = PlainConsole()
    console.print(readable_name(photo), style="italic", soft_wrap=True)
    if words := describe_verdict(answer, subject):
        console.print(words)
    console.print(table)
    console.print()


def describe_verdict(answer: Prediction, subject: Subject) -> str:
    """How far the answer can be trusted, in a few sentences; "" where the checkpoint was not calibrated."""
    sentences = []
    if answer.verdict == "unknown":
        sentences.append(f"This does not look like one of the {subject.nouns} I know.")
        sentences.append(describe_reason(answer.reason, subject))
    elif answer.pair and answer.coverage:
        first, second = (candidate.name for candidate in answer.pair)
        sentences.append(f"{ONE_OF_TWO}, {out_of_hundred(answer.coverage)} times out of 100: {first} or {second}.")
    elif answer.verdict:
        sentences.append(f"{BEGINNINGS[answer.verdict]} {answer.best.name}.")
        if answer.coverage and answer.coverage_set and len(answer.coverage_set) > 1:
            names = ", ".join(candidate.name for candidate in answer.coverage_set)
            times = out_of_hundred(answer.coverage)
            sentences.append(f"The right one is in this list {times} times out of 100: {names}.")
    if answer.duplicate_of is not None:
        sentences.append("I have learnt from this photo, or nearly this one: how sure I am means little here.")
    return " ".join(filter(None, sentences))


def print_line(photo: Path, answer: Predicted) -> None:
    """One line with the likeliest class and the verdict, or the error on stderr."""
    if isinstance(answer, PhotoError):
        print_error(photo, answer)
        return
    verdict = f"{answer.verdict:<9}  " if answer.verdict else ""
    probability, name = cautious_percent(answer.best.probability), printable(answer.best.name)
    print(f"{probability:>7}  {name:<28}  {verdict}{readable_name(photo)}", flush=True)
