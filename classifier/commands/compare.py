"""python -m classifier compare: two checkpoints on the same photos."""

import argparse
from pathlib import Path
from typing import Any

from rich.table import Table

from classifier.cli.help import TeachingFormatter
from classifier.cli.options import (
    add_data_options,
    add_device_option,
    add_engine_option,
    add_limit_options,
    photo_limits,
)
from classifier.cli.photos import parse_split, photos_of, warn_of_known
from classifier.cli.printing import PlainConsole, print_as_json, warn
from classifier.cli.terminal import progress_bars
from classifier.inference.engines.choosing import REFERENCE
from classifier.reports.numbers import hundred_range, percent

EPILOG = """example:
  python -m classifier compare checkpoints/flowers102.safetensors runs/second/best.safetensors --split udacity-valid

Both see the same photos, so what counts is where only one of them is right: the exact McNemar test says how likely such
a difference is if both are equally good. Speed is measured on one photo at a time, in turn.
"""
# The usual line; below it, a difference is hardly chance.
SIGNIFICANT = 0.05


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "compare",
        help="compare two checkpoints on the same photos",
        description="Compare two checkpoints on one split: accuracy with a paired test, speed, size.",
        epilog=EPILOG,
        formatter_class=TeachingFormatter,
    )
    parser.add_argument("first", type=Path, metavar="A", help="a .safetensors file")
    parser.add_argument("second", type=Path, metavar="B", help="another, to compare with it")
    add_data_options(parser)
    parser.add_argument("--tta", action="store_true", help="average over six views of each photo")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    add_limit_options(parser)
    add_device_option(parser)
    add_engine_option(parser, default=REFERENCE)
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Measure both and print. See `samples_of`, `check_classes` and `Classifier.load` for the errors."""
    from classifier.data.samples import check_classes, samples_of
    from classifier.evaluation.comparison import compare_classifiers
    from classifier.evaluation.metrics import summarise
    from classifier.files import file_digest
    from classifier.inference.classifier import Classifier

    paths = [args.first, args.second]
    limits = photo_limits(args, paths[0])
    classifiers = [
        Classifier.load(path, engine=args.engine, device=args.device, limits=limits.image_limits) for path in paths
    ]
    collection = photos_of(args.data, classifier=classifiers[0], checkpoint=paths[0], limits=limits)
    split_name, split = parse_split(args.split, collection, classifiers[0])
    samples = samples_of(collection, split_name=split_name, split=split)
    for classifier, path in zip(classifiers, paths, strict=True):
        check_classes(collection, classifier.classes)
        warn_of_known(classifier, path, collection=collection, samples=samples)
    first, second = classifiers
    with progress_bars() as progress:
        compared = compare_classifiers(
            first,
            second,
            samples,
            tta=args.tta,
            batch_size=args.batch_size,
            names=(f"A: {paths[0].name}", f"B: {paths[1].name}"),
            progress=progress,
            warn=warn,
        )
    counts, speed = compared.counts, compared.speed
    sides: list[dict[str, Any]] = [
        {
            "checkpoint": str(path),
            "fingerprint": file_digest(path),
            "backbone": classifier.metadata.backbone,
            "input_size": classifier.input_size,
            "parameters": classifier.weights.parameters,
            "bytes": path.stat().st_size,
            **summarise(outcome),
        }
        for path, classifier, outcome in zip(paths, classifiers, compared.outcomes, strict=True)
    ]
    result = {
        "data": collection.name,
        "split": f"{split_name}-{split}",
        "n": counts.n,
        "a": {**sides[0], "ms_per_photo": speed and round(speed.first_ms, 2)},
        "b": {**sides[1], "ms_per_photo": speed and round(speed.second_ms, 2)},
        "both_right": counts.both,
        "only_a_right": counts.only_first,
        "only_b_right": counts.only_second,
        "both_wrong": counts.neither,
        "mcnemar_p": float(f"{counts.p_value:.4g}"),
        "time_ratio": speed and round(speed.ratio, 3),
    }
    if args.json:
        print_as_json(result)
    else:
        print_comparison(result)
    return 0


def print_comparison(result: dict[str, Any]) -> None:
    """A column each, then what the test says."""
    a, b = result["a"], result["b"]
    table = Table(title=f"{result['n']} photos of {result['data']}, {result['split']}")
    table.add_column("")
    for name, side, other in (("A", a, b), ("B", b, a)):
        path = Path(side["checkpoint"])
        same = path.name == Path(other["checkpoint"]).name  # as of all runs that leave --output out
        table.add_column(f"{name}: {Path(path.parent.name) / path.name if same else path.name}", justify="right")
    rows = {
        "top-1": lambda side: percent(side["top1"], 2),
        "top-1, 95 %": lambda side: hundred_range(side["top1_interval"], 1, between=" to "),
        "top-5": lambda side: percent(side["top5"], 2),
        "mean per class": lambda side: percent(side["mean_class"], 2),
        "loss (nats)": lambda side: f"{side['nll']:.4f}",
        "calibration error": lambda side: percent(side["ece"], 2),
        "one photo": lambda side: f"{side['ms_per_photo']:.1f} ms" if side["ms_per_photo"] else "–",
        "parameters": lambda side: f"{side['parameters'] / 1e6:.2f} million",
        "file": lambda side: f"{side['bytes'] / 1e6:.1f} MB",
        "backbone": lambda side: f"{side['backbone']}, {side['input_size']} px",
    }
    for name, show in rows.items():
        table.add_row(name, show(a), show(b))
    PlainConsole().print(table)
    print(
        f"Both right on {result['both_right']}, only A on {result['only_a_right']}, only B on "
        f"{result['only_b_right']}, neither on {result['both_wrong']}.\n{describe_test(result)}"
    )
    if result["time_ratio"]:
        print(f"B takes {result['time_ratio']:.2f} times as long as A (one photo at a time, measured in turn).")


def describe_test(result: dict[str, Any]) -> str:
    """What the McNemar test says, in a sentence."""
    p, a, b = result["mcnemar_p"], result["only_a_right"], result["only_b_right"]
    shown = f"p = {p:.3g}, exact McNemar test"
    if p < SIGNIFICANT:
        return f"{'A' if a > b else 'B'} is better, and hardly by chance ({shown})."
    return f"These photos do not show that one is better ({shown})."
