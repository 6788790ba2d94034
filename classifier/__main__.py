"""The command line: python -m classifier COMMAND."""

import argparse
import errno
import importlib
import io
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType

from classifier.cli.printing import printable
from classifier.errors import NOT_LIGHT, ClassifierError, left_out

# Errors of a disk that takes no more: full, over quota, too large a file, broken, read-only.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS}
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
    for chatty in ("lightning.pytorch", "torch"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names of files may hold bytes that are not UTF-8
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            return _run(arguments)
        finally:
            sys.stdout.flush()  # here, where an error can be reported, and not when Python ends
    except BrokenPipeError:  # the reader (head, less) has gone
        _drop_output()
        return 0
    except SystemExit as ending:
        if isinstance(ending.__context__, BrokenPipeError):  # rich ends with 1 then
            return 0
        raise
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        _drop_output()
        what = error.filename or "The output"
        with suppress(OSError):  # stderr may lead to the same full disk
            print(f"error: {what} cannot be written: {error.strerror}. Make room, and try again.", file=sys.stderr)
        return 1


def _run(arguments: Sequence[str] | None) -> int:
    interrupted = _notice_interrupts()
    try:
        args = build_parser().parse_args(arguments)
        return int(args.run(args))
    except KeyboardInterrupt:
        return _stopped()
    except Exception as error:
        # Libraries that are stopped while they load make other errors of it: PyTorch a RecursionError, others an
        # ImportError. What follows Ctrl-C is its doing.
        if interrupted.is_set():
            return _stopped()
        print(f"error: {printable(_sentence_of(error))}", file=sys.stderr)
        return 1


def _sentence_of(error: Exception) -> str:
    """What an error says to the user; raises it if it is a mistake of the program."""
    if isinstance(error, ModuleNotFoundError) and (package := str(error.name).split(".")[0]) in NOT_LIGHT:
        return left_out("This command", package)
    if not isinstance(error, ClassifierError):
        raise error
    return str(error)


def _notice_interrupts() -> threading.Event:
    """An event that is set as soon as Ctrl-C is pressed, whatever becomes of the KeyboardInterrupt."""
    noticed = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> None:
        noticed.set()
        signal.default_int_handler(number, frame)

    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, interrupt)
    return noticed


def _stopped() -> int:
    print("\nStopped.", file=sys.stderr)
    return 130


def _drop_output() -> None:
    """Lead stdout to nowhere: what still waits in its buffer cannot be written, and Python would try so at its end."""
    with suppress(OSError, ValueError):  # ValueError: stdout is closed, or is not a file (in tests)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
