"""python -m classifier evaluate: how right a checkpoint is on photos whose class is known."""

import argparse
import json
import sys

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from classifier.commands.common import add_checkpoint_option, add_device_option, open_data

EPILOG = """examples:
  python -m classifier evaluate --split udacity-test
  python -m classifier evaluate --checkpoint runs/first/best.safetensors --split udacity-valid --json
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "evaluate",
        help="measure a checkpoint on labelled photos",
        description="Measure how right a checkpoint is on one split of a set of photos.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_checkpoint_option(parser)
    parser.add_argument("--data", default="flowers102", help="the photos: flowers102 (default)")
    parser.add_argument(
        "--split", default="test", help="train, valid or test, of a named split if need be: udacity-test, official-test"
    )
    parser.add_argument("--batch-size", type=int, default=32, metavar="N")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    add_device_option(parser)
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Measure and print. See `datasets.samples_of` and `Classifier.load` for the errors."""
    from classifier.datasets import check_classes, samples_of
    from classifier.evaluation import collect, summarise
    from classifier.prediction import Classifier

    collection = open_data(args.data)
    *names, split = args.split.rsplit("-", 1)
    split_name = names[0] if names else collection.default_split
    samples = samples_of(collection, split_name=split_name, split=split)
    classifier = Classifier.load(args.checkpoint, device=args.device)
    check_classes(collection, classifier.classes)
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(f"{len(samples)} photos", total=len(samples))
        outcome = collect(
            classifier, samples, batch_size=args.batch_size, step=lambda done: progress.update(task, completed=done)
        )
    figures = summarise(outcome)
    if args.json:
        print(json.dumps(figures))
        return 0
    table = Table(title=f"{args.checkpoint.name} on {collection.name}, {split_name} {split}")
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_column("meaning")
    rows = {
        "n": "photos",
        "top1": "the first answer is right",
        "top5": "the right answer is among the first five",
        "mean_class": "first answer right, mean over the classes",
        "nll": "negative log-likelihood in nats, 0 is perfect",
        "ece": "expected calibration error, 0 is perfect",
    }
    for name, meaning in rows.items():
        value = figures[name]
        table.add_row(name, str(value) if name in ("n", "nll") else f"{100 * value:.2f} %", meaning)
    Console().print(table)
    return 0
