"""python -m classifier split: cut a folder of photos into train, valid and test."""

import argparse
import shlex
from pathlib import Path

from classifier.cli.help import TeachingFormatter
from classifier.cli.options import add_limit_options, photo_limits
from classifier.cli.photos import open_folder
from classifier.cli.printing import PlainConsole
from classifier.cli.terminal import print_left_out, progress_bar, table_of
from classifier.errors import DatasetError
from classifier.outputs.claims import claim
from classifier.outputs.kinds import MANIFEST as MANIFEST_KIND

EPILOG = """examples:
  python -m classifier split photos                          copies to photos-split/train/CLASS/…, valid/…, test/…
  python -m classifier split photos --ratios 0.7 0.15 0.15 --output /data/cut
  python -m classifier split photos --manifest               writes photos/manifest.csv only, which train follows

“train --data photos” splits by itself; use this command to choose the ratios, or to see and keep the parts.
Each class is cut in the same ratios, at random by --seed. Photos that are identical, or look it (shrunk, compressed
again), stay in one part, so that no photo of the test was trained on. Nothing is ever overwritten;
files that are not photos are listed and stay where they are.
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "split",
        help="cut a folder of photos into train, valid and test",
        description="Cut a folder with one folder of photos a class into train, valid and test.",
        epilog=EPILOG,
        formatter_class=TeachingFormatter,
    )
    add = parser.add_argument
    add("folder", type=Path, metavar="DIR", help="the photos: one folder a class")
    add(
        "--ratios",
        type=float,
        nargs=3,
        default=(0.85, 0.10, 0.05),
        metavar=("TRAIN", "VALID", "TEST"),
        help="parts that sum to 1 (default: 0.85 0.1 0.05)",
    )
    add("--seed", type=int, default=1, metavar="N", help="another number, another split (default: 1)")
    add("--output", type=Path, metavar="FOLDER", help="where the parts go (default: DIR-split; for --manifest: DIR)")
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--copy", action="store_const", dest="way", const="copy", help="copy the photos (default)")
    ways.add_argument("--move", action="store_const", dest="way", const="move", help="move them; no disk space needed")
    ways.add_argument("--manifest", action="store_const", dest="way", const="manifest", help="only write manifest.csv")
    add_limit_options(parser, trained=False)
    parser.set_defaults(run=main, way="copy")


def main(args: argparse.Namespace) -> int:
    """Split as the arguments say. See `folders.read_folder` and `splitting.place` for the errors."""
    from classifier.data.folder_tree import MANIFEST, is_split
    from classifier.data.manifest import write_manifest
    from classifier.data.splitting import Ratios, check_target, place

    root = args.folder.expanduser().absolute()
    ratios, limits = Ratios(*args.ratios), photo_limits(args)
    if root.is_dir() and is_split(root):
        raise DatasetError(f"{root} is split already: it has train, valid or test folders. Train on it as it is.")
    if (root / MANIFEST).exists():
        raise DatasetError(f"{root} is split already, by its {MANIFEST}. Take that file away to split again.")
    target = args.output or (root if args.way == "manifest" else root.with_name(f"{root.name}-split"))
    if args.way == "manifest":
        claim(target / MANIFEST, MANIFEST_KIND, renew=False)
    else:
        check_target(root, target.expanduser().absolute())
    found = open_folder(root, ratios=ratios, seed=args.seed, limits=limits)
    print_left_out(found, limit=1000)
    PlainConsole().print(table_of(found.collection))
    if args.way == "manifest":
        path = target / MANIFEST
        try:
            target.mkdir(parents=True, exist_ok=True)
            write_manifest(path, found.collection.photos)
        except OSError as error:
            raise DatasetError(f"{path} could not be written: {error.strerror}. Name another --output.") from error
        print(f"The split is recorded in {path}.")
        if target == root:
            print(f"It is followed by: python -m classifier train --data {shlex.quote(str(args.folder))}")
        return 0
    with progress_bar("moving" if args.way == "move" else "copying") as step:
        place(found.collection, target, move=args.way == "move", step=step)
    print(f"The parts are in {target}. Train with: python -m classifier train --data {shlex.quote(str(target))}")
    return 0
