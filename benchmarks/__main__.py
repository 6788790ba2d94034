"""Benchmarks: measure, print, keep the records and write docs/performance.md.

    python -m benchmarks                       everything but install, parity and training, which are named with --only
    python -m benchmarks --only api engines    some parts; the others keep what they found before
    python -m benchmarks --quick               a few rounds, to see that all of it runs; records nothing
    python -m benchmarks --page                only write the page from the records

Other work on the machine changes the figures; each section of the page says how much there was.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from benchmarks.report.machine import Load, describe_machine
from benchmarks.report.page import render
from benchmarks.report.parts import PARTS, Options
from benchmarks.report.printing import print_result
from benchmarks.report.records import Record, Result, read_records, write_records
from benchmarks.serving.servers import FULL, LIGHT, OTHERS
from classifier.cli.options import add_checkpoint_option
from classifier.files import write_text

ROOT = Path(__file__).resolve().parents[1]
PAGE, RECORDS = "performance.md", "performance.json"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=list(PARTS), metavar="NAME", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="a few rounds; nothing is recorded")
    parser.add_argument(
        "--install", action="store_true", help="also what is otherwise named: install, parity, training"
    )
    parser.add_argument("--page", action="store_true", help="measure nothing, write the page from the records")
    parser.add_argument("--output", type=Path, default=ROOT / "docs", metavar="DIR", help="of both (default: docs)")
    add_checkpoint_option(parser)
    args = parser.parse_args(arguments)
    options = Options(args.checkpoint.resolve(), quick=args.quick, say=say)
    try:
        records = read_records(args.output / RECORDS)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    names = args.only or [name for name, part in PARTS.items() if args.install or not part.by_name]
    failed = []
    for name in () if args.page else names:
        try:
            function = PARTS[name].find()
            if function is None:
                say(f"{name}: left out, since there is no {PARTS[name].module} that measures it")
                continue
            record = measure(name, partial(function, options))
        except Exception as error:  # whatever a browser or a server does, the other parts are measured
            say(f"{name}: failed. {type(error).__name__}: {error}")
            failed.append(name)
            continue
        if not args.quick:
            records[name] = record
            write_records(args.output / RECORDS, records)
    if not args.quick:
        write_text(args.output / PAGE, render(records))
        say(f"Written: {args.output / PAGE}")
    if failed:
        say(f"Failed: {', '.join(failed)}. What was recorded of them before is kept.")
    return 1 if failed else 0


def measure(name: str, function: Callable[[], Result]) -> Record:
    """Run one benchmark, print what it found, and note how it came about."""
    say(f"{name}: {PARTS[name].title}")
    started, load = time.monotonic(), Load()
    result = function()
    others = load.others_percent() if PARTS[name].is_timed else None
    print_result(result)
    busy = f"; other programs took {others:.0f} % of the cores" if others is not None else ""
    say(f"{name}: done in {time.monotonic() - started:.0f} s{busy}")
    command = f"python -m benchmarks --only {name}"
    return Record(result, date.today().isoformat(), command, describe_machine(FULL, LIGHT, OTHERS), others)


def say(sentence: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
