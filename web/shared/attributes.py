"""Attributes aria-* and data-*, which are not Python names."""

from __future__ import annotations

from typing import Any


def aria(**values: str) -> dict[str, Any]:
    """`html.Nav(…, **aria(label="Pages"))` → aria-label="Pages"."""
    return {f"aria-{name}": value for name, value in values.items()}


def data(**values: str) -> dict[str, Any]:
    """`html.Div(…, **data(max_bytes="9"))` → data-max-bytes="9"."""
    return {f"data-{name.replace('_', '-')}": value for name, value in values.items()}
