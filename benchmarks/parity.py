"""Do the engines say the same as PyTorch? Every photo of a split through each, compared with the reference.

    python -m benchmarks.parity                        the test photos of the checkpoint's split; needs the photos
    python -m benchmarks.parity --engines openvino-bf16 --split udacity-valid

Ends with 1 where an engine falls short: single precision has to give every probability within 0.001 and always the same
first name; bfloat16 the same first name for 99.8 % of the photos, and the same verdict for 99.5 %.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from classifier.cli.options import add_checkpoint_option
from classifier.cli.photos import own_photos, parse_split
from classifier.cli.printing import PlainConsole
from classifier.data.samples import Sample, samples_of
from classifier.errors import ClassifierError
from classifier.inference.batch import look_at_all
from classifier.inference.classifier import Classifier
from classifier.inference.engines.choosing import ENGINES, REFERENCE

MOST_DIFFERENCE = 1e-3  # of a probability, in single precision
SAME_NAME, SAME_VERDICT = 0.998, 0.995  # shares, in bfloat16


@dataclass(frozen=True)
class Answers:
    """Answers to N photos: probabilities (N, C), and verdicts, None where there are none."""

    probabilities: NDArray[np.float32]
    verdicts: list[str | None]


def answer(classifier: Classifier, samples: list[Sample]) -> Answers:
    """Answer all photos that can be read."""
    shares, verdicts = [], []
    for looked in look_at_all(classifier, samples, path_of=lambda sample: sample.path):
        if looked.assessment:
            shares.append(looked.assessment.probabilities)
            verdicts += [verdict for verdict, _ in looked.assessment.verdicts or [(None, None)] * len(looked.seen)]
    return Answers(np.concatenate(shares), verdicts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_checkpoint_option(parser)
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES), default=[e for e in ENGINES if e != REFERENCE])
    parser.add_argument("--split", default="test", help="as for evaluate (default: test)")
    args = parser.parse_args()
    try:
        return compare(args.checkpoint, args.engines, args.split)
    except ClassifierError as error:
        sys.exit(f"error: {error}")


def compare(checkpoint: Path, engines: list[str], split: str) -> int:
    """Compare engines with the reference and print a table; 1 where one falls short."""
    reference = Classifier.load(checkpoint, engine=REFERENCE, device="cpu")
    collection = own_photos(reference, checkpoint)
    name, part = parse_split(split, collection, reference)
    samples = list(samples_of(collection, split_name=name, split=part))
    wanted = answer(reference, samples)
    first = wanted.probabilities.argmax(axis=1)
    table = Table(title=f"{checkpoint.name} on {len(first):,} photos of {name}-{part}, compared with {REFERENCE}")
    for column in ("engine", "largest difference of a probability", "same first name", "same verdict", "enough"):
        table.add_column(column, justify="left" if column == "engine" else "right")
    failed = 0
    for engine in engines:
        got = answer(Classifier.load(checkpoint, engine=engine), samples)
        difference = float(np.abs(got.probabilities - wanted.probabilities).max())
        names = float((got.probabilities.argmax(axis=1) == first).mean())
        verdicts = float(np.mean([ours == theirs for ours, theirs in zip(got.verdicts, wanted.verdicts, strict=True)]))
        rounded = engine.endswith("bf16")
        enough = (
            names >= SAME_NAME and verdicts >= SAME_VERDICT if rounded else difference <= MOST_DIFFERENCE and names == 1
        )
        failed += not enough
        table.add_row(engine, f"{difference:.1e}", f"{names:.2%}", f"{verdicts:.2%}", "yes" if enough else "no")
    PlainConsole().print(table)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
