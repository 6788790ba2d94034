"""The command line: python -m classifier COMMAND."""

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence

from classifier.errors import ClassifierError

# One module each in classifier/commands, in the order in which a newcomer meets them.
COMMANDS = ("download", "split", "lr_find", "train", "index", "calibrate", "evaluate", "compare", "predict", "export")


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; each adds its own part."""
    parser = argparse.ArgumentParser(
        prog="python -m classifier",
        description="Train, measure and use image classifiers; the one that ships knows 102 flowers.",
        epilog="Begin with: python -m classifier predict PHOTO.jpg",
    )
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in COMMANDS:
        importlib.import_module(f"classifier.commands.{name}").add_parser(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Returns:
        0 done, 1 an error that a sentence on stderr describes, 2 wrong usage, 130 Ctrl-C.
    """
    logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stderr)
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    try:
        args = build_parser().parse_args(arguments)
        return int(args.run(args))
    except ClassifierError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader (head, less) has gone
        sys.stderr.close()
        return 0


if __name__ == "__main__":
    sys.exit(main())
