"""python -m classifier evaluate: how right a checkpoint is on photos whose class is known."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from classifier.cli.help import TeachingFormatter
from classifier.cli.options import (
    add_checkpoint_option,
    add_data_options,
    add_device_option,
    add_force_option,
    add_verdict_options,
    unknown_files,
)
from classifier.cli.photos import parse_split, photos_of, warn_of_known
from classifier.cli.printing import print_as_json, warn
from classifier.cli.terminal import print_report, print_verdicts, progress_bars
from classifier.cli.trust_tables import print_targets
from classifier.outputs.claims import claim
from classifier.outputs.kinds import REPORT_JSON, REPORT_PAGE
from classifier.outputs.names import readable_name
from classifier.reports.report import Report, report_path, write_report, write_text

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


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
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
        "--tta",
        action="store_true",
        help="average over six views of each photo; takes six times as long, and leaves verdicts as they are",
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
    add_force_option(parser)
    add_verdict_options(parser)
    add_device_option(parser)
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Measure, print, and write the report. See `samples_of`, `Classifier.load` and `write_report` for the errors."""
    from classifier.data.samples import check_classes, samples_of
    from classifier.evaluation.evaluate import evaluate
    from classifier.inference.classifier import Classifier

    targets = report_files(args.report, args.checkpoint) if args.report is not None else []
    for target in targets:
        kind = REPORT_JSON if target.suffix == ".json" else REPORT_PAGE
        claim(target, kind, option="--report", inputs=[args.checkpoint], force=args.force)
    classifier = Classifier.load(args.checkpoint, device=args.device)
    collection = photos_of(args.data, classifier=classifier, checkpoint=args.checkpoint)
    split_name, split = parse_split(args.split, collection, classifier)
    samples = samples_of(collection, split_name=split_name, split=split)
    check_classes(collection, classifier.classes)
    warn_of_known(classifier, args.checkpoint, collection=collection, samples=samples)
    unknown = unknown_files(args.unknown)
    shows_verdicts = bool(args.trust or (unknown and args.report is None))
    with progress_bars() as progress:
        report = evaluate(
            classifier,
            samples,
            checkpoint=args.checkpoint,
            split_name=split_name,
            split=split,
            unknown=unknown,
            # Without a report, nobody would see verdicts that were not asked for.
            verdicts=True if shows_verdicts else None if args.report is not None else False,
            tta=args.tta,
            batch_size=args.batch_size,
            progress=progress,
            warn=warn,
        )
    if args.json:
        print_as_json(verdict_values(report) if shows_verdicts else report.summary)
    elif report.verdicts and shows_verdicts:
        print_verdicts(report.verdicts, title=str(args.checkpoint))
        print_targets(report.targets)
    else:
        print_report(report)
    if targets:
        save(report, targets, paths={sample.image_id: sample.path for sample in samples})
        print(f"The report is in {' and '.join(map(readable_name, targets))}.", file=sys.stderr)
    return 0


def verdict_values(report: Report) -> dict[str, object]:
    """What --trust prints as JSON: the figures, and whether the targets of the lists are met."""
    summary = report.verdicts.summary if report.verdicts else {}
    return {**summary, "targets": [target.to_dict() for target in report.targets]}


def report_files(target: Path, checkpoint: Path) -> list[Path]:
    """Files of the report that --report asks for."""
    if target == BESIDE:
        return [report_path(checkpoint)]
    return [target] if target.suffix == ".json" else [target / "report.html", target / "report.json"]


def save(report: Report, targets: Sequence[Path], *, paths: Mapping[int, Path]) -> None:
    """Write the report to each of its files: a page, or JSON. `paths`: image id → photo, for the page."""
    from classifier.reports.page import create_page

    for target in targets:
        if target.suffix == ".json":
            write_report(target, report)
        else:
            write_text(target, create_page(report, path_of=paths.get))
