"""python -m classifier lr-find: which learning rate suits these photos?"""

import argparse
import sys
from pathlib import Path

from classifier.cli.further import add_further_options, check_further_options, open_further
from classifier.cli.help import TeachingFormatter
from classifier.cli.options import add_force_option, photo_limits
from classifier.cli.photos import open_data
from classifier.cli.printing import warn
from classifier.cli.terminal import progress_bar
from classifier.cli.training_options import add_photo_options, add_recipe, given
from classifier.errors import SettingError
from classifier.outputs.claims import claim
from classifier.outputs.kinds import LR_PAGE, LR_PICTURE
from classifier.training.runs.folder import default_output

EPILOG = """examples:
  python -m classifier lr-find --data photos                 prints a rate, writes runs/photos/lr-find.png and .html
  python -m classifier train --data photos --lr auto         does the same, and trains with it

A fresh network is trained for some batches while the rate rises from 1e-5 to 1. The suggestion is a third
of the rate where the loss is lowest.
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "lr-find",
        help="suggest a learning rate",
        description="Raise the learning rate step by step, draw the loss over it, and suggest a rate.",
        epilog=EPILOG,
        formatter_class=TeachingFormatter,
    )
    add_photo_options(parser, required=True)
    add_further_options(parser)
    parser.add_argument("--steps", type=int, default=80, metavar="N", help="batches (default: 80)")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where the curve goes (default: runs/NAME)")
    add_force_option(parser)
    add_recipe(parser)
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Run the test, write lr-find.png and lr-find.html, print the suggestion.

    Raises:
        ClassifierError: see `training.plan.plan_training`; the folder for the curve cannot be made.
    """
    if args.steps < 10:
        raise SettingError(f"--steps is at least 10; got {args.steps}.")
    from classifier.cli.plans import print_notes
    from classifier.training.curves import write_lr_html, write_lr_png
    from classifier.training.lr_finder import range_test
    from classifier.training.plan import check_without_photos, plan_training

    choices = {name: value for name, value in given(args).items() if value != "auto"}
    check_further_options(args, choices)
    start = check_without_photos(choices, device=args.device)
    curve = (args.output or default_output(args.data).parent) / "lr-find.png"
    claim(curve, LR_PICTURE, force=args.force)
    claim(curve.with_suffix(".html"), LR_PAGE, force=args.force)
    collection = open_data(args.data, seed=choices.get("seed", 1), limits=photo_limits(args))
    further = open_further(args, collection, split_name=args.split, settings=choices)
    plan = plan_training(collection, split_name=args.split, start=start, device=args.device, further=further, **choices)
    print_notes(plan)
    with progress_bar("raising the learning rate") as step:
        found = range_test(plan, steps=args.steps, step=step, warn=warn)
    try:
        write_lr_png(curve, found.rates, found.losses, suggestion=found.suggestion)
        write_lr_html(curve.with_suffix(".html"), found.rates, found.losses, suggestion=found.suggestion)
        print(f"The curve is {curve} (and .html).", file=sys.stderr)
    except OSError as error:
        print(f"WARNING: the curve cannot be written to {curve.parent}: {error.strerror}.", file=sys.stderr)
    usual = plan.settings.learning_rate
    print(f"Suggested: --learning-rate {found.rate:g} (without it, train would take {usual:g}).")
    return 0
