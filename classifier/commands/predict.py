"""python -m classifier predict: what is on these photos?"""

import argparse
import glob
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from classifier.cli.help import TeachingFormatter
from classifier.cli.options import add_checkpoint_option, add_device_option
from classifier.data.subject import Subject, subject_of
from classifier.errors import PhotoError, SettingError, UnreadableFile
from classifier.inference.classifier import Classifier
from classifier.inference.predictions_csv import PredictionsCsv, readable_name
from classifier.photos.streaming import batches, read_ahead, shrink
from classifier.predictions.values import Candidate, Prediction
from classifier.reports.words import BEGINNINGS, describe_reason

EPILOG = """examples:
  python -m classifier predict rose.jpg
  python -m classifier predict holiday/ --csv answers.csv          a row a photo; the same command again goes on
  python -m classifier predict "holiday/**/*.jpg" --json > answers.jsonl     one JSON object a line

A folder means every file in it and below it. A photo that cannot be read is told, the others still run, and the exit
code is 1.
"""
# Up to here every photo has a table of its own, beyond a line.
MOST_TABLES = 8

Answer = Prediction | PhotoError


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
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
        "--tta", action="store_true", help="average over six views of each photo; takes six times as long"
    )
    parser.add_argument("--batch-size", type=int, default=16, metavar="N", help="photos at a time (default: 16)")
    add_checkpoint_option(parser)
    add_device_option(parser)
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Predict and print or write: 0 if every photo could be read, else 1.

    Raises:
        UnreadableFile: a folder holds no file, a pattern matches none. SettingError: an option makes no sense, or the
        CSV file is of another kind. See `Classifier.load` for the others.
    """
    for option, value in (("--top-k", args.top_k), ("--batch-size", args.batch_size)):
        if value < 1:
            raise SettingError(f"{option} is at least 1; got {value}.")
    photos = list(find_photos(args.photos, leave_out=args.csv))
    classifier = Classifier.load(args.checkpoint, device=args.device)
    with ExitStack() as stack:
        show: Callable[[Path, Answer], None]
        failed = 0
        if args.csv:
            file = stack.enter_context(
                PredictionsCsv(args.csv, top_k=min(args.top_k, len(classifier.classes)), model=model_name(args))
            )
            whole = len(photos)
            photos = [photo for photo in photos if readable_name(photo) not in file.done]
            if whole > len(photos):
                print(f"{whole - len(photos):,} of {whole:,} photos are in {args.csv} already.", file=sys.stderr)
            show = file.write
        elif args.json:
            show = print_json
        else:
            subject = subject_of(classifier.metadata.dataset.name, classifier.metadata.dataset.subject)
            show = partial(print_table, subject=subject) if len(photos) <= MOST_TABLES else print_line
        done, seconds = 0, 0.0
        started = time.perf_counter()
        try:
            answered = answers(classifier, photos, top_k=args.top_k, tta=args.tta, batch_size=args.batch_size)
            for photo, answer in with_progress(answered, total=len(photos), to_stdout=not args.csv):
                show(photo, answer)
                done += 1
                failed += isinstance(answer, PhotoError)
        finally:  # also after Ctrl-C
            seconds = time.perf_counter() - started
            if done > failed:
                print(describe_speed(done, seconds), file=sys.stderr)
    if failed and not args.json:
        where = f" The column “message” of {args.csv} says why." if args.csv else ""
        print(f"{failed:,} {'photo' if failed == 1 else 'photos'} could not be read.{where}", file=sys.stderr)
    return 1 if failed else 0


def find_photos(names: Iterable[str | Path], *, leave_out: Path | None = None) -> Iterator[Path]:
    """Files as they are named; of a folder every file below it, in order, but for hidden ones; of a pattern what it
    matches (shells on Windows leave that to us). `leave_out`: the file that the answers go to.

    Raises:
        UnreadableFile: a folder has no file, or a pattern matches nothing.
    """
    for name in names:
        path = Path(name)
        if path.is_dir():
            found = [file for file in sorted(path.rglob("*")) if file.is_file() and not file.name.startswith(".")]
            if leave_out and leave_out.exists():
                found = [file for file in found if not file.samefile(leave_out)]
            if not found:
                raise UnreadableFile(f"The folder {path} holds no file. Name a folder with photos in it.")
            yield from found
        elif glob.has_magic(str(name)) and not path.exists():
            matched = [Path(match) for match in sorted(glob.glob(str(name), recursive=True))]
            if not any(match.is_file() for match in matched):
                raise UnreadableFile(f"No file matches {name}. Check the pattern; ** stands for any folders.")
            yield from (match for match in matched if match.is_file())
        else:
            yield path


def answers(
    classifier: Classifier, photos: Sequence[Path], *, top_k: int, tta: bool = False, batch_size: int = 16
) -> Iterator[tuple[Path, Answer]]:
    """Each photo with its prediction, or with the error that tells why there is none, in the order given."""
    side = classifier.input_size

    def read(photo: Path) -> Any:
        return shrink(classifier.open(photo), side=side)

    for batch in batches(read_ahead(read, photos), batch_size):
        pictures = [picture for _, picture in batch if not isinstance(picture, PhotoError)]
        ask = predict_by_views if tta else Classifier.predict
        predictions = iter(ask(classifier, pictures, top_k=top_k))
        for photo, picture in batch:
            yield photo, picture if isinstance(picture, PhotoError) else next(predictions)


def predict_by_views(
    classifier: Classifier, pictures: Sequence[Image.Image], *, top_k: int = 5
) -> tuple[Prediction, ...]:
    """As `Classifier.predict`, averaged over several views of each picture."""
    if not pictures:
        return ()
    probabilities = classifier.probabilities(pictures, tta=True)
    places = np.argsort(-probabilities, axis=1, kind="stable")[:, :top_k]
    return tuple(
        Prediction(
            tuple(
                Candidate(label.class_id, label.name, label.scientific_name, float(row[place]))
                for place, label in ((place, classifier.classes[place]) for place in row_places)
            )
        )
        for row, row_places in zip(probabilities, places, strict=True)
    )


def with_progress(
    answered: Iterable[tuple[Path, Answer]], *, total: int, to_stdout: bool
) -> Iterator[tuple[Path, Answer]]:
    """The same, with a bar on stderr where someone watches and no answers scroll by."""
    quiet = not sys.stderr.isatty() or (to_stdout and sys.stdout.isatty())
    columns = (TextColumn("photos"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[speed]}"))
    # rich would send what is printed to the terminal, although stdout may lead into a file.
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=quiet,
        redirect_stdout=False,
    ) as progress:
        task = progress.add_task("photos", total=total, speed="")
        started = time.perf_counter()
        for done, pair in enumerate(answered, start=1):
            yield pair
            progress.update(task, completed=done, speed=f"{done / (time.perf_counter() - started):.1f} photos/s")


def model_name(args: argparse.Namespace) -> str:
    """What the rows of a CSV file must have in common: the checkpoint's fingerprint, and how it was used."""
    from classifier.files import file_digest

    return file_digest(args.checkpoint) + ("+tta" if args.tta else "")


