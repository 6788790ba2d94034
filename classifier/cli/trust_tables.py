"""Tables of what answers are worth: the targets of the lists, and photos from elsewhere."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from classifier.cli.printing import PlainConsole
from classifier.reports.numbers import MISSING, percent

if TYPE_CHECKING:
    from classifier.reports.trust.estimates import Estimate
    from classifier.reports.trust.targets import Target
    from classifier.reports.trust.wild_report import KnownPhotos, Source, Strangers, WildReport

TARGETS = {
    ("split", "coverage"): "photos of the split whose coverage set holds the right class",
    ("split", "list_length"): "classes in a coverage set that is not empty, on average",
    ("elsewhere", "list_coverage"): "unsure answers to photos from elsewhere whose list holds the right class",
    ("elsewhere", "list_length"): "classes on such a list, on average",
}
MET = {True: "met", False: "missed", None: "not measured"}
KNOWN = {
    "top1": "the first answer is right",
    "top5": "the right answer is among the first five",
    "mean_class_top1": "first answer right, mean over the classes",
    "mean_class_top5": "among the first five, mean over the classes",
    "turned_away": "photos that are turned away as unknown",
    "confident_share": "answers that are called confident (“It is”)",
    "confident_precision": "confident answers that are right",
    "list_coverage": "unsure answers whose list holds the right class",
    "list_length": "classes on such a list, on average",
}
_MEANS = ("mean_class_top1", "mean_class_top5", "list_length")


def print_targets(targets: Sequence["Target"]) -> None:
    """Print what is wanted of the lists, what was measured, and whether that is enough: a line for each bound."""
    table = _table("What is wanted of lists", "figure", "wanted", "measured", "95 %", "", "meaning")
    for target in targets:
        table.add_section()
        for bound in target.bounds:
            is_share = bound.name != "list_length"
            wanted = f"{'≥' if bound.at_least else '≤'} {figure_text(bound.wanted, is_share=is_share)}"
            value = figure_text(bound.measured.value if bound.measured else None, is_share=is_share)
            ends = interval_text(bound.measured, is_share=is_share)
            meaning = TARGETS[target.photos, bound.name]
            table.add_row(bound.name, wanted, value, ends, MET[bound.met], meaning)
    PlainConsole().print(table)


def print_wild(report: "WildReport", *, title: str, sources: int) -> None:
    """Print figures of photos from elsewhere.

    Args:
        report: with the figures.
        title: what was measured.
        sources: so many of the sources, the worst first.
    """
    if report.known:
        _print_known(report.known, title=f"{title} on photos of its classes from {report.name}")
    if report.strangers:
        _print_strangers(report.strangers, title=f"{title} on other pictures from {report.name}")
    if report.by_source and sources:
        _print_sources(report.by_source, column=report.source_column or "", limit=sources)


def _print_known(known: "KnownPhotos", *, title: str) -> None:
    table = _table(title, "figure", "value", "95 %", "photos", "meaning")
    sources = f", {known.sources:,} sources" if known.sources else ""
    table.add_row("n", f"{known.n:,}", "", "", f"photos; {known.classes:,} classes{sources}")
    for name, meaning in KNOWN.items():
        estimate, is_share = known.figures[name], name != "list_length"
        counted = estimate is not None and name not in _MEANS
        part = f"{round(estimate.value * estimate.n):,} of {estimate.n:,}" if estimate and counted else ""
        value = figure_text(estimate.value if estimate else None, is_share=is_share)
        table.add_row(name, value, interval_text(estimate, is_share=is_share), part, meaning)
    table.add_row("ece", percent(known.ece, 2), "", "", "expected calibration error, 0 is perfect")
    table.caption = _drawn(known.intervals, known.sources)
    PlainConsole().print(table)


def _print_strangers(groups: Sequence["Strangers"], *, title: str) -> None:
    table = _table(title, "kind", "n", "turned away", "95 %", "called “It is”", "95 %", "intervals")
    for group in groups:
        cells = [
            text
            for estimate in (group.turned_away, group.confident)
            for text in (
                percent(estimate.value if estimate else None),
                interval_text(estimate, is_share=True),
            )
        ]
        drawn = f"over {group.sources:,} sources" if group.intervals == "sources" else "Wilson’s, over photos"
        table.add_row(group.kind, f"{group.n:,}", *cells, drawn)
    PlainConsole().print(table)


def _print_sources(found: Sequence["Source"], *, column: str, limit: int) -> None:
    table = _table(
        "The worst sources first", column, "known", "right", "turned away", "strangers", "turned away", "called “It is”"
    )
    for source in found[:limit]:
        counts = (source.known, source.right, source.known_away)
        others = (source.strangers, source.strangers_away, source.named)
        table.add_row(source.name, *(f"{count:,}" for count in (*counts, *others)))
    if len(found) > limit:
        table.add_row(f"… and {len(found) - limit:,} more", *[""] * 6)
    PlainConsole().print(table)


def _drawn(unit: str, sources: int) -> str:
    """What the intervals take as drawn by chance, in words."""
    if unit == "sources":
        return f"95 %: cluster bootstrap over {sources:,} sources"
    return "95 %: Wilson's for shares of photos, a bootstrap over the photos for means"


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title)
    texts = ("figure", "meaning", "kind", "intervals", "", headings[0])
    for heading in headings:
        table.add_column(heading, justify="left" if heading in texts else "right")
    return table


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
