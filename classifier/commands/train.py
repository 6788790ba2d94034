"""python -m classifier train: fine-tune a backbone on a set of photos."""

import argparse
import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from classifier.cli.help import TeachingFormatter
from classifier.cli.options import DATA_HELP, add_device_option
from classifier.cli.photos import open_data, open_folder
from classifier.cli.terminal import print_left_out, progress_bar
from classifier.cli.training_options import add_recipe, check_names, default_output, given, is_first_process, recommend
from classifier.data.collection import Collection
from classifier.data.manifest import read_manifest
from classifier.data.subject import parse
from classifier.errors import SettingError
from classifier.training.run_folder import RunFolder, default_path, prepare, read_settings, write_left_out
from classifier.training.settings import TrainingSettings, check_choices

if TYPE_CHECKING:
    from classifier.data.samples import Sample

MOST_LISTED = 30  # classes in the table of what is trained on
EPILOG = """examples:
  python -m classifier train --data photos --output runs/photos/best.safetensors
  python -m classifier train --data photos --dry-run                 what would be trained: layers, parameters, work
  python -m classifier train --data photos --lr auto --epochs 20 --augmentation wild --output more.safetensors
  python -m classifier train --data flowers102 --split udacity --backbone efficientnet_lite2 --epochs 12
  python -m classifier train --data flowers102 --split official --train-on-valid --output official.safetensors
                                                                     as papers do: 2,040 photos, then test on 6,149
  python -m classifier train --data garden --start-from checkpoints/flowers102.safetensors
                                                                     your flowers, by a network that knows flowers
  python -m classifier train --resume --run-dir runs/photos          go on after Ctrl-C, a kill or a power cut
  torchrun --nproc-per-node 2 -m classifier train --data photos      several processes, or graphics cards

photos/ has one folder of photos a class (photos/rose/1.jpg), or train, valid and test folders of such folders. What is
not split yet is split 85 : 10 : 5, each class alike; files that are no photos are listed and left out.

Kept in --output is the last epoch that names the validation photos as well as the best one, within chance (a standard
error). Beside it lie NAME.manifest.csv (which photo is in which split), and in the run's folder settings.json,
metrics.csv, curves.html and last.ckpt, from which a stopped run goes on: after its last finished epoch, with the same
result as without the stop. With --train-on-valid no photos are left to tell epochs apart by: choose the settings
without it, then train once with it and keep the last.
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "train",
        help="fine-tune a pretrained backbone on photos",
        description="Fine-tune a pretrained backbone on photos: the new head first, then all layers.",
        epilog=EPILOG,
        formatter_class=TeachingFormatter,
    )
    add = parser.add_argument
    add("--data", metavar="DIR", help=DATA_HELP)
    add("--split", metavar="NAME", help="of flowers102: udacity (default) or official")
    add("--subject", metavar="NOUN", help="what the classes are kinds of, for the site's words: dog, or leaf,leaves")
    add("--output", type=Path, metavar="FILE", help="the best checkpoint (default: runs/NAME/best.safetensors)")
    add("--run-dir", type=Path, metavar="DIR", help="the run's folder (default: that of best.safetensors, else beside)")
    add("--resume", action="store_true", help="go on with the run in --run-dir, with the settings it began with")
    add("--dry-run", action="store_true", help="show the photos, the settings and the network; train nothing")
    add("--tensorboard", action="store_true", help="also log for TensorBoard, to RUN-DIR/tensorboard")
    add_device_option(parser)
    add_recipe(parser)
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Train as the arguments say: 0 done, 130 stopped by Ctrl-C. See `training.fit` for the errors."""
    # Gradients that come and go with the head's epochs make PyTorch's processes warn each other; it is meant so.
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
    values = check_names(given(args))
    from classifier.inference.engines.pytorch import pick_device
    from classifier.training.fit import check_tensorboard

    if args.subject is not None:
        parse(args.subject)  # a senseless one is told before the photos are looked at
        if args.data == "flowers102":
            raise SettingError("--subject is for photos of your own; those of flowers102 show flowers.")
    accelerated = pick_device(args.device) != "cpu"
    if args.tensorboard:
        check_tensorboard()
    if args.resume:
        return _resume(args, values)
    if not args.data:
        raise SettingError("--data is needed: a folder with one folder of photos a class, or flowers102.")
    run = _run_of(args)
    if not args.dry_run and is_first_process():
        prepare(run)
    auto = values.get("learning_rate") == "auto"
    values = {name: value for name, value in values.items() if value != "auto"} if auto else values
    check_choices(values)  # before the photos are looked at, which may take minutes
    collection, left_out = _look(args, seed=values.get("seed", 1))
    collection = replace(collection, subject=parse(args.subject)) if args.subject is not None else collection
    split_name = args.split or collection.default_split

    from classifier.data.samples import training_samples

    samples = training_samples(collection, split_name=split_name, with_valid=values.get("train_on_valid", False))
    settings = recommend(collection, len(samples), values, accelerated=accelerated)
    if args.dry_run:
        return _show_plan(collection, settings, split_name=split_name)
    if left_out and is_first_process():
        write_left_out(run.left_out, left_out)
    if auto:
        settings = _with_suggested_rate(settings, samples, collection, args)
    data = args.data if args.data == "flowers102" else str(collection.root)
    output, subject = str(run.checkpoint.absolute()), str(collection.subject)
    record = {"data": data, "split": split_name, "output": output, "subject": subject}
    if settings.start_from and is_first_process():
        record["learnt_before"] = _warn_of_learnt(collection, samples, split_name, settings)
    return _fit(collection, settings, args, run, record, resume=False)


