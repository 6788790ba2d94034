"""python -m classifier train: fine-tune a backbone on a set of photos."""

import argparse
from dataclasses import fields
from pathlib import Path

from classifier.commands.common import ROOT, add_device_option, open_data

EPILOG = """examples:
  python -m classifier train --data flowers102 --split udacity --epochs 12 --output runs/first/best.safetensors
  python -m classifier train … --resume      go on after a stop (Ctrl-C, power cut) from the last finished epoch

The checkpoint of the best epoch on the validation split is kept in --output; it is replaced only by a better one.
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "train",
        help="fine-tune a pretrained backbone on photos",
        description="Fine-tune a pretrained backbone: the head first, then all layers.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", default="flowers102", help="the photos: flowers102 (default)")
    add("--split", default=None, help="which split to train and validate on: udacity (default) or official")
    add("--output", type=Path, required=True, metavar="FILE", help="where the best checkpoint goes (.safetensors)")
    add("--run-dir", type=Path, help="settings, log and resumable state (default: runs/NAME of the output)")
    add("--resume", action="store_true", help="go on with the run in --run-dir")
    add_device_option(parser)
    group = parser.add_argument_group("recipe")
    recipe = {
        "backbone": (str, "efficientnet_lite0, efficientnet_lite2, or any timm or torchvision name"),
        "epochs": (int, "passes over the training photos, the head's included"),
        "head_epochs": (int, "epochs that train only the new head"),
        "batch_size": (int, "photos a step"),
        "learning_rate": (float, "peak rate of the head"),
        "backbone_lr_ratio": (float, "rate of the first layers as a part of the head's; those between lie between"),
        "weight_decay": (float, "AdamW's decay, for matrices only"),
        "label_smoothing": (float, "share of the target spread over all classes"),
        "dropout": (float, "before the head"),
        "ema_decay": (float, "of the running average of the weights that is validated and kept; 0 turns it off"),
        "sizes": (int, "sides of the training crops in pixels, small to large; epochs are shared out over them"),
        "eval_size": (int, "side in pixels for validation and use (default: 8/7 of the last size)"),
        "augmentation": (str, "none, light, medium, or wild (imitates visitors' photos)"),
        "mix": (float, "probability that a batch is mixed by CutMix or Mixup"),
        "patience": (int, "stop after so many epochs without a better validation loss; 0 never stops early"),
        "seed": (int, "of everything that chance decides"),
        "workers": (int, "processes that read photos"),
    }
    from classifier.settings import TrainingSettings

    defaults = {field.name: field.default for field in fields(TrainingSettings)}
    for name, (kind, meaning) in recipe.items():
        default = defaults[name]
        shown = " ".join(map(str, default)) if isinstance(default, tuple) else default
        group.add_argument(
            f"--{name.replace('_', '-')}",
            type=kind,
            nargs="+" if isinstance(default, tuple) else None,
            default=default,
            metavar="N" if kind is not str else "NAME",
            help=meaning if default is None else f"{meaning} (default: {shown})",
        )
    group.add_argument("--compile", action="store_true", help="compile the network first: 1-2 min, then faster steps")
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Train as the arguments say. See `training.fit` for the errors."""
    from classifier.settings import TrainingSettings
    from classifier.training import fit

    names = {field.name for field in fields(TrainingSettings)}
    values = {name: value for name, value in vars(args).items() if name in names}
    settings = TrainingSettings(**{**values, "sizes": tuple(args.sizes)})
    collection = open_data(args.data)
    run_dir = args.run_dir or ROOT / "runs" / args.output.stem
    path = fit(
        collection,
        settings,
        split_name=args.split or collection.default_split,
        output=args.output,
        run_dir=run_dir,
        resume=args.resume,
        device=args.device,
    )
    print(f"The best checkpoint is {path}; the log is {run_dir / 'metrics.csv'}.")
    return 0
