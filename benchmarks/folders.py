"""Folders and big photos: how busy reading keeps the engine, and what a 12 MP photo costs in each format.

    python -m benchmarks.folders                                  both, of drawn photos; some minutes
    python -m benchmarks.folders --engine openvino --photos 400   another engine, longer rounds
    python -m benchmarks.folders --only formats --rounds 5

Of a folder, the share counts: the time that the engine alone takes for the passes of the network that a folder needs,
on prepared batches, by the time that `predict_many` takes for the folder. The two take turns. Where all cores do both,
it cannot be higher than the engine's part of the work, which stands beside it: the same in processor time. The engine
alone is also timed with other batches and all cores a pass, since it could be slow alone and so make a share look good.

Of big photos, the milliseconds of one core from the bytes to the answer, and how many of these go into reading.
"""

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from rich.table import Table

from benchmarks.predict import PHONE_PX, make_photo
from classifier.cli.options import add_checkpoint_option
from classifier.cli.printing import PlainConsole
from classifier.errors import ClassifierError
from classifier.inference.batch import predict_many, suitable_batch
from classifier.inference.classifier import Classifier
from classifier.inference.engines import EngineOutput, Floats
from classifier.inference.engines.choosing import AUTO, ENGINES
from classifier.photos.limits import MIB, ImageLimits
from classifier.photos.streaming import map_ahead

FOLDER_PX = (667, 500)
LIMITS = ImageLimits(max_bytes=64 * MIB)  # an unpacked TIFF of 12 MP has 36
# Pillow's names, with what phones, cameras and programs usually write.
FORMATS: dict[str, tuple[str, dict[str, object]]] = {
    "JPEG": ("JPEG", {"quality": 90}),
    "JPEG, progressive": ("JPEG", {"quality": 90, "progressive": True}),
    "PNG": ("PNG", {"compress_level": 6}),
    "WebP": ("WEBP", {"quality": 85, "method": 0}),
    "HEIC": ("HEIF", {"quality": 70}),
    "HEIC with a small copy": ("HEIF", {"quality": 70, "thumbnails": [512]}),
    "AVIF": ("AVIF", {"quality": 70, "speed": 10}),
    "TIFF": ("TIFF", {}),
    "TIFF, packed as JPEG": ("TIFF", {"compression": "jpeg", "quality": 90}),
    "TIFF, packed by LZW": ("TIFF", {"compression": "tiff_lzw"}),
}


@dataclass(frozen=True)
class Spent:
    """Time spent on a photo, in ms: by the clock, and by all cores together."""

    wall_ms: float
    cpu_ms: float


@dataclass(frozen=True)
class FolderSpeed:
    """Speed of a folder: its photos, the engine alone for the same passes, and how many passes a photo took."""

    folder: Spent
    engine: Spent
    passes: float

    @property
    def share(self) -> float:
        """Of the engine's own rate, by the clock."""
        return self.engine.wall_ms / self.folder.wall_ms

    @property
    def highest_share(self) -> float:
        """The engine's part of the processor time: the share when no core ever waits."""
        return self.engine.cpu_ms / self.folder.cpu_ms


class CountingEngine:
    """An engine that counts the pictures that it runs."""

    def __init__(self, classifier: Classifier) -> None:
        self._engine, self.rows = classifier.engine, 0
        self.name, self.device = self._engine.name, self._engine.device

    def run(self, batch: Floats) -> EngineOutput:
        """One pass."""
        self.rows += len(batch)
        return self._engine.run(batch)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=(AUTO, *ENGINES), default=AUTO)
    parser.add_argument("--photos", type=int, default=200, help="in the folder (default: 200)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (default: 5)")
    parser.add_argument("--only", choices=("folder", "formats"), help="one of the two")
    add_checkpoint_option(parser)
    args = parser.parse_args(arguments)
    if min(args.photos, args.rounds) < 1:
        parser.error("--photos and --rounds are at least 1")
    try:
        classifier = Classifier.load(args.checkpoint, engine=args.engine, device="cpu", threads=1, limits=LIMITS)
        if args.only != "formats":
            show_folder(classifier, args.checkpoint, photos=args.photos, rounds=args.rounds)
        if args.only != "folder":
            show_formats(classifier, rounds=args.rounds)
    except ClassifierError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def show_folder(classifier: Classifier, checkpoint: Path, *, photos: int, rounds: int) -> None:
    """Measure a folder and the engine alone, and print both."""
    batch = suitable_batch(classifier)
    with drawn_folder(photos) as paths:
        speed = measure_folder(classifier, paths, rounds=rounds)
    name = f"{classifier.engine.name}, {os.cpu_count()} cores"
    table = Table(
        title=f"{photos} photos of {FOLDER_PX[0]} × {FOLDER_PX[1]} px, {speed.passes:.2f} passes each, {name}"
    )
    for column in ("", "photos a second", "ms of one core a photo"):
        table.add_column(column, justify="right" if column else "left")
    for words, spent in (("predict_many", speed.folder), (f"engine alone, batches of {batch}", speed.engine)):
        table.add_row(words, f"{1000 / spent.wall_ms:.1f}", f"{spent.cpu_ms:.1f}")
    PlainConsole().print(table)
    print(f"Share of the engine's own rate: {speed.share:.0%}; at most {speed.highest_share:.0%} on these cores.\n")
    table = Table(title=f"One pass of {name}, by batch: ms of one core a picture, ms by the clock")
    for column in ("cores a pass", "batch", "cores'", "clock"):
        table.add_column(column, justify="right")
    for threads in (1, None):
        other = Classifier.load(checkpoint, engine=classifier.engine.name, device="cpu", threads=threads, plain=True)
        for size in (1, 4, 16):
            spent = min((time_engine(other, photos, batch_size=size) for _ in range(rounds)), key=lambda s: s.wall_ms)
            table.add_row(str(threads or os.cpu_count()), str(size), f"{spent.cpu_ms:.1f}", f"{spent.wall_ms:.1f}")
    PlainConsole().print(table)