def _resume(args: argparse.Namespace, values: dict[str, Any]) -> int:
    run = _run_of(args)
    settings, record = read_settings(run, values)
    for name, asked in (("data", args.data), ("split", args.split), ("output", args.output)):
        began = record.get(name)
        paths = name != "split" and "flowers102" not in (asked, began)
        same = [Path(path).expanduser().resolve() if paths else path for path in (asked, began) if path]
        if len(set(same)) > 1:
            raise SettingError(
                f"This run began with --{name} {began}; got {asked}. A run is resumed with what it began with: leave "
                "the option out, or begin another run."
            )
    record = {"data": args.data or "flowers102", "split": args.split, "output": str(run.checkpoint)} | record
    run = RunFolder(run.path, Path(args.output or record["output"]))
    collection = _collection_of_run(run, record)
    subject = record.get("subject") if args.subject is None else args.subject
    if subject is not None:
        collection = replace(collection, subject=parse(subject))
        record["subject"] = subject
    record["split"] = record["split"] or collection.default_split
    return _fit(collection, settings, args, run, record, resume=True)


def _run_of(args: argparse.Namespace) -> RunFolder:
    if args.resume and args.run_dir and not args.output:
        return RunFolder(args.run_dir, args.run_dir / "best.safetensors")
    if args.resume and not (args.data or args.output):
        raise SettingError("--resume needs --run-dir, the folder of the run that is to go on.")
    output = args.output or default_output(args.data)
    return RunFolder(args.run_dir or default_path(output), output)


def _collection_of_run(run: RunFolder, record: dict[str, Any]) -> Collection:
    """The photos of a run as they were split when it began, whatever has been added to the folder since."""
    if record["data"] == "flowers102" or not run.manifest.is_file():
        return open_data(record["data"])
    from classifier.data.folders import of_manifest

    return of_manifest(Path(record["data"]), read_manifest(run.manifest))


def _look(args: argparse.Namespace, *, seed: int) -> tuple[Collection, list[tuple[str, str]]]:
    """The photos, and the files among them that are none: (file, reason)."""
    if args.data == "flowers102":
        return open_data(args.data), []
    found = open_folder(Path(args.data), seed=seed)
    if is_first_process():
        print_left_out(found)
    return found.collection, [(entry.file, entry.reason) for entry in found.left_out]


def _with_suggested_rate(
    settings: TrainingSettings, samples: "list[Sample]", collection: Collection, args: argparse.Namespace
) -> TrainingSettings:
    from classifier.training.lr_finder import range_test

    with progress_bar("looking for the learning rate") as step:
        found = range_test(collection, samples, settings, device=args.device, step=step)
    print(
        f"The learning rate range test suggests {found.rate:g}; without it, {settings.learning_rate:g} would be taken.",
        file=sys.stderr,
    )
    return replace(settings, learning_rate=found.rate)


