"""Charts, matrix and table of the page *Model*; all from the report, nothing is computed anew."""

from __future__ import annotations

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, ctx, dcc, html
from dash.exceptions import PreventUpdate

from classifier.reports.figures import axis_names, classes_with_errors
from classifier.reports.history import history_of
from classifier.reports.report import Report
from web.model import figures as model_figures
from web.model.photos import create_opened
from web.model.report import find_report
from web.model.table import create_table
from web.model.verdicts import CHARTS as TRUST_CHARTS
from web.shared.attributes import aria
from web.shared.figures import CONFIG
from web.site import Site


def register(app: dash.Dash, site: Site) -> None:
    app.clientside_callback(
        ClientsideFunction("florascope", "comesNear"),
        Output("model-near", "data"),
        Input("model-page", "id"),
        State("model-charts", "id"),
    )

    @app.callback(
        Output("model-loss-chart", "children"),
        Output("model-top1-chart", "children"),
        Output("model-reliability-chart", "children"),
        Input("model-near", "data"),
    )
    def show_charts(near: bool | None) -> tuple[Any, ...]:
        report = _report(site, near)
        curves: list[Any] = [None, None]
        if history_of(report.training).rows:
            curves = [
                _graph(model_figures.create_curves(report, "loss"), "Lines: loss in training and validation by epoch"),
                _graph(
                    model_figures.create_curves(report, "top1"), "Lines: accuracy in training and validation by epoch"
                ),
            ]
        dots = _graph(model_figures.create_reliability(report), "Dots: how often answers of a confidence are right")
        return (*curves, dots)

    @app.callback(*(Output(name, "children") for name in TRUST_CHARTS), Input("model-near", "data"))
    def show_trust(near: bool | None) -> tuple[Any, ...]:
        report = _report(site, near)
        if report.verdicts is None:
            raise PreventUpdate
        verdicts, lists, familiarity = model_figures.create_trust(report, report.verdicts)
        return (
            _graph(verdicts, "Bars: of 100 pictures of each kind, how many got which answer; the list below says it"),
            _graph(lists, f"Bars: how many {report.subject.nouns} the lists name, of 100 photos"),
            _graph(familiarity, "Lines: how familiar pictures of each kind look to the model") if familiarity else None,
        )

    # On a phone names beside the matrix would lie on top of each other.
    app.clientside_callback(
        "near => near ? window.innerWidth < 700 : window.dash_clientside.no_update",
        Output("model-narrow", "data"),
        Input("model-near", "data"),
    )

    @app.callback(
        Output("model-matrix-chart", "children"),
        Input("model-narrow", "data"),
        Input("model-mistaken", "checked"),
    )
    def show_matrix(narrow: bool | None, only_mistaken: bool | None) -> html.Div:
        report = _report(site, narrow is not None)
        labels = classes_with_errors(report) if only_mistaken else report.classes
        figure = model_figures.create_matrix(report, labels or report.classes, narrow=bool(narrow))
        graph = dcc.Graph(id="model-matrix", figure=figure, config=CONFIG, className="matrix__graph", responsive=True)
        words = "Confusion matrix. The chooser above opens the photos of a class, the table below has its figures."
        return html.Div(graph, role="img", className="matrix__square", **aria(label=words))

    @app.callback(
        Output("model-opened", "children"),
        Input("model-matrix", "clickData"),
        Input("model-row", "value"),
        prevent_initial_call=True,
    )
    def open_photos(click: Any, row: str | None) -> html.Div | None:
        report = _report(site, True)
        if ctx.triggered_id == "model-row":
            class_id, answer_id = _known_class(report, row), None
        else:
            class_id, answer_id = _clicked(report, click)
        return None if class_id is None else create_opened(report, class_id, answer_id, site=site)

    @app.callback(
        Output("model-table", "children"),
        Input("model-order", "value"),
        Input("model-few", "checked"),
        prevent_initial_call=True,
    )
    def sort_table(order: str | None, only_mistaken: bool | None) -> html.Table:
        return create_table(_report(site, True), str(order), only_mistaken=bool(only_mistaken))


def _report(site: Site, near: bool | None) -> Report:
    report = find_report(site).report if near else None
    if report is None:
        raise PreventUpdate
    return report


def _graph(figure: Any, words: str) -> html.Div:
    return html.Div(dcc.Graph(figure=figure, config=CONFIG), role="img", **aria(label=words))


def _clicked(report: Report, click: Any) -> tuple[int | None, int | None]:
    """(class id, answer's id) of the cell that was clicked; None for both when it was none of ours."""
    try:
        point = click["points"][0]
        names = dict(zip(axis_names(report.classes), report.classes, strict=True))
        return names[point["y"]].class_id, names[point["x"]].class_id
    except (KeyError, IndexError, TypeError):
        return None, None


def _known_class(report: Report, text: str | None) -> int | None:
    return next((class_id for class_id in report.labels if str(class_id) == text), None)
