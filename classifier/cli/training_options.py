"""The options that train and lr-find share: what the photos are, and the recipe."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from classifier.data.collection import Collection
from classifier.setting_fields import declarations
from classifier.training.settings import TrainingSettings, recommended


def add_recipe(parser: argparse.ArgumentParser) -> None:
    """Add the training settings as options; those that are not given come back as None."""
    group = parser.add_argument_group("recipe", "What is not given is chosen to suit the number of photos and classes.")
    for declared in declarations(TrainingSettings):
        names = [declared.option, declared.alias] if declared.alias else [declared.option]
        if declared.kind is bool:
            on_or_off = "on" if declared.default else "off"
            help = f"{declared.help} (default: {on_or_off})"
            group.add_argument(*names, action=argparse.BooleanOptionalAction, default=None, help=help)
        else:
            group.add_argument(
                *names,
                type=_rate if declared.name == "learning_rate" else declared.kind,
                nargs="+" if declared.several else None,
                metavar="NAME" if declared.kind is str else "N",
                help=f"{declared.help} (default: {declared.default})" if declared.show_default else declared.help,
            )


def given(args: argparse.Namespace) -> dict[str, Any]:
    """The training settings that were given on the command line."""
    values = {each.name: getattr(args, each.name) for each in declarations(TrainingSettings)}
    if values["sizes"] is not None:
        values["sizes"] = tuple(values["sizes"])
    return {name: value for name, value in values.items() if value is not None}


def check_names(values: dict[str, Any]) -> dict[str, Any]:
    """What needs no photos is checked before they are looked at; the values, with the backbone of --start-from.

    Raises:
        BackboneError, SettingError: an unknown backbone or augmentation.
        CheckpointError: --start-from is no checkpoint.
    """
    from classifier.networks.backbones import find_backbone

    if "backbone" in values:
        find_backbone(values["backbone"])
    if "start_from" in values:
        from classifier.checkpoint import read_metadata

        values = {"backbone": read_metadata(Path(values["start_from"])).backbone} | values
    return values


def recommend(collection: Collection, photos: int, values: dict[str, Any], *, accelerated: bool) -> TrainingSettings:
    """`settings.recommended` for the collection; a checkpoint of other classes is told, and gets a new head.

    Raises:
        CheckpointError: --start-from is no checkpoint. SettingError: a value makes no sense.
    """
    from classifier.training.start import new_head_because

    start_from = values.get("start_from")
    reason = new_head_because(collection, start_from)
    if reason and is_first_process():
        print(f"{reason} So {start_from} lends its backbone, and a new head is trained.", file=sys.stderr)
    new_head = reason is not None or not start_from
    return recommended(photos, len(collection.classes), accelerated=accelerated, new_head=new_head, **values)


def is_first_process() -> bool:
    """torchrun starts several; one of them talks and writes."""
    return os.environ.get("RANK", "0") == "0"


def default_output(data: str) -> Path:
    """runs/NAME/best.safetensors, NAME being the photos' folder."""
    return Path("runs") / (Path(data).absolute().name or "photos") / "best.safetensors"


def _rate(text: str) -> float | str:
    try:
        return text if text == "auto" else float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a number such as 0.001, or auto; got “{text}”") from None
