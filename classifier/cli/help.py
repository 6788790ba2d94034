"""How --help is laid out: prose as wide as the terminal, examples as they would be typed."""

import argparse
import re
import textwrap

EXAMPLES = ("examples:", "example:")
_INSIDE = "      "


class TeachingFormatter(argparse.HelpFormatter):
    """Formatter of --help: wraps paragraphs, and keeps examples readable.

    In the paragraph that begins with `EXAMPLES`, a line is a command and, after two spaces or more, what it does. Where
    the terminal is too narrow, that goes below, and a long command on further lines.
    """

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = text.strip("\n").split("\n\n")
        return "\n\n".join(lay_out(paragraph, width) for paragraph in paragraphs)


def lay_out(paragraph: str, width: int) -> str:
    """One paragraph within `width` characters, as far as words allow."""
    if not paragraph.startswith(EXAMPLES):
        return textwrap.fill(" ".join(paragraph.split()), width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(_example(line, width) for line in paragraph.splitlines())


def _example(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    if line.startswith(" " * 20):  # what the command above does
        return _wrap(f"# {line.strip()}", width, first=_INSIDE)
    command, meaning = re.fullmatch(r"\s*(\S.*?)(?:\s{2,}(\S.*))?", line).groups()  # type: ignore[union-attr]
    lines = _wrap(command, width - 2, first="  ").replace("\n", " \\\n")
    return f"{lines}\n{_wrap(f'# {meaning}', width, first=_INSIDE)}" if meaning else lines


def _wrap(text: str, width: int, *, first: str) -> str:
    return textwrap.fill(
        text, width, initial_indent=first, subsequent_indent=_INSIDE, break_long_words=False, break_on_hyphens=False
    )
