"""Large figures with small words under them."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html


def create_numbers(numbers: Sequence[tuple[str, str]], *, class_name: str = "numbers") -> html.Dl:
    """Large figures with small words under them: (figure, words)."""
    return html.Dl(
        [html.Div([html.Dt(words), html.Dd(figure)], className="numbers__item") for figure, words in numbers],
        className=class_name,
    )