def describe_speed(done: int, seconds: float) -> str:
    return f"{done:,} {'photo' if done == 1 else 'photos'} in {seconds:.1f} s: {done / seconds:.1f} photos/s."


def print_json(photo: Path, answer: Answer) -> None:
    """One line: {"photo", "predictions": […]} or {"photo", "error": {"code", "message"}}."""
    said: dict[str, Any]
    if isinstance(answer, PhotoError):
        said = {"error": {"code": answer.code, "message": str(answer)}}
    else:
        said = answer.to_dict()
    print(json.dumps({"photo": readable_name(photo), **said}, ensure_ascii=False), flush=True)


def print_error(photo: Path, error: PhotoError) -> None:
    """Which photo, and what is wrong with it; some errors name it themselves."""
    name, words = readable_name(photo), str(error)
    print(words if words.startswith(name) else f"{name}: {words}", file=sys.stderr)


def print_table(photo: Path, answer: Answer, *, subject: Subject) -> None:
    """The verdict and a small table with bars, or the error on stderr."""
    if isinstance(answer, PhotoError):
        print_error(photo, answer)
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("class", "scientific name"):
        table.add_column(heading)
    table.add_column("probability", justify="right")
    table.add_column("")
    for candidate in answer.candidates:
        share = candidate.probability
        scientific = f"[i]{escape(candidate.scientific_name or '')}[/i]"
        table.add_row(escape(candidate.name), scientific, percent(share), "█" * round(20 * share))
    console = Console()
    console.print(readable_name(photo), style="italic", markup=False, highlight=False, soft_wrap=True)
    if words := describe_verdict(answer, subject):
        console.print(words, markup=False, highlight=False)
    console.print(table)
    console.print()


def describe_verdict(answer: Prediction, subject: Subject) -> str:
    """How far the answer can be trusted, in a sentence or two; "" where the checkpoint was not calibrated."""
    words = ""
    if answer.verdict == "unknown":
        words = f"This does not look like one of the {subject.nouns} I know. {describe_reason(answer.reason, subject)}"
    elif answer.verdict:
        words = f"{BEGINNINGS[answer.verdict]} {answer.best.name}."
        if answer.coverage and answer.coverage_set and len(answer.coverage_set) > 1:
            names = ", ".join(candidate.name for candidate in answer.coverage_set)
            words += f" The right one is in this list {100 * answer.coverage:.0f} times of 100: {names}."
    if answer.duplicate_of is not None:
        words += " I have learnt from this photo, or nearly this one: how sure I am means little here."
    return words.strip()


def print_line(photo: Path, answer: Answer) -> None:
    """One line with the likeliest class and the verdict, or the error on stderr."""
    if isinstance(answer, PhotoError):
        print_error(photo, answer)
        return
    verdict = f"{answer.verdict:<9}  " if answer.verdict else ""
    print(f"{percent(answer.best.probability):>7}  {answer.best.name:<28}  {verdict}{readable_name(photo)}", flush=True)


def percent(share: float) -> str:
    """A probability in words that never claims certainty: 0.99999 → ">99.9 %"."""
    if share > 0.999:
        return ">99.9 %"
    return "<0.1 %" if share < 0.001 else f"{100 * share:.1f} %"
