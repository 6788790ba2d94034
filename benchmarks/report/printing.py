"""Printing results on the terminal."""

import sys

from rich.table import Table as RichTable

from benchmarks.report.records import Result, Table
from classifier.cli.printing import PlainConsole

WIDTH = 160  # where it goes to a file


def print_result(result: Result) -> None:
    """Print its tables and notes."""
    console = PlainConsole(width=None if sys.stdout.isatty() else WIDTH)
    for table in result.tables:
        console.print(to_rich(table))
    for note in result.notes:
        console.print(note)


def to_rich(table: Table) -> RichTable:
    shown = RichTable(title=table.title or None, title_justify="left")
    for number, column in enumerate(table.columns):
        shown.add_column(column, justify="right" if number else "left")
    for row in table.rows:
        shown.add_row(*row)
    return shown
