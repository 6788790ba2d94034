"""Printing on the terminal: names of classes and files as they are, never as markup, emoji or control sequences."""

import json
import sys
from typing import Any

from rich.console import Console
from rich.text import Text

from classifier.files import to_json


def printable(text: str) -> str:
    """A text with every control character but line ends replaced, so that no name can steer the terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in text)


class PlainConsole(Console):
    """Console that shows texts as they are: “tulip [red]” keeps its brackets, “:rose:” is not an emoji.

    Styles come from the tables and columns, not from the texts in them.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """The text without control characters; called for every text that is printed or stands in a table."""
        return super().render_str(printable(text), **options)


def print_as_json(values: Any) -> None:
    """Print one line of JSON, in ASCII where stdout takes no other letters; it means the same."""
    is_unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    print(to_json(values) if is_unicode else json.dumps(values), flush=True)


def warn(sentence: str) -> None:
    """Print a sentence on stderr, where it does not mix with the answers."""
    print(printable(sentence), file=sys.stderr)


def describe_speed(done: int, seconds: float) -> str:
    """A sentence about how many photos were done, and how fast."""
    return f"{done:,} {'photo' if done == 1 else 'photos'} in {seconds:.1f} s: {done / seconds:.1f} photos/s."