def measure_folder(classifier: Classifier, paths: Sequence[Path], *, rounds: int) -> FolderSpeed:
    """Predict a folder and run the engine alone for as many passes, in turn; the best round of each counts."""
    counting = CountingEngine(classifier)
    counted = Classifier(counting, classifier.metadata, classifier.weights, postprocessor=classifier.postprocessor)
    found: list[tuple[Spent, Spent]] = []
    for _ in range(rounds + 1):  # the first does not count
        counting.rows = 0
        folder = timed(lambda: sum(1 for _ in predict_many(counted, paths)), len(paths))
        alone = time_engine(classifier, counting.rows, batch_size=suitable_batch(classifier))
        passes = counting.rows / len(paths)
        found.append((folder, Spent(alone.wall_ms * passes, alone.cpu_ms * passes)))
    folder, engine = (best(column) for column in zip(*found[1:], strict=True))
    return FolderSpeed(folder, engine, passes)


def best(rounds: Sequence[Spent]) -> Spent:
    """The least of each: what else the machine does only ever adds."""
    return Spent(min(spent.wall_ms for spent in rounds), min(spent.cpu_ms for spent in rounds))


def time_engine(classifier: Classifier, pictures: int, *, batch_size: int) -> Spent:
    """Run an engine alone on prepared batches, by as many threads as a folder is read by."""
    side, passes = classifier.input_size, max(1, pictures // batch_size)
    batch = np.random.default_rng(0).normal(size=(batch_size, 3, side, side)).astype(np.float32)
    classifier.engine.run(batch)
    return timed(lambda: sum(1 for _ in map_ahead(classifier.engine.run, [batch] * passes)), passes * batch_size)


def timed(work: Callable[[], object], photos: int) -> Spent:
    """Time some work, by the clock and in processor time, for each of so many photos."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(1000 * (time.perf_counter() - wall) / photos, 1000 * (time.process_time() - cpu) / photos)


@contextmanager
def drawn_folder(photos: int) -> Iterator[list[Path]]:
    """A folder of drawn JPEGs."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number}.jpg") for number in range(photos)]
        for path in paths:
            path.write_bytes(make_photo(FOLDER_PX))
        yield paths


def show_formats(classifier: Classifier, *, rounds: int) -> None:
    """Print what a big photo costs in each format."""
    table = Table(title=f"A photo of {PHONE_PX[0]} × {PHONE_PX[1]} px, from the bytes to the answer, in ms of one core")
    for column in ("format", "MB", "in all", "reading", "read as"):
        table.add_column(column, justify="left" if column == "format" else "right")
    photo = Image.open(io.BytesIO(make_photo(PHONE_PX)))
    for name, (kind, options) in FORMATS.items():
        buffer = io.BytesIO()
        photo.save(buffer, kind, **options)
        data = buffer.getvalue()
        whole = best([timed(partial(classifier.predict, [data]), 1) for _ in range(rounds)])
        reading = best([timed(partial(classifier.open, data), 1) for _ in range(rounds)])
        width, height = classifier.open(data).size
        size = f"{width} × {height}"
        table.add_row(name, f"{len(data) / 1e6:.1f}", f"{whole.cpu_ms:.0f}", f"{reading.cpu_ms:.0f}", size)
    PlainConsole().print(table)


if __name__ == "__main__":
    sys.exit(main())
