"""Further photos on the command line: --also and --strangers, and what is said of them."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classifier.cli.terminal import list_left_out, progress_bar
from classifier.data.collection import Collection
from classifier.data.further.reading import Further, read_further
from classifier.errors import SettingError
from classifier.reports.numbers import how_often
from classifier.training.processes import is_first_process, world_size
from classifier.training.settings import check_needed_photos

if TYPE_CHECKING:
    from classifier.training.plan import TrainingPlan


def add_further_options(parser: argparse.ArgumentParser) -> None:
    """Add --also and --strangers."""
    for option, help in (
        (
            "--also",
            "further photos of the classes, only to learn from: a folder with one folder of photos a class, or a .csv "
            "with the columns file and class_ids, class_id or class; give it again for more",
        ),
        (
            "--strangers",
            "pictures of anything that is none of the classes, to learn not to name them: a folder, or a .csv with the "
            "column file; give it again for more",
        ),
    ):
        parser.add_argument(option, type=Path, action="append", default=[], metavar="DIR|CSV", help=help)


def check_further_options(args: argparse.Namespace, settings: dict[str, Any]) -> None:
    """Check --also, --strangers and the settings that go with them before photos are looked at.

    Raises:
        SettingError: a path leads nowhere, or a setting is given without the photos that it is about.
    """
    check_needed_photos(settings, also=bool(args.also), strangers=bool(args.strangers))
    for option, paths in (("--also", args.also), ("--strangers", args.strangers)):
        for path in paths:
            if not os.path.exists(path):
                raise SettingError(f"There is no {path}. {option} takes a .csv or a folder of photos.")


def open_further(
    args: argparse.Namespace, collection: Collection, *, split_name: str | None, settings: dict[str, Any]
) -> Further:
    """Read the further photos with a progress bar; say on stderr which files are left out. Raises as `read_further`."""
    with progress_bar("looking at the further photos") as step:
        found = read_further(
            collection,
            also=args.also,
            strangers=args.strangers,
            split_name=split_name,
            with_valid=settings.get("train_on_valid", False),
            step=step,
        )
    if is_first_process():
        list_left_out(found.left_out)
    return found


def further_in_sentences(plan: "TrainingPlan") -> str:
    """How many further photos a plan has and what its batches are made of; "" without any."""
    further, settings, mixture = plan.further, plan.settings, plan.mixture
    sentences = []
    if further.also:
        weight = settings.also_weight
        times = how_often(int(weight)) if weight in (1, 2) else f"{weight:g} times"
        sentences.append(f"Besides, {_photos(len(further.also))} of --also, each shown {times} an epoch on average.")
    if further.strangers:
        processes = world_size()
        known, strangers = (processes * part for part in mixture.batch(settings.batch_size, processes=processes))
        sentences.append(
            f"{_photos(len(further.strangers))} of --strangers: each batch has {known} known photos and {strangers} "
            f"strangers; exposure {settings.exposure}, weight {settings.exposure_factor:g}."
        )
    sides = mixture.known_side, mixture.strangers_side
    if sides[0] and sides[1] and sides[0] != sides[1]:
        which = "known photos" if sides[0] > sides[1] else "strangers"
        sentences.append(
            f"Some of the {which} are shrunk to a short side of {min(sides[0], sides[1])} px, so that sharpness does "
            "not tell them apart."
        )
    return " ".join(sentences)


def _photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count:,} photos"
