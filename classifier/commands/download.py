"""python -m classifier download: fetch the photos of the Oxford 102 flowers."""

import argparse
from functools import partial
from pathlib import Path

from classifier.cli.help import TeachingFormatter
from classifier.data import oxford
from classifier.locations import DATA_DIR

EPILOG = """examples:
  python -m classifier download
  python -m classifier download --root ~/photos     then: FLOWERS_ROOT=~/photos make app
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "download",
        help="fetch the photos of the Oxford 102 flowers (330 MB)",
        description="Fetch the official archive from Oxford, check it and unpack it into ROOT/flowers-102. "
        "Photos that are already there are kept; a download that fails leaves nothing behind.",
        epilog=EPILOG,
        formatter_class=TeachingFormatter,
    )
    parser.add_argument("--root", type=Path, default=DATA_DIR, help="folder for flowers-102 (default: data)")
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Run the command. Raises DownloadError, whose message is one sentence."""
    root: Path = args.root.expanduser()
    folder = root / "flowers-102"
    if oxford.download_photos(root, report=partial(print, flush=True)):
        print(f"{oxford.PHOTO_COUNT:,} photos are now in {folder}.")
    else:
        print(f"The photos are already in {folder}.")
    return 0
