"""Targets: the figures that were asked for, and whether a measurement reaches them. All are for two idle cores."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from benchmarks.report.records import Record, Table


@dataclass(frozen=True)
class Target:
    """A wanted figure.

    wanted: in words.
    part, key: the benchmark that measures it, and the figure's key in its result.
    at: whether the figure has to be at least or at most the limit.
    """

    wanted: str
    part: str
    key: str
    at: Literal["least", "most"]
    limit: float
    unit: str = ""

    def is_reached(self, figure: float) -> bool:
        """Whether a measured figure is good enough."""
        return figure >= self.limit if self.at == "least" else figure <= self.limit


TARGETS = (
    Target("Answers per second through the API, 8 visitors, photos of 500 px", "api", "answers_per_s", "least", 100),
    Target("The same, as a multiple of a Gradio demo’s", "api", "times_gradio", "least", 8, "×"),
    Target("8 visitors click: 95 % have their answer within", "click", "p95_ms", "most", 200, "ms"),
    Target("Server time of a click, as a multiple of the API’s", "click", "times_api", "most", 1.3, "×"),
    Target("An answer to a click, compressed", "click", "answer_kb", "most", 25, "kB"),
    Target("An answer on the screen after the click, in Chromium", "weight", "on_screen_ms", "most", 350, "ms"),
    Target(
        "Engines whose answers to the test photos differ too much from PyTorch’s", "parity", "falls_short", "most", 0
    ),
    Target("A folder’s photos per second, of the engine’s own rate", "folders", "share", "least", 90, "%"),
    Target("A JPEG of 12 MP from the bytes to the answer, on one core", "folders", "jpeg_ms", "most", 60, "ms"),
    Target("The model file", "resources", "model_mb", "most", 11, "MB"),
    Target("Light set on disk", "resources", "disk_mb", "most", 450, "MB"),
    Target("Installing the light set", "install", "install_s", "most", 40, "s"),
    Target("Light set: from the start to the first answer", "resources", "first_answer_s", "most", 3, "s"),
    Target("Light set: memory after 1,000 answers", "resources", "memory_mb", "most", 350, "MB"),
    Target(
        "Training: photos per second, of what they were with two processes that read",
        "training",
        "times_before",
        "least",
        1.5,
        "×",
    ),
)


def targets_table(records: Mapping[str, Record]) -> Table:
    """Each target beside what was measured."""
    rows = []
    for target in TARGETS:
        record = records.get(target.part)
        figure = record.result.figures.get(target.key) if record else None
        reached = "" if figure is None else "yes" if target.is_reached(figure) else "no"
        sign = "≥" if target.at == "least" else "≤"
        measured = "not measured" if figure is None else _with_unit(figure, target.unit)
        rows.append((target.wanted, f"{sign} {_with_unit(target.limit, target.unit)}", measured, reached))
    return Table("Wanted and measured", ("", "wanted", "measured", "reached"), tuple(rows))


def _with_unit(figure: float, unit: str) -> str:
    return f"{number(figure)} {unit}".strip()


def number(figure: float) -> str:
    """A figure with three digits that count, and no more than it has: 0.123, 4.56, 78.9, 1,234."""
    for least, digits in ((100, 0), (10, 1), (1, 2)):
        if round(abs(figure), digits) >= least:
            break
    else:
        digits = 3
    text = f"{figure:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
