"""The options that train and lr-find share: what the photos are, and the recipe."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from classifier.data.collection import Collection
from classifier.errors import SettingError
from classifier.training.settings import PRECISIONS, TrainingSettings, recommended

# name → (kind, meaning). The default is None, "not given": `settings.recommended` then chooses.
OPTIONS: dict[str, tuple[type, str]] = {
    "backbone": (str, "efficientnet_lite0, efficientnet_lite2, or any timm or torchvision name"),
    "epochs": (int, "passes over the training photos, the head's included"),
    "head_epochs": (int, "epochs at the start that train only the new head"),
    "batch_size": (int, "photos a step, over all processes together"),
    "accumulate": (int, "batches whose gradients are summed before a step"),
    "backbone_lr_ratio": (float, "rate of the first layers as a part of the head's; those between lie between"),
    "weight_decay": (float, "AdamW's decay, for matrices only"),
    "label_smoothing": (float, "share of the target spread over all classes"),
    "dropout": (float, "before the head"),
    "ema_decay": (float, "of the running average of the weights that is validated and kept; 0 turns it off"),
    "sizes": (int, "sides of the training crops in pixels, small to large; the epochs are shared out over them"),
    "eval_size": (int, "side in pixels for validation and use (default: 8/7 of the last size)"),
    "augmentation": (str, "none, light, medium, or wild (imitates visitors' photos)"),
    "mix": (float, "probability that a batch is mixed by CutMix or Mixup"),
    "freeze": (float, "part of the backbone's layers, from the first on, that never learn; 1 trains the head alone"),
    "patience": (int, "stop after so many epochs without a lower validation loss; 0 never stops early"),
    "start_from": (
        str,
        "a checkpoint to begin with instead of the pretrained weights; brings its backbone, and its head if it knows "
        "the same classes",
    ),
    "seed": (int, "of everything that chance decides, the split of an unsplit folder included"),
    "workers": (int, "processes that read photos"),
    "precision": (str, f"{', '.join(PRECISIONS)}; auto mixes where the graphics card gains by it"),
}
SWITCHES = {
    "class_weights": "give every class the same say in the loss, however few its photos",
    "freeze_norm": "keep the pretrained statistics of batch normalisation",
    "pretrained": "start from weights trained on ImageNet",
    "train_on_valid": "learn from the valid photos too, for a final figure on test; the last epoch is kept",
    "compile": "compile the network first: 1-2 min and a C++ compiler, then quicker steps",
}


def add_recipe(parser: argparse.ArgumentParser) -> None:
    """The recipe as options; those that are not given come back as None."""
    group = parser.add_argument_group("recipe", "What is not given is chosen to suit the number of photos and classes.")
    group.add_argument(
        "--learning-rate",
        "--lr",
        type=_rate,
        metavar="N",
        help="peak rate of the head, or “auto”: what lr-find suggests",
    )
    adapted = ("backbone", "epochs", "head_epochs", "batch_size", "ema_decay", "sizes", "eval_size", "start_from")
    for name, (kind, meaning) in OPTIONS.items():
        default = getattr(TrainingSettings, name)
        group.add_argument(
            f"--{name.replace('_', '-')}",
            type=kind,
            nargs="+" if isinstance(default, tuple) else None,
            metavar="N" if kind is not str else "NAME",
            help=meaning if name in adapted else f"{meaning} (default: {default})",
        )
    for name, meaning in SWITCHES.items():
        default = "on" if getattr(TrainingSettings, name) else "off"
        group.add_argument(
            f"--{name.replace('_', '-')}",
            action=argparse.BooleanOptionalAction,
            default=None,
            help=f"{meaning} (default: {default})",
        )


def given(args: argparse.Namespace) -> dict[str, Any]:
    """The recipe's options that stand on the command line."""
    values = {name: getattr(args, name) for name in ("learning_rate", *OPTIONS, *SWITCHES)}
    values = {name: value for name, value in values.items() if value is not None}
    return values | ({"sizes": tuple(values["sizes"])} if "sizes" in values else {})


def check_names(values: dict[str, Any]) -> dict[str, Any]:
    """What needs no photos is checked before they are looked at; the values, with the backbone of --start-from.

    Raises:
        BackboneError, SettingError: an unknown backbone or augmentation.
        CheckpointError: --start-from is no checkpoint.
    """
    from classifier.networks.backbones import find_backbone
    from classifier.training.augmentation import AUGMENTATIONS

    if "backbone" in values:
        find_backbone(values["backbone"])
    if values.get("augmentation", "none") not in AUGMENTATIONS:
        raise SettingError(f"--augmentation is one of {', '.join(AUGMENTATIONS)}; got “{values['augmentation']}”.")
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
