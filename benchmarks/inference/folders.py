"""Folders and big photos: how far reading keeps an engine busy, and what a 12 MP photo costs in each format.

python -m benchmarks --only folders
"""

import io
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PIL import Image

from benchmarks.inference.engines import random_pictures
from benchmarks.photos import SQUARE_PX, WIDE_PX, Photos, choose_photos
from benchmarks.predict import PHONE_PX
from benchmarks.report.parts import Options
from benchmarks.report.records import Result, Table
from benchmarks.report.targets import number
from classifier.errors import EngineError, SettingError
from classifier.inference.batch import predict_many, suitable_batch
from classifier.inference.classifier import Classifier
from classifier.inference.engines import EngineOutput, Floats
from classifier.inference.engines.choosing import ENGINES
from classifier.machine import usable_cores
from classifier.photos.limits import MIB, ImageLimits
from classifier.photos.streaming import map_ahead

PHOTOS, KINDS = 60, 6  # files in the folder, and how many different ones
ROUNDS = 5
LIMITS = ImageLimits(max_bytes=64 * MIB)  # an unpacked TIFF of 12 MP has 36
# Pillow's names, with what phones, cameras and programs usually write.
FORMATS: dict[str, tuple[str, dict[str, object]]] = {
    "JPEG": ("JPEG", {"quality": 90}),
    "JPEG, progressive": ("JPEG", {"quality": 90, "progressive": True}),
    "PNG": ("PNG", {"compress_level": 6}),
    "WebP": ("WEBP", {"quality": 85, "method": 0}),
    "HEIC": ("HEIF", {"quality": 70}),
    "HEIC with a small copy inside": ("HEIF", {"quality": 70, "thumbnails": [512]}),
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
        """The engine's part of the processor time: the share if no core ever waits."""
        return self.engine.cpu_ms / self.folder.cpu_ms


class CountingEngine:
    """An engine that counts the pictures that it runs; `count` is read when none is running."""

    def __init__(self, classifier: Classifier) -> None:
        self._engine = classifier.engine
        self.name, self.device = self._engine.name, self._engine.device
        self._sizes: list[int] = []

    @property
    def count(self) -> int:
        """How many so far."""
        return sum(self._sizes)

    def run(self, batch: Floats) -> EngineOutput:
        """One pass."""
        self._sizes.append(len(batch))
        return self._engine.run(batch)


def measure(options: Options) -> Result:
    """Measure a folder with each engine that runs here, the quickest first, and big photos with the quickest."""
    rows, notes, figures = [], [], {}
    big: Table | None = None
    for name in ENGINES:
        try:
            classifier = Classifier.load(options.checkpoint, engine=name, device="cpu", threads=1, limits=LIMITS)
        except (EngineError, SettingError) as error:
            notes.append(f"Not measured: {name}. {error}")
            continue
        for looks, chosen in photos_by_looks(classifier, options.checkpoint).items():
            with folder_of(chosen.jpegs, 8 if options.quick else PHOTOS) as paths:
                speed = measure_folder(classifier, paths, rounds=options.rounds(ROUNDS))
            rows.append(row(name, looks, speed))
            notes += [chosen.note] if chosen.note not in ("", *notes) else []
            figures = figures or {"share": 100 * speed.share, "highest_share": 100 * speed.highest_share}
        if big is None:
            (jpeg,) = choose_photos(classifier, options.checkpoint, "unsure", size=PHONE_PX, count=1).jpegs
            big, figures["jpeg_ms"] = measure_formats(classifier, jpeg, rounds=options.rounds(ROUNDS))
        options.say(f"  {name}")
    rates = ("photos/s", "engine alone, photos/s", "share", "at most")
    columns = ("", "photos", "passes a photo", *rates, "ms of one core", "of these the engine")
    title = f"A folder of photos with a short side of {SQUARE_PX[1]} px on {usable_cores()} cores"
    return Result((Table(title, columns, tuple(rows)), *([big] if big else [])), figures, tuple(notes))


def photos_by_looks(classifier: Classifier, checkpoint: Path) -> dict[str, Photos]:
    """Photos that get one look, and photos that get two, by what they are called in the table."""
    return {
        "square, confident": choose_photos(classifier, checkpoint, "confident", size=SQUARE_PX, count=KINDS),
        "wide, unsure": choose_photos(classifier, checkpoint, "unsure", size=WIDE_PX, count=KINDS),
    }


def row(name: str, photos: str, speed: FolderSpeed) -> tuple[str, ...]:
    rates = (1000 / spent.wall_ms for spent in (speed.folder, speed.engine))
    shares = (f"{share:.0%}" for share in (speed.share, speed.highest_share))
    costs = (spent.cpu_ms for spent in (speed.folder, speed.engine))
    return (name, photos, number(speed.passes), *map(number, rates), *shares, *map(number, costs))


def measure_folder(classifier: Classifier, paths: Sequence[Path], *, rounds: int) -> FolderSpeed:
    """Predict a folder and run the engine alone for as many passes, in turn; the best round of each counts."""
    counting = CountingEngine(classifier)
    counted = Classifier(counting, classifier.metadata, classifier.weights, postprocessor=classifier.postprocessor)
    folders, alone, passes = [], [], 0
    for _ in range(rounds + 1):
        before = counting.count
        folders.append(timed(lambda: sum(1 for _ in predict_many(counted, paths)), len(paths)))
        passes = counting.count - before
        alone.append(time_engine(classifier, passes, photos=len(paths)))
    return FolderSpeed(best(folders[1:]), best(alone[1:]), passes / len(paths))  # the first round warms up


def time_engine(classifier: Classifier, passes: int, *, photos: int) -> Spent:
    """Run an engine alone for so many pictures, prepared before, by as many threads as a folder is looked at by."""
    size = suitable_batch(classifier)
    pictures = [random_pictures(size, classifier.input_size)] * max(1, passes // size)
    return timed(lambda: sum(1 for _ in map_ahead(classifier.engine.run, pictures)), photos)


def best(rounds: Sequence[Spent]) -> Spent:
    """The least of each time: what else the machine does only ever adds."""
    return Spent(min(spent.wall_ms for spent in rounds), min(spent.cpu_ms for spent in rounds))


def timed(work: Callable[[], object], photos: int) -> Spent:
    """Time some work, by the clock and in processor time, for each of so many photos."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(1000 * (time.perf_counter() - wall) / photos, 1000 * (time.process_time() - cpu) / photos)


@contextmanager
def folder_of(jpegs: Sequence[bytes], count: int) -> Iterator[list[Path]]:
    """A folder of so many files with these photos in turn."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number}.jpg") for number in range(count)]
        for number, path in enumerate(paths):
            path.write_bytes(jpegs[number % len(jpegs)])
        yield paths


def measure_formats(classifier: Classifier, jpeg: bytes, *, rounds: int) -> tuple[Table, float]:
    """What a big photo costs in each format; beside the table, that of a JPEG in ms."""
    photo = Image.open(io.BytesIO(jpeg))
    rows, costs = [], []
    for name, (kind, options) in FORMATS.items():
        buffer = io.BytesIO()
        photo.save(buffer, kind, **options)
        data = buffer.getvalue()
        whole, reading = (
            best([timed(partial(work, data), 1) for _ in range(rounds)]).cpu_ms
            for work in (lambda data: classifier.predict([data]), classifier.open)
        )
        costs.append(whole)
        width, height = classifier.open(data).size
        looks = 1 + classifier.predict([data])[0].whole_photo_seen
        sizes = f"{width} × {height}", str(looks)
        rows.append((name, number(len(data) / 1e6), number(whole), number(reading), *sizes))
    title = f"A photo of {photo.width} × {photo.height} px from the bytes to the answer, by {classifier.engine.name}"
    columns = ("", "MB", "ms of one core", "of these reading", "read as", "looks")
    return Table(title, columns, tuple(rows)), costs[list(FORMATS).index("JPEG")]
