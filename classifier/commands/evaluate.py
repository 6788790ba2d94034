"""python -m classifier evaluate: how right a checkpoint is on photos whose class is known."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from classifier.cli.help import TeachingFormatter
from classifier.cli.options import (
    DATA_DIR,
    add_checkpoint_option,
    add_device_option,
    flowers_root,
    learnt_from_valid,
    open_data,
)
from classifier.cli.verdict_tables import add_trust_options, measure_trust, print_trust, unknown_files
from classifier.data.collection import Collection, manifest_of, open_collection
from classifier.reports.report import Report, report_path, write_report, write_text

if TYPE_CHECKING:
    from classifier.inference.classifier import Classifier
    from classifier.training.loaders import Sample

EPILOG = """examples:
  python -m classifier evaluate --split udacity-test
  python -m classifier evaluate --checkpoint runs/first/best.safetensors --split valid --json
  python -m classifier evaluate --checkpoint runs/first/best.safetensors --report runs/first/report
  python -m classifier evaluate --report          what the site's page Model shows, beside the checkpoint
  python -m classifier evaluate --trust --unknown other-plants/       are “confident” and “unknown” what they claim?
  python -m classifier evaluate --report --unknown other-plants/ --unknown other-things/     the same, in the report

A report has, for every class, precision, recall and F1 with 95 % intervals, the confusion matrix, the most confused
pairs, the top losses, examples that are right, wrong and uncertain, how well calibrated the probabilities are, and the
curves of the training; of a calibrated checkpoint also what its verdicts and coverage sets are worth. In a folder it is
report.html, to be looked at without a network, and report.json.
"""
BESIDE = Path()
MOST_LISTED = 8


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "evaluate",
        help="measure a checkpoint on labelled photos",
        description="Measure how right a checkpoint is on one split of a set of photos.",
        epilog=EPILOG,
        formatter_class=TeachingFormatter,
    )
    add_checkpoint_option(parser)
    add_data_options(parser)
    parser.add_argument(
        "--tta", action="store_true", help="average over six views of each photo; takes six times as long"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument(
        "--report",
        type=Path,
        nargs="?",
        const=BESIDE,
        metavar="DIR|FILE.json",
        help="write a report: report.html and report.json into a folder, or the JSON alone into a file "
        "(without a value: beside the checkpoint, as NAME.report.json)",
    )
    add_trust_options(parser)
    add_device_option(parser)
    parser.set_defaults(run=main)


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """--data, --split and --batch-size, as `compare` has them too."""
    parser.add_argument(
        "--data", metavar="DIR|flowers102", help="the photos (default: those that the checkpoint was trained on)"
    )
    parser.add_argument(
        "--split",
        default="test",
        help="train, valid or test (default: test), of another split than the checkpoint's by its name: official-test",
    )
    parser.add_argument(
        "--batch-size", type=_at_least_1, default=32, metavar="N", help="photos at a time (default: 32)"
    )


def _at_least_1(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number, at least 1; got “{text}”")
    return int(text)


def main(args: argparse.Namespace) -> int:
    """Measure, print, and write the report. See `samples_of`, `Classifier.load` and `write_report` for the errors."""
    from classifier.evaluation.evaluate import collect, create_report
    from classifier.evaluation.verdicts import require_trust
    from classifier.inference.classifier import Classifier
    from classifier.training.loaders import check_classes, samples_of

    classifier = Classifier.load(args.checkpoint, device=args.device)
    collection = photos_of(args.data, classifier=classifier, checkpoint=args.checkpoint)
    split_name, split = parse_split(args.split, collection, classifier)
    samples = samples_of(collection, split_name=split_name, split=split)
    check_classes(collection, classifier.classes)
    warn_of_known(classifier, args.checkpoint, collection=collection, samples=samples)
    unknown, shows_trust = unknown_files(args.unknown), args.trust or (args.unknown and args.report is None)
    if shows_trust or unknown:
        require_trust(classifier, args.checkpoint)
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(f"{len(samples)} photos", total=len(samples))
        outcome = collect(
            classifier,
            samples,
            batch_size=args.batch_size,
            tta=args.tta,
            step=lambda done: progress.update(task, completed=done),
        )
    paths = {sample.image_id: sample.path for sample in samples}
    for image_id, reason in outcome.unreadable:
        print(f"left out: {paths[image_id]}: {reason}", file=sys.stderr)
    report = create_report(
        outcome, classifier=classifier, checkpoint=args.checkpoint, split_name=split_name, split=split, tta=args.tta
    )
    if shows_trust or (args.report is not None and classifier.has_trust and classifier.has_index):
        report = replace(report, trust=measure_trust(classifier, outcome, unknown=unknown))
    if args.json:
        print(json.dumps(report.trust.summary if report.trust and shows_trust else report.summary))
    elif report.trust and shows_trust:
        print_trust(report.trust, title=str(args.checkpoint))
    else:
        print_report(report)
    if args.report is not None:
        written = save(report, args.report, checkpoint=args.checkpoint, paths=paths)
        print(f"The report is in {' and '.join(map(str, written))}.", file=sys.stderr)
    return 0


def photos_of(data: str | None, *, classifier: "Classifier", checkpoint: Path) -> Collection:
    """The collection that --data names, else the one that the checkpoint was trained on. Photos that it was trained on
    stay in the split that they had then: another would measure it on photos that it has learnt."""
    if data is not None:
        own = manifest_of(checkpoint)
        if data != "flowers102" and own.is_file():
            from classifier.data.folders import files_since

            collection = replace(own_photos(classifier, checkpoint), root=Path(data).expanduser().absolute())
            later = files_since(collection)
            if later is not None:
                left_out = f" {later:,} files that came later are left out." if later else ""
                print(f"The photos are split as when {checkpoint} was trained ({own}).{left_out}", file=sys.stderr)
                return collection
        return open_data(data)
    return own_photos(classifier, checkpoint)


def own_photos(classifier: "Classifier", checkpoint: Path) -> Collection:
    """The collection that the checkpoint was trained on. See `open_collection` for the errors."""
    return open_collection(
        checkpoint_metadata=classifier.metadata,
        checkpoint_path=checkpoint,
        data_dir=DATA_DIR,
        flowers_root=flowers_root(),
    )


def parse_split(text: str, collection: Collection, classifier: "Classifier") -> tuple[str, str]:
    """ "udacity-test" → ("udacity", "test"); "test" is of the split that the checkpoint was trained with, if any."""
    *names, split = text.rsplit("-", 1)
    own = str((classifier.metadata.get("dataset") or {}).get("split"))
    return (names[0] if names else own if own in collection.split_names else collection.default_split), split


def warn_of_known(
    classifier: "Classifier", checkpoint: Path, *, collection: Collection, samples: "Sequence[Sample]"
) -> None:
    """Tell on stderr when the checkpoint learnt from photos that it is to be measured on."""
    dataset = classifier.metadata.get("dataset") or {}
    if dataset.get("name") != collection.name:
        return
    learnt = {"train", "valid"} if learnt_from_valid(classifier) else {"train"}
    photos = [collection.photo(sample.image_id) for sample in samples]
    parts = [photo.splits.get(str(dataset.get("split"))) for photo in photos if photo]
    known = sum(part in learnt for part in parts)
    if known:
        print(
            f"WARNING: {checkpoint} was trained on {known:,} of these {len(samples):,} photos; the figures promise "
            "more than it will keep on new ones.",
            file=sys.stderr,
        )
    before = sum((dataset.get("learnt_before") or {}).get(part, 0) for part in set(parts))
    if before and not known:
        print(
            f"WARNING: {checkpoint} was started from a checkpoint that had learnt from {before:,} of these "
            "photos, or nearly the same ones; the figures promise more than it will keep on new ones.",
            file=sys.stderr,
        )


def save(report: Report, target: Path, *, checkpoint: Path, paths: dict[int, Path]) -> list[Path]:
    """Write the report where --report says; returns the files."""
    if target == BESIDE:
        target = report_path(checkpoint)
    if target.suffix == ".json":
        write_report(target, report)
        return [target]
    from classifier.reports.page import create_page

    files = [target / "report.html", target / "report.json"]
    write_text(files[0], create_page(report, path_of=paths.get))
    write_report(files[1], report)
    return files


def print_report(report: Report) -> None:
    """The figures of the whole, the classes with the lowest F1, and the most confused pairs."""
    data, summary, console = report.data, report.summary, Console()
    low, high = summary["top1_interval"]
    table = Table(title=f"{report.checkpoint['name']} on {data['name']}, {data['split_name']} {data['split']}")
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_column("meaning")
    for name, meaning in {
        "n": "photos",
        "top1": f"the first answer is right (95 %: {100 * low:.1f} to {100 * high:.1f} %)",
        "top5": "the right answer is among the first five",
        "mean_class": "first answer right, mean over the classes",
        "nll": "negative log-likelihood in nats, 0 is perfect",
        "brier": "squared distance of the probabilities from the truth, 0 is perfect",
        "ece": "expected calibration error, 0 is perfect",
    }.items():
        value = summary[name]
        if name == "top5" and len(report.classes) <= 5:
            continue  # all there are
        table.add_row(name, str(value) if name in ("n", "nll", "brier") else f"{100 * value:.2f} %", meaning)
    console.print(table)
    weak = sorted(
        (each for each in report.per_class if each.f1 is not None and each.f1 < 1), key=lambda each: each.f1 or 0
    )
    if not weak:
        return
    table = Table(title=f"The weakest of {len(report.classes)} classes")
    for heading in ("class", "photos", "recall", "precision", "F1", "F1, 95 %"):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    for each in weak[:MOST_LISTED]:
        ends = f"{100 * each.f1_interval[0]:.0f}–{100 * each.f1_interval[1]:.0f}"
        shares = [_percent(share) for share in (each.recall, each.precision, each.f1)]
        table.add_row(report.labels[each.class_id].name, str(each.n), *shares, ends)
    console.print(table)
    table = Table(title="The most confused pairs")
    for heading in ("class", "called", "photos"):
        table.add_column(heading, justify="right" if heading == "photos" else "left")
    for pair in report.confusions[:MOST_LISTED]:
        table.add_row(report.labels[pair.class_id].name, report.labels[pair.answer_id].name, str(pair.count))
    console.print(table)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"
