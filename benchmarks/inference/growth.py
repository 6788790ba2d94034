"""How an answer's cost grows with the classes and with the photos of the index; without the network."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks.predict import timed
from benchmarks.report.machine import memory_gb
from benchmarks.report.parts import Options
from benchmarks.report.records import Result, Table
from benchmarks.report.targets import number
from classifier.checkpoint import Checkpoint, load_checkpoint
from classifier.data.labels import LabelClass
from classifier.inference.engines.choosing import AUTO, Request, choose_engine
from classifier.inference.threads import hold_blas_to_one_thread
from classifier.predictions.neighbours import MOST_COMPONENTS, Index
from classifier.predictions.postprocessing import NetworkOutput, Postprocessor
from classifier.predictions.verdicts import Calibration

# Photos in the index, and classes: those of the Oxford flowers, ten times as many, and what a large collection has.
SIZES = ((6_552, 102), (6_552, 1_000), (65_000, 102), (65_000, 1_000), (65_000, 10_000), (1_000_000, 10_000))
ROUNDS = 15
# Of a row while the index is prepared: coordinates in float32 twice, and twice in float64 for the covariance.
BYTES_A_ROW = MOST_COMPONENTS * (4 + 4 + 8 + 8)
SPREAD = 0.8  # how far photos lie from their class's centre: photos of one class then have cosines of about 0.6
TOP_K = 5


@dataclass(frozen=True)
class Cost:
    """Median ms of an answer, and what comes before the first.

    prepare_s: for the covariances and means that are computed once.
    cosines_ms, verdict_ms, neighbours_ms: cosines with all photos; those and all else that a verdict needs; similar
        photos, copies and candidates.
    """

    prepare_s: float
    cosines_ms: float
    verdict_ms: float
    neighbours_ms: float


def measure(options: Options) -> Result:
    """Measure each size that fits into the free memory."""
    hold_blas_to_one_thread()  # as when photos are answered
    checkpoint = load_checkpoint(options.checkpoint)
    calibration, width = checkpoint.metadata.calibration, checkpoint.weights.head.shape[1]
    if calibration is None:
        return Result(notes=(f"Not measured: {options.checkpoint.name} has no calibration to make verdicts with.",))
    rows, notes = [], []
    for photos, classes in SIZES[:2] if options.quick else SIZES:
        needed, free = photos * BYTES_A_ROW / 1e9, memory_gb("MemAvailable")
        if needed > free:
            notes.append(f"{photos:,} photos take {needed:.1f} GB to prepare; {free:.1f} GB were free.")
            continue
        options.say(f"  {photos:,} photos of {classes:,} classes")
        rows.append(row(photos, classes, cost(photos, classes, calibration, width, rounds=options.rounds(ROUNDS))))
    columns = (
        *("photos", "classes", "coordinates, MB", "prepared once, s", "all cosines, ms", "verdict, ms"),
        *("neighbours, ms", "both, ms"),
    )
    notes.insert(0, f"A pass of the network takes {number(pass_ms(checkpoint, options))} ms here, to compare with.")
    return Result((Table("Time of an answer after the network", columns, tuple(rows)),), notes=tuple(notes))


def row(photos: int, classes: int, found: Cost) -> tuple[str, ...]:
    megabytes = photos * MOST_COMPONENTS * 4 / 1e6
    both = found.verdict_ms + found.neighbours_ms
    times = (found.prepare_s, found.cosines_ms, found.verdict_ms, found.neighbours_ms, both)
    return f"{photos:,}", f"{classes:,}", number(megabytes), *map(number, times)


def cost(photos: int, classes: int, calibration: Calibration, width: int, *, rounds: int) -> Cost:
    """What an answer costs with so many photos and classes; `width`: of the embedding."""
    index = random_index(photos, classes, width)
    labels = tuple(LabelClass(number + 1, f"class {number + 1}") for number in range(classes))
    head = np.zeros((classes, width), dtype=np.float32)
    postprocessor = Postprocessor(labels, head, calibration=calibration, index=index)
    outputs = random_outputs(rounds + 1, index, classes)
    prepare_s = timed(partial(postprocessor.assess, outputs[0]), lambda: None)
    times = [answer(postprocessor, index, output) for output in outputs[1:]]
    return Cost(prepare_s, *(1000 * statistics.median(column) for column in zip(*times, strict=True)))


def answer(postprocessor: Postprocessor, index: Index, output: NetworkOutput) -> tuple[float, float, float]:
    """Seconds for the cosines with all photos, for the verdict (cosines included), and for the neighbours."""
    started = time.perf_counter()
    index.similarities(output.embeddings)
    compared = time.perf_counter()
    assessment = postprocessor.assess(output)
    assessed = time.perf_counter()
    postprocessor.predict(output, assessment, top_k=TOP_K)
    return compared - started, assessed - compared, time.perf_counter() - assessed


def random_index(photos: int, classes: int, width: int) -> Index:
    """An index of embeddings that lie around their class's centre, as those of a network do.

    Args:
        photos: rows.
        classes: as evenly filled as can be.
        width: of the embedding.
    """
    random = np.random.default_rng(photos + classes)
    dimensions = min(MOST_COMPONENTS, width)
    positions = np.arange(photos) % classes
    coordinates = random.standard_normal((photos, dimensions), dtype=np.float32)
    coordinates *= SPREAD
    coordinates += random.standard_normal((classes, dimensions), dtype=np.float32)[positions]
    coordinates /= np.linalg.norm(coordinates, axis=1, keepdims=True)
    components = np.linalg.qr(random.standard_normal((width, dimensions)))[0].T.astype(np.float32)
    hashes = random.integers(0, 256, (photos, 32), dtype=np.uint8)
    return Index(coordinates, components, np.arange(photos), positions, hashes, weights_digest="random")


def random_outputs(count: int, index: Index, classes: int) -> Sequence[NetworkOutput]:
    """Passes over one photo each, which look like photos of the index; crops are noise."""
    random = np.random.default_rng(count)
    rows = random.integers(0, len(index.coordinates), count)
    found = []
    for row_number in rows:
        near = index.coordinates[row_number] + 0.3 * random.standard_normal(index.coordinates.shape[1]) / 16
        embedding = (near @ index.components).astype(np.float32)[None]
        logits = random.standard_normal((1, classes), dtype=np.float32)
        logits[0, index.positions[row_number]] += 10
        found.append(NetworkOutput(logits, embedding, random.standard_normal((1, 3, 288, 288), dtype=np.float32)))
    return found


def pass_ms(checkpoint: Checkpoint, options: Options) -> float:
    """Median ms of one pass over one photo by the engine that the site would choose, on one core."""
    engine = choose_engine(AUTO, Request(checkpoint, options.checkpoint, device="cpu", threads=1)).engine
    side = checkpoint.metadata.preprocessing.input_size
    picture = np.zeros((1, 3, side, side), dtype=np.float32)
    work = partial(engine.run, picture)
    return 1000 * statistics.median(timed(work, lambda: None) for _ in range(options.rounds(ROUNDS)))
