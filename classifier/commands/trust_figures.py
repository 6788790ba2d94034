"""evaluate --trust: are the verdicts, the probabilities and the coverage sets what they claim to be?"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from classifier.commands.common import progress_bar
from classifier.errors import UnreadableFile

if TYPE_CHECKING:
    from classifier.datasets import Sample
    from classifier.prediction import Classifier

MEANINGS = {
    "n": "photos whose class is known",
    "ece": "expected calibration error, 0 is perfect",
    "confident_share": "answers that are called confident",
    "confident_precision": "confident answers that are right",
    "coverage": "photos whose coverage set holds the right class",
    "set_size": "classes in a coverage set, on average",
    "known_kept": "photos that are not turned away as unknown",
    "unknown_n": "pictures that show none of the classes",
    "unknown_rejected": "of them, turned away as unknown",
    "auroc": "a known photo is more familiar than an unknown picture",
}
_NO_SHARES = ("n", "set_size", "unknown_n")


def add_trust_options(parser: argparse.ArgumentParser) -> None:
    """--trust and --unknown."""
    parser.add_argument("--trust", action="store_true", help="measure verdicts, calibration and coverage sets instead")
    parser.add_argument(
        "--unknown", type=Path, metavar="DIR", help="with --trust: pictures that show none of the classes"
    )


def measure_trust(
    classifier: "Classifier", samples: "Sequence[Sample]", *, unknown: Path | None, as_json: bool, title: str
) -> int:
    """Measure and print; 0.

    Raises:
        CheckpointError: the checkpoint is not calibrated. UnreadableFile: the folder of unknown pictures is empty.
    """
    from classifier.trust_evaluation import judge, look_at_files, look_at_samples, require_trust, summarise_trust

    require_trust(classifier)
    files = files_in(unknown) if unknown else []
    with progress_bar("photos") as bar:
        seen, unreadable = look_at_samples(classifier, samples, step=lambda done: bar(done, len(samples)))
    known, strange = judge(classifier, seen), None
    if files:
        with progress_bar("unknown pictures") as bar:
            others, also = look_at_files(classifier, files, step=lambda done: bar(done, len(files)))
        unreadable += also
        strange = judge(classifier, others)
    for sentence in unreadable:
        print(f"left out: {sentence}", file=sys.stderr)
    figures = summarise_trust(known, strange)
    if as_json:
        print(json.dumps(figures))
        return 0
    table = Table(title=f"How far {title} can be trusted")
    for heading in ("figure", "value", "meaning"):
        table.add_column(heading, justify="right" if heading == "value" else "left")
    for name, meaning in MEANINGS.items():
        value = figures[name]
        shown = "–" if value is None else f"{value:g}" if name in _NO_SHARES else f"{100 * value:.2f} %"
        table.add_row(name, shown, meaning)
    Console().print(table)
    return 0


def files_in(folder: Path) -> list[Path]:
    """Every file below the folder but hidden ones, in order.

    Raises:
        UnreadableFile: there is none.
    """
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not found:
        raise UnreadableFile(f"The folder {folder} holds no file. Name a folder with pictures of other things.")
    return found
