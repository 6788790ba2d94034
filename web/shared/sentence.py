"""Sentences with components in them, such as links and buttons. One message is one sentence with named holes."""

from __future__ import annotations

from string import Formatter
from typing import Any


def fill(message: str, **parts: Any) -> list[Any]:
    """Children of a component: the text of `message`, with what `parts` has for its holes in between.

    `fill("Run {command} first.", command=html.Code("ls"))` → ["Run ", html.Code("ls"), " first."]. Texts that follow
    one another are joined.

    Raises:
        KeyError: a hole that `parts` has nothing for.
    """
    children: list[Any] = []
    for text, name, _, _ in Formatter().parse(message):
        for piece in (text, parts[name] if name else ""):
            if isinstance(piece, str) and children and isinstance(children[-1], str):
                children[-1] += piece
            elif piece != "":
                children.append(piece)
    return children
