"""Charts, matrix and table of the page *Model*; all from the report, nothing is computed again."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from classifier.reports.figures import axis_names, classes_with_errors
from classifier.reports.history import history_of
from classifier.reports.report import Report
from web.model import figures
from web.model.photos import create_opened
from web.model.report import find_report
from web.model.table import create_table
from web.model.verdicts import CHARTS as VERDICT_CHARTS
from web.shared.attributes import aria
from web.shared.figures import CONFIG, create_chart
from web.shared.wiring import Wiring
from web.site import Site


def register(app: dash.Dash, site: Site) -> None:
    """Attach the page's callbacks."""
    wiring = Wiring(app, site)
    near = Input("model-near", "data")
    wiring.in_browser(
        "florascope.comesNear", Output("model-near", "data"), Input("model-page", "id"), State("model-charts", "id")
    )
    wiring.in_server(
        show_charts,
        Output("model-loss-chart", "children"),
        Output("model-top1-chart", "children"),
        Output("model-reliability-chart", "children"),
        near,
    )
    wiring.in_server(show_verdicts, *(Output(name, "children") for name in VERDICT_CHARTS), near)
    # On a phone names beside the matrix would lie on top of each other.
    app.clientside_callback(
        "near => near ? window.innerWidth < 700 : window.dash_clientside.no_update",
        Output("model-narrow", "data"),
        near,
    )
    wiring.in_server(
        show_matrix,
        Output("model-matrix-chart", "children"),
        Input("model-narrow", "data"),
        Input("model-mistaken", "checked"),
    )
    wiring.in_server(
        open_photos,
        Output("model-opened", "children"),
        Input("model-matrix", "clickData"),
        Input("model-row", "value"),
        tells_trigger=True,
        prevent_initial_call=True,
    )
    wiring.in_server(
        sort_table,
        Output("model-table", "children"),
        Input("model-order", "value"),
        Input("model-few", "checked"),
        prevent_initial_call=True,
    )


def show_charts(site: Site, near: bool | None) -> tuple[html.Div | None, html.Div | None, html.Div]:
    """Loss, accuracy (both None without a history of the training) and reliability."""
    report = report_to_draw(site, near)
    loss = accuracy = None
    if history_of(report.training).rows:
        loss = create_chart(
            figures.create_curves_figure(report, "loss"), "Lines: loss in training and validation by epoch"
        )
        accuracy = create_chart(
            figures.create_curves_figure(report, "top1"), "Lines: accuracy in training and validation by epoch"
        )
    dots = create_chart(figures.create_reliability_figure(report), "Dots: how often answers of a confidence are right")
    return loss, accuracy, dots


def show_verdicts(site: Site, near: bool | None) -> tuple[html.Div, html.Div, html.Div | None]:
    """Verdicts, lengths of lists, and familiarity (None when no pictures of other things were measured)."""
    report = report_to_draw(site, near)
    if report.verdicts is None:
        raise PreventUpdate
    verdicts, lists, familiarity = figures.create_verdict_figures(report, report.verdicts)
    return (
        create_chart(verdicts, "Bars: of 100 pictures of each kind, how many got which answer; the list below says it"),
        create_chart(lists, f"Bars: how many {report.subject.nouns} the lists name, of 100 photos"),
        create_chart(familiarity, "Lines: how familiar pictures of each kind look to the model")
        if familiarity
        else None,
    )


def show_matrix(site: Site, narrow: bool | None, only_mistaken: bool | None) -> html.Div:
    """The confusion matrix; `narrow` is None until the page knows how wide it is."""
    report = report_to_draw(site, narrow is not None)
    labels = classes_with_errors(report) if only_mistaken else report.classes
    figure = figures.create_matrix_figure(report, labels or report.classes, narrow=bool(narrow))
    graph = dcc.Graph(id="model-matrix", figure=figure, config=CONFIG, className="matrix__graph", responsive=True)
    words = "Confusion matrix. The chooser above opens the photos of a class, the table below has its figures."
    return html.Div(graph, role="img", className="matrix__square", **aria(label=words))


def open_photos(site: Site, click: Any, row: str | None, *, trigger: str | None) -> html.Div | None:
    """Photos of the cell that was clicked, or of the class that was chosen; None for neither."""
    report = report_to_draw(site, True)
    if trigger == "model-row":
        class_id, answer_id = known_class(report, row), None
    else:
        class_id, answer_id = clicked_cell(report, click)
    return None if class_id is None else create_opened(report, class_id, answer_id, site=site)


def sort_table(site: Site, order: str | None, only_mistaken: bool | None) -> html.Table:
    """The table of the classes in another order, or with other classes."""
    return create_table(report_to_draw(site, True), str(order), only_mistaken=bool(only_mistaken))


def report_to_draw(site: Site, near: bool | None) -> Report:
    """The report of the served checkpoint.

    Raises:
        PreventUpdate: the page has not come `near` what is drawn, or there is no report.
    """
    report = find_report(site).report if near else None
    if report is None:
        raise PreventUpdate
    return report


def clicked_cell(report: Report, click: Any) -> tuple[int | None, int | None]:
    """(class id, answer's id) of the cell that was clicked; None for both when the matrix has no such cell."""
    try:
        point = click["points"][0]
        names = dict(zip(axis_names(report.classes), report.classes, strict=True))
        return names[point["y"]].class_id, names[point["x"]].class_id
    except (KeyError, IndexError, TypeError):
        return None, None


def known_class(report: Report, text: str | None) -> int | None:
    """The class id that `text` names; None when the report has no such class."""
    return next((class_id for class_id in report.labels if str(class_id) == text), None)
