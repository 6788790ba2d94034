"""python -m classifier train: fine-tune a backbone on a set of photos."""

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.cli.further import add_further_options, check_further_options, open_further
from classifier.cli.help import TeachingFormatter
from classifier.cli.model_file import write_model_file
from classifier.cli.options import photo_limits
from classifier.cli.photos import open_data, open_folder
from classifier.cli.printing import warn
from classifier.cli.terminal import print_left_out, progress_bar
from classifier.cli.training_options import add_photo_options, add_recipe, given
from classifier.data.collection import Collection
from classifier.data.folder_tree import LeftOut
from classifier.data.subject import parse
from classifier.errors import SettingError
from classifier.photos.streaming import ignore
from classifier.training.processes import is_first_process
from classifier.training.runs.folder import RunFolder, check_folder, default_output, default_path

if TYPE_CHECKING:
    from classifier.training.plan import TrainingPlan

EPILOG = """examples:
  python -m classifier train --data photos --output runs/photos/best.safetensors
  python -m classifier train --data photos --dry-run                 what would be trained: layers, parameters, work
  python -m classifier train --data photos --lr auto --epochs 20 --augmentation wild --output more.safetensors
  python -m classifier train --data flowers102 --split udacity --backbone efficientnet_lite2 --epochs 12
  python -m classifier train --data flowers102 --split official --train-on-valid --output official.safetensors
                                                                     as papers do: 2,040 photos, then test on 6,149
  python -m classifier train --data garden --start-from checkpoints/flowers102.safetensors
                                                                     your flowers, by a network that knows flowers
  python -m classifier train --data photos --also friends.csv --strangers other-plants --strangers things
                                                                      more photos of the classes, and pictures of others
  python -m classifier train --data photos --output best.safetensors --teachers one.safetensors two.safetensors
                                                                     one network that learns from the answers of several
  python -m classifier train --resume --run-dir runs/photos          continue after Ctrl-C, a kill or a power cut
  torchrun --nproc-per-node 2 -m classifier train --data photos      several processes, or graphics cards

photos/ has one folder of photos a class (photos/rose/1.jpg), or train, valid and test folders of such folders. What is
not split yet is split 85 : 10 : 5, each class alike; files that are not photos are listed and left out.

Next to the checkpoint, NAME.onnx is the same model for quick engines, where the packages for it are installed.

A photo that is damaged or taken away after the split, even while the training runs, is named and listed in the run's
left-out.csv: another of its class is learnt from in its place, and figures on valid photos go without it. If more than
5 % of them break (and more than three), or all of a class, the training ends with what to do.

Kept in --output is the last epoch that classifies the validation photos as well as the best one, within chance (a
standard error). Next to it is NAME.manifest.csv (which photo is in which split), and in the run's folder
settings.json, metrics.csv, curves.html and last.ckpt, from which a stopped run continues after its last
finished epoch, with the same result as without the stop. With --train-on-valid no photos are left to tell epochs
apart by: choose the settings without it, then train once with it and keep the last.

--also adds photos of the same classes from elsewhere, --strangers pictures of anything else. They are learnt from
only: validation and test stay those of --data, and near copies of these are left out. An epoch shows each photo of
--data once and each of --also --also-weight times. Every batch has the same share of strangers, which come round as
often as that needs; --mix does not mix them with known photos. They are drawn towards equal probabilities for all
classes (https://arxiv.org/abs/1812.04606), or kept apart by an energy margin (https://arxiv.org/abs/2010.03759).
With --mix-strangers, which goes with --exposure uniform, some are mixed with known photos all the same, and the answer
with them: that teaches what lies between a class and anything else (https://arxiv.org/abs/2106.03917).

--teachers names checkpoints of the same classes, of any backbone. Their mean answer to each training picture, changed
by chance as it is, is learnt beside its label (https://arxiv.org/abs/2106.05237). With --resume, --teachers is needed
only where they were moved.

In a folder for --also, folders are called as the classes or by their ids. In a .csv, files are relative to its folder.
Its columns: file; class_ids or class_id (56, or 56|60 where either is right), or class (names, in the same way); kind
(rows of kind “known” are for --also, all others for --strangers; without it, rows with a class are the known ones: one
table serves both); source or repository (where a photo is from; the checkpoint counts them). further.csv in the run's
folder lists all that was taken.
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "train",
        help="fine-tune a pretrained backbone on photos",
        description="Fine-tune a pretrained backbone on photos: the new head first, then all layers.",
        epilog=EPILOG,
        formatter_class=TeachingFormatter,
    )
    add = parser.add_argument
    add_photo_options(parser, required=False)
    add_further_options(parser)
    add("--subject", metavar="NOUN", help="what the classes are kinds of, for the site's words: dog, or leaf,leaves")
    add("--output", type=Path, metavar="FILE", help="the best checkpoint (default: runs/NAME/best.safetensors)")
    add(
        "--run-dir",
        type=Path,
        metavar="DIR",
        help="the run's folder (default: that of best.safetensors, else next to it)",
    )
    add("--resume", action="store_true", help="continue the run in --run-dir, with the settings it began with")
    add("--dry-run", action="store_true", help="show the photos, the settings and the network; train nothing")
    add("--tensorboard", action="store_true", help="also log for TensorBoard, to RUN-DIR/tensorboard")
    add_recipe(parser)
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Train as the arguments say.

    Returns:
        0 when it is done, 130 when Ctrl-C stopped it.

    Raises:
        ClassifierError: see `training.plan.plan_training` and `training.fit.fit`.
    """
    # Gradients that come and go with the head's epochs make PyTorch's processes warn each other; it is meant so.
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
    from classifier.cli.plans import print_plan

    _check_options(args)
    plan, run = _plan_resumed(args) if args.resume else _plan_new(args)
    if args.dry_run:
        print_plan(plan)
        print("Nothing was trained.")
        return 0
    return _fit(plan, run, tensorboard=args.tensorboard)


