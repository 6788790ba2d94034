"""Pairs of ways to compute the same, timed side by side in one run on one machine.

    python benchmarks/predict.py [--checkpoint FILE] [--rounds 20]    or: python -m benchmarks --only predict

The two of a pair take turns, so that whatever else the machine does meets both. What counts is the ratio: the times
say as much about the machine as about the code.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.photos import choose_photos
from benchmarks.report.parts import Options
from benchmarks.report.printing import print_result
from benchmarks.report.records import Result, Table
from benchmarks.report.targets import number
from classifier import Classifier, ClassifierError
from classifier.cli.options import add_checkpoint_option
from classifier.machine import usable_cores
from classifier.photos.reading import open_image

PHONE_PX = (4000, 3000)
SHRUNK_PX = (1024, 768)  # what the site's pages make of such a photo before they send it
BATCH = 8
ROUNDS = 20


@dataclass(frozen=True)
class Pair:
    """Two ways to the same; `prepare_*` run before each turn and are not timed."""

    first_name: str
    second_name: str
    first: Callable[[], object]
    second: Callable[[], object]
    prepare_first: Callable[[], object] = lambda: None
    prepare_second: Callable[[], object] = lambda: None


@dataclass(frozen=True)
class Comparison:
    """Median times in ms, and how many times as long the first takes: median and quartiles over the rounds."""

    first_ms: float
    second_ms: float
    ratio: float
    ratio_low: float
    ratio_high: float

    @property
    def ratio_text(self) -> str:
        """The ratio with its quartiles, for a table."""
        return f"{number(self.ratio)} ({number(self.ratio_low)}-{number(self.ratio_high)})"


def compare(pair: Pair, *, rounds: int) -> Comparison:
    """Time both in turns, `rounds` (at least 2) times each, after one turn that does not count."""
    times: list[tuple[float, float]] = []
    for turn in range(rounds + 1):
        first, second = timed(pair.first, pair.prepare_first), timed(pair.second, pair.prepare_second)
        if turn:
            times.append((first, second))
    low, middle, high = statistics.quantiles((first / second for first, second in times), n=4, method="inclusive")
    first_ms, second_ms = (1000 * statistics.median(column) for column in zip(*times, strict=True))
    return Comparison(first_ms, second_ms, middle, low, high)


def timed(work: Callable[[], object], prepare: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    prepare()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def make_pairs(classifier: Classifier, checkpoint: Path) -> list[Pair]:
    """Pairs, about a photo that gets a confident answer, and so one look, where there is such a photo."""
    import torch

    size = classifier.input_size
    large, shrunk = (
        choose_photos(classifier, checkpoint, "confident", size=px, count=1).jpegs[0] for px in (PHONE_PX, SHRUNK_PX)
    )
    ready = classifier.open(shrunk)
    cores = usable_cores()
    pairs = [
        Pair(
            f"decode a phone's photo ({len(large) / 1e6:.1f} MB) whole",
            f"decode it at the size that {size} px need",
            partial(open_image, large),
            partial(open_image, large, draft_px=size),
        ),
        Pair(
            "predict a phone's photo",
            f"predict it shrunk to {SHRUNK_PX[0]} px, as the site's pages send it",
            partial(classifier.predict, [large]),
            partial(classifier.predict, [shrunk]),
        ),
        Pair(
            f"predict {BATCH} pictures one by one",
            f"predict {BATCH} pictures in one batch",
            lambda: [classifier.predict([ready]) for _ in range(BATCH)],
            partial(classifier.predict, [ready] * BATCH),
        ),
        Pair(
            "predict, with verdict, similar photos and track record (where the checkpoint has them)",
            "predict, plain",
            partial(classifier.predict, [shrunk]),
            partial(Classifier(classifier.engine, classifier.metadata, classifier.weights).predict, [shrunk]),
        ),
    ]
    if cores > 1:
        one_picture = partial(classifier.predict, [ready])
        threads = (partial(torch.set_num_threads, count) for count in (1, cores))
        pairs.append(Pair("predict with 1 thread", f"predict with {cores} threads", one_picture, one_picture, *threads))
        # One answer before each that counts: what slows an answer down is BLAS still spinning after the one before it.
        blas = (partial(_answer_with_blas_threads, count, one_picture) for count in (cores, 1))
        pairs.append(
            Pair(
                f"predict while NumPy's BLAS has {cores} threads",
                "predict while it has one, as Classifier.load sets it",
                one_picture,
                one_picture,
                *blas,
            )
        )
    return pairs


def _answer_with_blas_threads(count: int, answer: Callable[[], object]) -> None:
    threadpool_limits(count, user_api="blas")
    time.sleep(0.1)  # until the threads of the turn before hold still
    answer()


def measure(options: Options) -> Result:
    """Compare all pairs, with PyTorch."""
    classifier = Classifier.load(options.checkpoint, device="cpu")
    return Result((compare_pairs(make_pairs(classifier, options.checkpoint), rounds=options.rounds(ROUNDS // 2)),))


def compare_pairs(pairs: Sequence[Pair], *, rounds: int) -> Table:
    """Two rows a pair; the ratio is in the second."""
    rows = []
    for pair in pairs:
        found = compare(pair, rounds=rounds)
        rows.append((pair.first_name, number(found.first_ms), ""))
        rows.append((pair.second_name, number(found.second_ms), found.ratio_text))
    return Table("", ("", "median ms", "first ÷ second"), tuple(rows))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"turns each of the two takes (default: {ROUNDS})")
    add_checkpoint_option(parser)
    args = parser.parse_args(arguments)
    if args.rounds < 2:
        parser.error("--rounds is at least 2")
    try:
        classifier = Classifier.load(args.checkpoint, device="cpu")
    except ClassifierError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    note = "In brackets: the middle half of the rounds. Other work on this machine changes the figures."
    print_result(Result((compare_pairs(make_pairs(classifier, args.checkpoint), rounds=args.rounds),), notes=(note,)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
