"""python -m classifier export: the network as a file for other programs."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.cli.help import TeachingFormatter
from classifier.cli.options import add_checkpoint_option, add_force_option
from classifier.cli.photos import own_photos
from classifier.errors import DatasetError, PhotoError, SettingError
from classifier.inference.engines.model_file import model_path
from classifier.outputs.claims import claim
from classifier.outputs.kinds import ONNX, PT2

if TYPE_CHECKING:
    from PIL import Image

    from classifier.inference.classifier import Classifier

EPILOG = """examples:
  python -m classifier export                                        the model file, next to the checkpoint
  python -m classifier export --output flowers.onnx
  python -m classifier export --checkpoint runs/first/best.safetensors --format pt2 --output first.pt2

Input: "images", (N, 3, S, S) floats for any N. Outputs: probabilities, logits, embedding, feature_map. The class names
and how to make photos ready are in the file, as JSON under the key "florascope": in ONNX's metadata_props
(onnxruntime: session.get_modelmeta().custom_metadata_map), or in the extra files of a .pt2 (torch.export.load).
"""
# Enough to see that photos, too, are answered alike.
REAL_PHOTOS = 8


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "export",
        help="write a checkpoint for other programs (ONNX, PyTorch's .pt2)",
        description="Write the network for other programs, and check on the spot that it answers as the original does.",
        epilog=EPILOG,
        formatter_class=TeachingFormatter,
    )
    add_checkpoint_option(parser)
    parser.add_argument("--format", choices=("onnx", "pt2"), help="default: by the ending of --output, else onnx")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="where to (.onnx or .pt2; default: next to the checkpoint, where the quick engines look for it)",
    )
    add_force_option(parser)
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Export and check. See `export.export` and `Classifier.load` for the errors."""
    if args.output is None:
        args.output = model_path(args.checkpoint).with_suffix(f".{args.format or 'onnx'}")
    kind = args.format or args.output.suffix.removeprefix(".")
    if kind not in ("onnx", "pt2"):
        raise SettingError("Say --format onnx or --format pt2, or let --output end in .onnx or .pt2.")
    if args.output.suffix in (".onnx", ".pt2") and args.output.suffix != f".{kind}":
        raise SettingError(f"--format {kind} and --output {args.output} contradict each other; leave --format out.")
    claim(args.output, {"onnx": ONNX, "pt2": PT2}[kind], inputs=[args.checkpoint], force=args.force)
    from classifier.inference.classifier import Classifier
    from classifier.inference.export import export

    classifier = Classifier.load(args.checkpoint, device="cpu")
    photos = some_photos(classifier, args.checkpoint)
    started = time.perf_counter()
    check = export(classifier, args.output, kind=kind, photos=photos)
    print(
        f"{args.output}: {args.output.stat().st_size / 1e6:.1f} MB, written and checked in "
        f"{time.perf_counter() - started:.0f} s.\n"
        f"On {check.n - check.real} random inputs and {check.real} photos the largest difference to the original is "
        f"{check.probability:.1e} in a probability and {check.logit:.1e} of the largest logit; all answers agree."
    )
    if not check.real:
        print("No photo of the data set is on this machine; only random inputs were compared.")
    return 0


def some_photos(classifier: "Classifier", checkpoint: Path, *, most: int = REAL_PHOTOS) -> "list[Image.Image]":
    """A few of the photos that the checkpoint was trained on, spread over the classes; none if they are not here."""
    try:
        collection = own_photos(classifier, checkpoint)
    except DatasetError:
        return []
    found = []
    for photo in collection.photos[:: max(1, len(collection.photos) // most)][:most]:
        path = collection.path(photo)
        try:
            found += [classifier.open(path)] if path else []
        except PhotoError:
            continue
    return found
