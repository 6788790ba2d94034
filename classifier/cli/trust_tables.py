"""Tables of what answers are worth: the targets of the lists, and photos from elsewhere."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from classifier.cli.printing import PlainConsole
from classifier.reports.numbers import MISSING, percent

if TYPE_CHECKING:
    from classifier.reports.trust.estimates import Estimate
    from classifier.reports.trust.targets import Target

TARGETS = {
    "coverage": "photos whose coverage set holds the right class",
    "list_length": "classes in a coverage set that is not empty, on average",
}
MET = {True: "met", False: "missed", None: "not measured"}


def print_targets(targets: Sequence["Target"]) -> None:
    """Print what is wanted of the lists, what was measured, and whether that is enough: a line for each bound."""
    table = Table(title="What is wanted of the lists; bounds between two lines count together")
    for heading in ("figure", "wanted", "measured", "95 %", "", "meaning"):
        table.add_column(heading, justify="right" if heading in ("wanted", "measured", "95 %") else "left")
    for target in targets:
        table.add_section()
        for bound in target.bounds:
            is_share = bound.name != "list_length"
            wanted = f"{'≥' if bound.at_least else '≤'} {figure_text(bound.wanted, is_share=is_share)}"
            value = figure_text(bound.measured.value if bound.measured else None, is_share=is_share)
            ends = interval_text(bound.measured, is_share=is_share)
            table.add_row(bound.name, wanted, value, ends, MET[bound.met], TARGETS[bound.name])
    PlainConsole().print(table)


def figure_text(value: float | None, *, is_share: bool) -> str:
    """A share in per cent, or a mean with two places; “–” for None."""
    if is_share or value is None:
        return percent(value, 2)
    return f"{value:.2f}"


def interval_text(estimate: "Estimate | None", *, is_share: bool) -> str:
    """Both ends of an interval: "97.3–99.1 %", or "1.00–1.02" of a mean; “–” for None."""
    if estimate is None:
        return MISSING
    if is_share:
        return f"{100 * estimate.low:.1f}–{100 * estimate.high:.1f} %"
    return f"{estimate.low:.2f}–{estimate.high:.2f}"