def _check_options(args: argparse.Namespace) -> None:
    """Check what needs no photos, since looking at them may take minutes."""
    from classifier.training.loop.trainer import check_tensorboard

    if args.tensorboard:
        check_tensorboard()
    if args.subject is not None:
        parse(args.subject)
        if args.data == "flowers102":
            raise SettingError("--subject is for photos of your own; those of flowers102 show flowers.")
    if not args.resume:
        check_further_options(args, given(args))
        if args.teacher_weight is not None and not args.teachers:
            raise SettingError("--teacher-weight says something of --teachers, which are not given.")
    if args.resume and not (args.data or args.output or args.run_dir):
        raise SettingError("--resume needs --run-dir, the folder of the run that is to go on.")
    if not (args.resume or args.data):
        raise SettingError("--data is needed: a folder with one folder of photos a class, or flowers102.")


def _plan_resumed(args: argparse.Namespace) -> "tuple[TrainingPlan, RunFolder]":
    from classifier.training.runs.resume import read_plan

    folder = args.run_dir or default_path(args.output or default_output(args.data))
    places = {"data": args.data, "also": args.also or None, "strangers": args.strangers or None}
    again = given(args) | places | {"split": args.split, "output": args.output}
    return read_plan(folder, again, subject=args.subject, device=args.device)


def _plan_new(args: argparse.Namespace) -> "tuple[TrainingPlan, RunFolder]":
    from classifier.cli.plans import print_notes
    from classifier.training.plan import check_without_photos, plan_training, with_learnt_before

    choices = given(args)
    auto = choices.get("learning_rate") == "auto"
    if auto:
        del choices["learning_rate"]
    start = check_without_photos(choices, device=args.device)
    run = RunFolder.of(args.output or default_output(args.data), args.run_dir)
    if is_first_process() and not args.dry_run:
        check_folder(run)
    collection, left_out = _photos(args, seed=choices.get("seed", 1))
    further = open_further(args, collection, split_name=args.split, settings=choices)
    photos = {"split_name": args.split, "left_out": left_out, "further": further}
    plan = plan_training(collection, start=start, device=args.device, **photos, **choices)
    if auto and not args.dry_run:
        plan = _with_suggested_rate(plan)
    if is_first_process():
        if plan.learnt_from and not args.dry_run:
            with progress_bar("looking for photos that the checkpoint knows") as step:
                plan = with_learnt_before(plan, step=step)
        print_notes(plan)
    return plan, run


def _photos(args: argparse.Namespace, *, seed: int) -> tuple[Collection, Sequence[LeftOut]]:
    """The photos, and the files among them that are not pictures."""
    if args.data == "flowers102":
        return open_data(args.data), ()
    found = open_folder(Path(args.data), seed=seed, limits=photo_limits(args))
    if is_first_process():
        print_left_out(found)
    if args.subject is None:
        return found.collection, found.left_out
    return replace(found.collection, subject=parse(args.subject)), found.left_out


def _with_suggested_rate(plan: "TrainingPlan") -> "TrainingPlan":
    from classifier.training.lr_finder import range_test

    with progress_bar("looking for the learning rate") as step:
        rate = range_test(plan, step=step, warn=warn if is_first_process() else ignore).rate
    if is_first_process():
        usual = plan.settings.learning_rate
        print(f"The learning rate range test suggests {rate:g}; without it, {usual:g} would be taken.", file=sys.stderr)
    return replace(plan, settings=replace(plan.settings, learning_rate=rate))


def _fit(plan: "TrainingPlan", run: RunFolder, *, tensorboard: bool) -> int:
    from classifier.cli.plans import print_opening
    from classifier.training.fit import fit

    if is_first_process():
        print_opening(plan)
    finished = fit(plan, run, tensorboard=tensorboard, warn=warn)
    if not is_first_process():
        return 0
    if not finished:
        again = shlex.join(["python", "-m", "classifier", "train", "--resume", "--run-dir", str(run.path)])
        print(f"\nStopped. The finished epochs are kept; continue with: {again}", file=sys.stderr)
        return 130
    kept = "last" if plan.settings.train_on_valid else "best"
    print(f"The {kept} checkpoint is {run.checkpoint}; the curves are {run.curves}.")
    write_model_file(run.checkpoint, option="--output")
    measure = shlex.join(["python", "-m", "classifier", "evaluate", "--checkpoint", str(run.checkpoint)])
    print(f"How right is it on photos that it has never seen? {measure}")
    return 0
