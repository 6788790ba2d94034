"""python -m classifier calibrate: fit how far answers can be trusted, and write it into the checkpoint."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from classifier.cli.help import TeachingFormatter
from classifier.cli.model_file import write_model_file
from classifier.cli.options import (
    add_checkpoint_option,
    add_device_option,
    add_engine_option,
    add_limit_options,
    add_set_options,
    elsewhere_set_of,
    photo_limits,
)
from classifier.cli.photos import make_index, photos_of, trained_split
from classifier.cli.printing import PlainConsole, warn
from classifier.cli.terminal import progress_bars
from classifier.errors import CheckpointError
from classifier.inference.engines.choosing import REFERENCE
from classifier.outputs.claims import claim
from classifier.outputs.kinds import CHECKPOINT, INDEX
from classifier.photos.finding import files_in

if TYPE_CHECKING:
    from classifier.data.collection import Collection
    from classifier.inference.classifier import Classifier
    from classifier.photos.streaming import Progress
    from classifier.predictions.neighbours import Index
    from classifier.predictions.verdicts import Calibration

EPILOG = """examples:
  python -m classifier calibrate
  python -m classifier calibrate --checkpoint runs/first/best.safetensors --unknown other-pictures/
  python -m classifier calibrate --elsewhere friends.csv --root friends/ --only part=aside

Fits, on the valid photos: the temperature of the probabilities, the coverage sets, and the verdicts “confident”,
“unsure” and “unknown”. The weights stay as they are. Makes the index of training photos too when none fits, and writes
the model file for quick engines again, which holds the calibration for other programs. The more pictures of other
things --unknown has, the better “unknown” is recognised; installed scikit-image and scikit-learn
lend theirs. Best is --elsewhere, other people's photos of the classes and of things that are none of them: then it
counts, too, how many of those known photos are turned away, and how many strangers get a name. A stranger whose kind
begins with “not” (“not-a-plant”) does not show the subject; any other may. After it: python -m classifier evaluate
--report, for the track record on the test photos.
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "calibrate",
        help="fit how far a checkpoint's answers can be trusted",
        description="Fit probabilities, verdicts and coverage sets, and write them into the checkpoint.",
        epilog=EPILOG,
        formatter_class=TeachingFormatter,
    )
    add_checkpoint_option(parser)
    parser.add_argument("--data", metavar="DIR|flowers102", help="the photos (default: those it was trained on)")
    parser.add_argument("--unknown", type=Path, metavar="DIR", help="pictures that show none of the classes")
    add_limit_options(parser)
    add_set_options(
        parser, "--elsewhere", "fit on photos by other people, too, which the checkpoint must not have learnt from"
    )
    add_device_option(parser)
    add_engine_option(parser, default=REFERENCE)
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Fit and write. See `Classifier.load`, `samples_of` and `save_checkpoint` for the errors."""
    from classifier.calibration.calibrate import calibrate, check_valid_is_unseen
    from classifier.calibration.fit import FEWEST_FOR_CONFIDENT
    from classifier.checkpoint import load_checkpoint, save_checkpoint
    from classifier.data.samples import samples_of
    from classifier.inference.classifier import Classifier
    from classifier.predictions.neighbours import index_path

    unknown = files_in(args.unknown) if args.unknown else []
    limits = photo_limits(args, args.checkpoint)
    classifier = Classifier.load(
        args.checkpoint, engine=args.engine, device=args.device, threads=1, limits=limits.image_limits, plain=True
    )
    claim(args.checkpoint, CHECKPOINT, option="--checkpoint", inputs=unknown)
    claim(index_path(args.checkpoint), INDEX, option="--checkpoint", inputs=[args.checkpoint, *unknown])
    elsewhere = elsewhere_set_of(args, classifier.classes)
    check_valid_is_unseen(classifier, name=str(args.checkpoint))  # before an index is made, which takes a while
    collection = photos_of(args.data, classifier=classifier, checkpoint=args.checkpoint, limits=limits)
    split_name = trained_split(classifier, collection)
    samples = samples_of(collection, split_name=split_name, split="valid")
    with progress_bars() as progress:
        index = _index(classifier, collection, checkpoint=args.checkpoint, progress=progress)
        calibration = calibrate(
            classifier,
            samples,
            index,
            split=f"{split_name}-valid",
            unknown=unknown,
            elsewhere=elsewhere.photos if elsewhere else (),
            progress=progress,
            warn=warn,
        )
    checkpoint = load_checkpoint(args.checkpoint)
    metadata = replace(checkpoint.metadata, calibration=calibration, warnings=())
    save_checkpoint(args.checkpoint, checkpoint.state, metadata)
    _print(calibration, args.checkpoint)
    write_model_file(args.checkpoint, option="--checkpoint")
    photos = calibration.fitted_on.photos if calibration.fitted_on else 0
    if photos < FEWEST_FOR_CONFIDENT:
        warn(
            f"WARNING: {photos:,} valid photos are too few to promise much by ({FEWEST_FOR_CONFIDENT} are needed): no "
            "answer is called confident, and lists are long. Add photos, or give valid a larger share "
            "(split --ratios 0.7 0.2 0.1), and train again."
        )
    return 0


def _index(classifier: "Classifier", collection: "Collection", *, checkpoint: Path, progress: "Progress") -> "Index":
    """The index that fits; made when there is none."""
    from classifier.predictions.neighbours import index_path, load_index

    try:
        weights = classifier.weights
        return load_index(index_path(checkpoint), weights_digest=weights.digest, head_shape=weights.head.shape)
    except CheckpointError:
        return make_index(classifier, collection, checkpoint=checkpoint, progress=progress)


def _print(calibration: "Calibration", checkpoint: Path) -> None:
    sure, photos = calibration.sure_from, calibration.fitted_on.photos if calibration.fitted_on else 0
    table = Table(title=f"{checkpoint}, calibrated on {photos} photos", show_header=False)
    table.add_row("temperature", f"{calibration.temperature:.3f}", "what the logits are divided by")
    table.add_row(
        "nothing of the sort below", f"{calibration.subject_from:.3f}", "probability that it shows such a thing at all"
    )
    table.add_row("unknown below", f"{calibration.known_from:.3f}", "probability that it is one of the classes")
    table.add_row(
        "confident from", f"{sure:.3f}" if sure <= 1 else "never", "probability that it does and the answer is right"
    )
    table.add_row("coverage", f"{calibration.coverage.coverage:.0%}", "how often the set holds the right class")
    PlainConsole().print(table)
