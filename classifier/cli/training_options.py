"""Options that train and lr-find share: the photos, the device, and the settings of a training run."""

import argparse
from typing import Any

from classifier.cli.options import DATA_HELP, add_device_option
from classifier.setting_fields import Declaration, declarations
from classifier.training.settings import TrainingSettings


def add_photo_options(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Add --data and --split."""
    parser.add_argument("--data", required=required, metavar="DIR", help=DATA_HELP)
    parser.add_argument("--split", metavar="NAME", help="of flowers102: udacity (default) or official")


def add_recipe(parser: argparse.ArgumentParser) -> None:
    """Add --device and the training settings; those settings that are not given come back as None."""
    add_device_option(parser)
    group = parser.add_argument_group("recipe", "What is not given is chosen to suit the number of photos and classes.")
    for declared in declarations(TrainingSettings):
        names = [declared.option, declared.alias] if declared.alias else [declared.option]
        if declared.kind is bool:
            help = f"{declared.help} (default: {'on' if declared.default else 'off'})"
            group.add_argument(*names, action=argparse.BooleanOptionalAction, default=None, help=help)
        else:
            group.add_argument(
                *names,
                type=_rate if declared.name == "learning_rate" else declared.kind,
                nargs="+" if declared.several else None,
                metavar="NAME" if declared.kind is str else "N",
                help=_help_of(declared),
            )


def given(args: argparse.Namespace) -> dict[str, Any]:
    """The training settings that were given on the command line, by name; the learning rate may be "auto"."""
    values = {each.name: getattr(args, each.name) for each in declarations(TrainingSettings)}
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items() if value is not None
    }


def _help_of(declared: Declaration) -> str:
    return f"{declared.help} (default: {declared.default})" if declared.show_default else declared.help


def _rate(text: str) -> float | str:
    try:
        return text if text == "auto" else float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a number such as 0.001, or auto; got “{text}”") from None
