"""python -m classifier index: remember the training photos, so that answers can show the most similar ones."""

import argparse

from classifier.cli.help import TeachingFormatter
from classifier.cli.options import (
    add_checkpoint_option,
    add_device_option,
    add_engine_option,
    add_limit_options,
    photo_limits,
)
from classifier.cli.photos import make_index, photos_of
from classifier.cli.terminal import progress_bars
from classifier.inference.engines.choosing import REFERENCE
from classifier.outputs.claims import claim
from classifier.outputs.kinds import INDEX

EPILOG = """examples:
  python -m classifier index
  python -m classifier index --checkpoint runs/first/best.safetensors

The index is next to the checkpoint, as NAME.index.safetensors. It holds no pixels: embeddings, image ids and a hash.
It belongs to the weights: after training, make it again. “calibrate” does it when there is none that fits.
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "index",
        help="index the training photos of a checkpoint",
        description="Index the photos that a checkpoint was trained on, for similar photos and verdicts.",
        epilog=EPILOG,
        formatter_class=TeachingFormatter,
    )
    add_checkpoint_option(parser)
    parser.add_argument("--data", metavar="DIR|flowers102", help="the photos (default: those it was trained on)")
    add_limit_options(parser)
    add_device_option(parser)
    add_engine_option(parser, default=REFERENCE)
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Make the index. See `Classifier.load`, `samples_of` and `save_index` for the errors."""
    from classifier.inference.classifier import Classifier
    from classifier.predictions.neighbours import index_path

    path = index_path(args.checkpoint)
    claim(path, INDEX, option="--checkpoint", inputs=[args.checkpoint])
    limits = photo_limits(args, args.checkpoint)
    classifier = Classifier.load(
        args.checkpoint, engine=args.engine, device=args.device, threads=1, limits=limits.image_limits, plain=True
    )
    collection = photos_of(args.data, classifier=classifier, checkpoint=args.checkpoint, limits=limits)
    with progress_bars() as progress:
        index = make_index(classifier, collection, checkpoint=args.checkpoint, progress=progress)
    print(f"{path} holds {len(index.image_ids)} photos in {path.stat().st_size / 1e6:.1f} MB.")
    return 0
