"""evaluate --trust: are the verdicts, the probabilities and the coverage sets what they claim to be?"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from classifier.cli.options import progress_bar
from classifier.errors import SettingError, UnreadableFile

if TYPE_CHECKING:
    from classifier.evaluation.evaluate import Outcome
    from classifier.inference.classifier import Classifier
    from classifier.reports.verdict_report import TrustReport

MEANINGS = {
    "n": "photos whose class is known",
    "ece": "expected calibration error, 0 is perfect",
    "confident_share": "answers that are called confident",
    "confident_precision": "confident answers that are right",
    "coverage": "photos whose coverage set holds the right class",
    "list_coverage": "unsure answers whose list holds the right class",
    "set_size": "classes in a coverage set, on average",
    "known_kept": "photos that are not turned away as unknown",
    "unknown_n": "pictures that show none of the classes",
    "unknown_rejected": "of them, turned away as unknown",
    "auroc": "a known photo is more familiar than an unknown picture",
}
_NO_SHARES = ("n", "set_size", "unknown_n")


def add_trust_options(parser: argparse.ArgumentParser) -> None:
    """--trust and --unknown."""
    parser.add_argument(
        "--trust", action="store_true", help="print how right verdicts, probabilities and coverage sets are instead"
    )
    parser.add_argument(
        "--unknown",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="pictures that show none of the classes, for --trust and --report; give it again for another kind",
    )


def unknown_files(folders: Sequence[Path]) -> dict[str, list[Path]]:
    """What the pictures of each folder show, by its name ("other-plants" → "other plants"), and its files.

    Raises:
        UnreadableFile: a folder holds no file. SettingError: two have the same name.
    """
    found: dict[str, list[Path]] = {}
    for folder in folders:
        name = folder.resolve().name.replace("-", " ") or "other pictures"
        if name in found:
            raise SettingError(f"Two folders of unknown pictures are called “{name}”; --unknown tells them by name.")
        found[name] = files_in(folder)
    return found


def measure_trust(
    classifier: "Classifier", outcome: "Outcome", *, unknown: Mapping[str, Sequence[Path]]
) -> "TrustReport":
    """What `outcome`, of photos whose class is known, and the pictures that show none of the classes tell of trust.

    Raises:
        CheckpointError: the checkpoint is not calibrated. UnreadableFile: no picture of a kind can be read.
    """
    from classifier.evaluation.verdicts import create_trust_report, judge, judge_files, require_trust

    trust, _ = require_trust(classifier)
    if outcome.looks is None:
        raise ValueError("an outcome of `collect` has looks")
    logits, embeddings = outcome.looks
    known = judge(classifier, logits=logits, embeddings=embeddings, positions=outcome.targets.numpy())
    strangers = {}
    for name, files in unknown.items():
        with progress_bar(name) as bar:
            strangers[name], unreadable = judge_files(classifier, files, step=lambda done: bar(done, len(files)))  # noqa: B023
        for sentence in unreadable:
            print(f"left out: {sentence}", file=sys.stderr)
    return create_trust_report(known, strangers, promised=trust.coverage.coverage)


def print_trust(report: "TrustReport", *, title: str) -> None:
    """The figures as a table; of several kinds of unknown pictures, a table more."""
    figures = report.summary
    table = Table(title=f"How far {title} can be trusted")
    for heading in ("figure", "value", "meaning"):
        table.add_column(heading, justify="right" if heading == "value" else "left")
    for name, meaning in MEANINGS.items():
        value = figures[name]
        shown = "–" if value is None else f"{value:g}" if name in _NO_SHARES else f"{100 * value:.2f} %"
        table.add_row(name, shown, meaning)
    Console().print(table)
    if len(report.unknown) < 2:
        return
    table = Table(title="The unknown pictures by kind")
    for heading in ("folder", "pictures", "turned away", "called confident", "auroc"):
        table.add_column(heading, justify="left" if heading == "folder" else "right")
    for group in report.unknown:
        shares = [f"{100 * group.verdicts[verdict] / group.n:.1f} %" for verdict in ("unknown", "confident")]
        table.add_row(group.name, f"{group.n:,}", *shares, f"{100 * (group.auroc or 0):.2f} %")
    Console().print(table)


def files_in(folder: Path) -> list[Path]:
    """Every file below the folder but hidden ones, in order.

    Raises:
        UnreadableFile: there is none.
    """
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not found:
        raise UnreadableFile(f"The folder {folder} holds no file. Name a folder with pictures of other things.")
    return found
