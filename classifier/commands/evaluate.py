"""python -m classifier evaluate: how right a checkpoint is on photos whose class is known."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.cli.help import TeachingFormatter
from classifier.cli.options import (
    SOURCES_SHOWN,
    add_checkpoint_option,
    add_data_options,
    add_device_option,
    add_engine_option,
    add_force_option,
    add_limit_options,
    add_verdict_options,
    add_wild_options,
    photo_limits,
    unknown_files,
    wild_set_of,
)
from classifier.cli.photos import parse_split, photos_of, warn_of_known
from classifier.cli.printing import print_as_json, warn
from classifier.cli.terminal import print_report, print_verdicts, progress_bars
from classifier.cli.trust_tables import print_targets, print_wild
from classifier.inference.engines.choosing import REFERENCE
from classifier.outputs.claims import claim
from classifier.outputs.kinds import REPORT_JSON, REPORT_PAGE
from classifier.outputs.names import readable_name
from classifier.photos.limits import DEFAULT_LIMITS, ImageLimits
from classifier.reports.report import Report, report_path, write_report, write_text
from classifier.reports.trust.targets import judge_targets

if TYPE_CHECKING:
    from classifier.data.elsewhere.photo_set import PhotoSet
    from classifier.inference.classifier import Classifier

EPILOG = """examples:
  python -m classifier evaluate --split udacity-test
  python -m classifier evaluate --checkpoint runs/first/best.safetensors --split valid --json
  python -m classifier evaluate --checkpoint runs/first/best.safetensors --report runs/first/report
  python -m classifier evaluate --report          what the site's page Model shows, beside the checkpoint
  python -m classifier evaluate --trust --unknown other-plants/       are “confident” and “unknown” what they claim?
  python -m classifier evaluate --report --unknown other-plants/ --unknown other-things/     the same, in the report
  python -m classifier evaluate --wild friends/       other people's photos, by a table or folders: names and verdicts
  python -m classifier evaluate --wild photos.csv --root friends/ --only part=test --by author     rows of a table
  python -m classifier evaluate --report --wild friends/       all of it in the report

A report has, for every class, precision, recall and F1 with 95 % intervals, the confusion matrix, the most confused
pairs, the top losses, examples that are right, wrong and uncertain, how well calibrated the probabilities are, and the
curves of the training; of a calibrated checkpoint also what its verdicts and coverage sets are worth. In a folder it is
report.html, to be looked at without a network, and report.json.

Intervals of photos from elsewhere draw whole sources by chance where the table names ten or more (a cluster bootstrap),
since photos of one source are alike; else single photos (Wilson's, and a bootstrap for means). A photo counts as right
for any of its classes, and to the mean over the classes for the first of them.
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
    add_wild_options(parser)
    add_limit_options(parser)
    add_device_option(parser)
    add_engine_option(parser, default=REFERENCE)
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Measure, print, and write the report. See `samples_of`, `Classifier.load` and `write_report` for the errors."""
    from classifier.data.samples import samples_of
    from classifier.evaluation.evaluate import evaluate
    from classifier.inference.classifier import Classifier

    targets = report_files(args.report, args.checkpoint) if args.report is not None else []
    for target in targets:
        kind = REPORT_JSON if target.suffix == ".json" else REPORT_PAGE
        claim(target, kind, option="--report", inputs=[args.checkpoint], force=args.force)
    limits = photo_limits(args, args.checkpoint)
    classifier = Classifier.load(
        args.checkpoint, engine=args.engine, device=args.device, threads=1, limits=limits.image_limits
    )
    wild = wild_set_of(args, classifier.classes)
    if wild and not (args.trust or args.unknown or args.report is not None):
        return measure_alone(args, classifier, wild)
    collection = photos_of(args.data, classifier=classifier, checkpoint=args.checkpoint, limits=limits)
    split_name, split = parse_split(args.split, collection, classifier)
    samples = samples_of(collection, split_name=split_name, split=split)
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
            wild=wild,
            # Without a report, nobody would see verdicts that were not asked for.
            verdicts=True if shows_verdicts else None if args.report is not None else False,
            tta=args.tta,
            batch_size=args.batch_size,
            progress=progress,
            warn=warn,
        )
    if args.json:
        values = verdict_values(report) if shows_verdicts else report.summary
        print_as_json({**values, "wild": report.wild.to_dict()} if report.wild else values)
    elif report.verdicts and shows_verdicts:
        print_verdicts(report.verdicts, title=str(args.checkpoint))
        print_targets(report.targets)
    else:
        print_report(report)
    if report.wild and not args.json:
        print_wild(report.wild, title=args.checkpoint.name, sources=rows_of(args))
    if targets:
        paths = {sample.image_id: sample.path for sample in samples}
        save(report, targets, paths=paths, limits=limits.image_limits)
        print(f"The report is in {' and '.join(map(readable_name, targets))}.", file=sys.stderr)
    return 0


def measure_alone(args: argparse.Namespace, classifier: "Classifier", wild: "PhotoSet") -> int:
    """Measure photos from elsewhere alone, and print the figures."""
    from classifier.evaluation.wild import measure_wild

    if not (classifier.is_calibrated and classifier.has_index):
        warn("There are no figures of verdicts: run “python -m classifier calibrate” for this checkpoint first.")
    with progress_bars() as progress:
        report = measure_wild(classifier, wild, batch_size=args.batch_size, progress=progress, warn=warn)
    targets = judge_targets(None, report)
    if args.json:
        print_as_json({**report.to_dict(), "targets": [target.to_dict() for target in targets]})
    else:
        print_wild(report, title=args.checkpoint.name, sources=rows_of(args))
        print_targets(targets)
    return 0


def rows_of(args: argparse.Namespace) -> int:
    """How many sources are printed."""
    return SOURCES_SHOWN if args.sources is None else int(args.sources)


def verdict_values(report: Report) -> dict[str, object]:
    """What --trust prints as JSON: the figures, and whether the targets of the lists are met."""
    summary = report.verdicts.summary if report.verdicts else {}
    return {**summary, "targets": [target.to_dict() for target in report.targets]}


def report_files(target: Path, checkpoint: Path) -> list[Path]:
    """Files of the report that --report asks for."""
    if target == BESIDE:
        return [report_path(checkpoint)]
    return [target] if target.suffix == ".json" else [target / "report.html", target / "report.json"]


def save(
    report: Report, targets: Sequence[Path], *, paths: Mapping[int, Path], limits: ImageLimits = DEFAULT_LIMITS
) -> None:
    """Write the report to each of its files: a page, or JSON. `paths`: image id → photo, for the page."""
    from classifier.reports.page import create_page

    for target in targets:
        if target.suffix == ".json":
            write_report(target, report)
        else:
            write_text(target, create_page(report, path_of=paths.get, limits=limits))