def _warn_of_learnt(
    collection: Collection, train: "list[Sample]", split_name: str, settings: TrainingSettings
) -> dict[str, int]:
    """Tell of photos that the run is measured on and that the checkpoint it starts from knows; how many by split."""
    from classifier.training.leakage import count_learnt

    start_from = Path(str(settings.start_from))
    with progress_bar("looking for photos that the checkpoint knows") as step:
        counts = count_learnt(collection, train, split_name=split_name, start_from=start_from, step=step)
    if settings.train_on_valid:
        counts["valid"] = 0  # learnt from here too: no figure is taken on them
    if any(counts.values()):
        found = " and ".join(f"{count:,} {split} photo{'s' * (count > 1)}" for split, count in counts.items() if count)
        print(
            f"WARNING: {start_from} has learnt from {found}, or from nearly the same ones: figures on these photos "
            "will promise more than the network keeps on new ones.",
            file=sys.stderr,
        )
    return counts


def _fit(
    collection: Collection,
    settings: TrainingSettings,
    args: argparse.Namespace,
    run: RunFolder,
    record: dict[str, Any],
    *,
    resume: bool,
) -> int:
    from classifier.cli.terminal import table_of
    from classifier.training.fit import fit

    if is_first_process():
        if len(collection.classes) <= MOST_LISTED:
            Console(stderr=True).print(table_of(collection, split_name=record["split"]))
        print(_in_a_sentence(collection, settings, record["split"]), file=sys.stderr)
    finished = fit(
        collection,
        settings,
        split_name=record["split"],
        run=run,
        resume=resume,
        device=args.device,
        tensorboard=args.tensorboard,
        record=record,
    )
    if not is_first_process():
        return 0
    if not finished:
        again = shlex.join(["python", "-m", "classifier", "train", "--resume", "--run-dir", str(run.path)])
        print(f"\nStopped. The finished epochs are kept; go on with: {again}", file=sys.stderr)
        return 130
    kept = "last" if settings.train_on_valid else "best"
    print(f"The {kept} checkpoint is {run.checkpoint}; the curves are {run.curves}.")
    measure = shlex.join(["python", "-m", "classifier", "evaluate", "--checkpoint", str(run.checkpoint)])
    print(f"How right is it on photos that it has never seen? {measure}")
    return 0


def _in_a_sentence(collection: Collection, settings: TrainingSettings, split_name: str) -> str:
    counts = collection.counts(split_name).values()
    train, valid = (sum(parts[split] for parts in counts) for split in ("train", "valid"))
    sizes = ", ".join(map(str, settings.sizes))
    shares = f"{train:,} photos to train on, {valid:,} to validate on"
    if settings.train_on_valid:
        shares = f"{train + valid:,} photos to train on (train and valid), none to validate on: the last epoch is kept"
    epochs = "1 epoch" if settings.epochs == 1 else f"{settings.epochs} epochs"
    return (
        f"{len(collection.classes)} classes, {shares}. {settings.backbone}, {epochs} at {sizes} px, batches of "
        f"{settings.batch_size}, learning rate {settings.learning_rate:g}."
    )


def _show_plan(collection: Collection, settings: TrainingSettings, *, split_name: str) -> int:
    """What --dry-run prints."""
    from dataclasses import asdict

    from rich.table import Table

    from classifier.cli.terminal import table_of
    from classifier.networks.network import Network
    from classifier.networks.summary import summarise_network
    from classifier.training.module import set_trainable

    console = Console()
    console.print(table_of(collection, split_name=split_name))
    console.print(_in_a_sentence(collection, settings, split_name))
    console.print("settings: " + ", ".join(f"{name} {value}" for name, value in asdict(settings).items()), style="dim")
    network = Network(settings.backbone, len(collection.classes), pretrained=settings.pretrained)
    set_trainable(network, freeze=settings.freeze, freeze_norm=settings.freeze_norm)
    summary = summarise_network(network, size=settings.use_size)
    table = Table(title=f"{settings.backbone} at {settings.use_size} px, one photo", title_justify="left")
    for heading in ("layer", "kind", "output"):
        table.add_column(heading)
    for heading in ("parameters", "trainable", "MACs (million)"):
        table.add_column(heading, justify="right")
    for layer in summary.layers:
        shape = " × ".join(map(str, layer.output))
        table.add_row(
            layer.name, layer.kind, shape, f"{layer.parameters:,}", f"{layer.trainable:,}", f"{layer.macs / 1e6:,.1f}"
        )
    table.add_section()
    table.add_row(
        "all", "", "", f"{summary.parameters:,}", f"{summary.trainable:,}", f"{summary.macs / 1e6:,.1f}", style="bold"
    )
    console.print(table)
    print("Nothing was trained.")
    return 0
