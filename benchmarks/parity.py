"""Do the engines say the same as PyTorch? Every photo of a split through each, compared with the reference.

    python -m benchmarks.parity                        the test photos of the checkpoint's split; needs the photos
    python -m benchmarks.parity --engines openvino-bf16 --split udacity-valid
    python -m benchmarks --only parity                 the same as the first, for docs/performance.md

Ends with 1 where an engine falls short: single precision has to give every probability within 0.001 and always the same
first name; bfloat16 the same first name for 99.8 % of the photos, and the same verdict for 99.5 %. An engine that
cannot run here is said to, and is an error only where it was named.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.report.parts import Options
from benchmarks.report.printing import print_result
from benchmarks.report.records import Result, Table
from classifier.cli.options import add_checkpoint_option
from classifier.cli.photos import own_photos, parse_split
from classifier.data.samples import Sample, samples_of
from classifier.errors import ClassifierError, EngineError, SettingError
from classifier.inference.batch import look_at_all
from classifier.inference.classifier import Classifier
from classifier.inference.engines.choosing import ENGINES, REFERENCE

MOST_DIFFERENCE = 1e-3  # of a probability, in single precision
SAME_NAME, SAME_VERDICT = 0.998, 0.995  # shares, in bfloat16
SPLIT, QUICK_PHOTOS = "test", 40


@dataclass(frozen=True)
class Answers:
    """Answers to N photos: probabilities (N, C), and verdicts, None where there are none."""

    probabilities: NDArray[np.float32]
    verdicts: list[str | None]


@dataclass(frozen=True)
class Parity:
    """How far answers are from the reference's.

    difference: the largest of a probability.
    names, verdicts: shares of the photos with the same first name and with the same verdict.
    """

    difference: float
    names: float
    verdicts: float

    def is_enough(self, engine: str) -> bool:
        """Whether an engine of that precision may differ so far."""
        if engine.endswith("bf16"):
            return self.names >= SAME_NAME and self.verdicts >= SAME_VERDICT
        return self.difference <= MOST_DIFFERENCE and self.names == 1


def answer(classifier: Classifier, samples: Sequence[Sample]) -> Answers:
    """Answer all photos that can be read."""
    shares, verdicts = [], []
    for looked in look_at_all(classifier, samples, path_of=lambda sample: sample.path):
        if looked.assessment:
            shares.append(looked.assessment.probabilities)
            verdicts += [verdict for verdict, _ in looked.assessment.verdicts or [(None, None)] * len(looked.seen)]
    return Answers(np.concatenate(shares), verdicts)


def measure(options: Options) -> Result:
    """Compare all engines that run here on the test photos."""
    return compare(options.checkpoint, None, SPLIT, most=QUICK_PHOTOS if options.quick else None)


def compare(checkpoint: Path, engines: Sequence[str] | None, split: str, *, most: int | None = None) -> Result:
    """Compare engines with the reference: a table, and the figure `falls_short`, how many engines do.

    Args:
        checkpoint: with its model file next to it.
        engines: which; by default (None) all that run here.
        split: as for evaluate.
        most: photos; by default all.

    Raises:
        SettingError, EngineError: an engine that was named cannot run here.
        ClassifierError: there are no photos.
    """
    reference = Classifier.load(checkpoint, engine=REFERENCE, device="cpu")
    collection = own_photos(reference, checkpoint)
    name, part = parse_split(split, collection, reference)
    samples = list(samples_of(collection, split_name=name, split=part))[:most]
    wanted = answer(reference, samples)
    rows, found = [], dict[str, Parity]()
    for engine in engines or [engine for engine in ENGINES if engine != REFERENCE]:
        try:
            classifier = Classifier.load(checkpoint, engine=engine, device="cpu")
        except (EngineError, SettingError):
            if engines:
                raise
            rows.append((engine, "cannot run here", "", "", ""))
            continue
        found[engine] = differences(answer(classifier, samples), wanted)
        rows.append(row(engine, found[engine]))
    title = f"{checkpoint.name} on {len(wanted.verdicts):,} photos of {name}-{part}, compared with {REFERENCE}"
    columns = ("", "largest difference of a probability", "same first name", "same verdict", "enough")
    figures = {"falls_short": float(sum(not parity.is_enough(engine) for engine, parity in found.items()))}
    return Result((Table(title, columns, tuple(rows)),), figures if found else {})


def differences(got: Answers, wanted: Answers) -> Parity:
    """How far one is from the other."""
    difference = float(np.abs(got.probabilities - wanted.probabilities).max())
    names = float((got.probabilities.argmax(axis=1) == wanted.probabilities.argmax(axis=1)).mean())
    verdicts = float(np.mean([ours == theirs for ours, theirs in zip(got.verdicts, wanted.verdicts, strict=True)]))
    return Parity(difference, names, verdicts)


def row(engine: str, found: Parity) -> tuple[str, ...]:
    enough = "yes" if found.is_enough(engine) else "no"
    return engine, f"{found.difference:.1e}", f"{found.names:.2%}", f"{found.verdicts:.2%}", enough


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_checkpoint_option(parser)
    others = [engine for engine in ENGINES if engine != REFERENCE]
    parser.add_argument("--engines", nargs="+", choices=others, help="which (default: all that run here)")
    parser.add_argument("--split", default=SPLIT, help=f"as for evaluate (default: {SPLIT})")
    args = parser.parse_args(arguments)
    try:
        found = compare(args.checkpoint, args.engines, args.split)
    except ClassifierError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print_result(found)
    return 1 if found.figures.get("falls_short") else 0


if __name__ == "__main__":
    sys.exit(main())
