"""Table of the classes with their figures and intervals, in an order of choice."""

from __future__ import annotations

from dash import dcc, html

from classifier.reports.figures import classes_with_errors
from classifier.reports.numbers import hundred_range
from classifier.reports.report import ClassFigures, Report
from web.model.photos import name_of
from web.shared.attributes import aria
from web.shared.wording import format_rate

# value → (words, what to sort by: low first; classes without a figure come last).
ORDERS = {
    "f1": "lowest F1 first",
    "recall": "lowest recall first",
    "precision": "lowest precision first",
    "few": "fewest photos first",
    "many": "most photos first",
    "name": "by name",
}


def sort_classes(report: Report, order: str) -> list[ClassFigures]:
    """The classes in one of `ORDERS`; an unknown one counts as "f1"."""

    def share_key(each: ClassFigures) -> tuple[bool, float, int]:
        share = {"recall": each.recall, "precision": each.precision}.get(order, each.f1)
        return share is None, share or 0.0, each.class_id

    if order == "name":
        return sorted(report.per_class, key=lambda each: name_of(report, each.class_id).casefold())
    if order in ("few", "many"):
        sign = 1 if order == "few" else -1
        return sorted(report.per_class, key=lambda each: (sign * each.n, each.class_id))
    return sorted(report.per_class, key=share_key)


def create_table(report: Report, order: str, *, only_mistaken: bool) -> html.Table:
    """One row a class: photos, recall, precision and F1 with 95 % intervals."""
    shown = {label.class_id for label in (classes_with_errors(report) if only_mistaken else report.classes)}
    head = [html.Th(words, scope="col") for words in ("Class", "Photos", "Recall", "Precision", "F1")]
    rows = [
        html.Tr(
            [
                html.Th(dcc.Link(name_of(report, each.class_id), href=f"/flower/{each.class_id}"), scope="row"),
                html.Td(f"{each.n:,}"),
                _figure(each.recall, each.recall_interval),
                _figure(each.precision, each.precision_interval),
                _figure(each.f1, each.f1_interval),
            ]
        )
        for each in sort_classes(report, order)
        if each.class_id in shown
    ]
    caption = html.Caption("Recall, precision and F1 of the classes", className="visually-hidden")
    return html.Table([caption, html.Thead(html.Tr(head)), html.Tbody(rows)], className="table model-table")


def _figure(share: float | None, interval: tuple[float, float]) -> html.Td:
    if share is None:
        return html.Td("–", className="model-table__none")
    low, high = interval
    bar = html.Span(
        [
            html.Span(
                className="interval__range", style={"left": f"{100 * low:.1f}%", "width": f"{100 * (high - low):.1f}%"}
            ),
            html.Span(className="interval__point", style={"left": f"{100 * share:.1f}%"}),
        ],
        className="interval",
        **aria(hidden="true"),
    )
    ends = html.Span(hundred_range((low, high)), className="interval__ends")
    return html.Td([html.Span([html.Span(format_rate(share)), ends], className="interval__words"), bar])
