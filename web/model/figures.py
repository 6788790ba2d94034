"""Figures of the page *Model*: those of the report, with the template and the heights of the site."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from classifier.data.labels import LabelClass
from classifier.reports import figures as report_figures
from classifier.reports import verdict_figures
from classifier.reports.report import Report
from classifier.reports.verdict_report import VerdictReport
from web.shared.figures import TEMPLATE

CURVE_HEIGHT_PX, RELIABILITY_HEIGHT_PX, VERDICT_HEIGHT_PX = 320, 400, 340


def create_curves_figure(report: Report, quantity: str) -> go.Figure:
    """Training and validation by epoch; quantity: "loss" or "top1"."""
    figure = report_figures.draw_training_curves(report.training, quantity)
    figure.update_layout(template=TEMPLATE, height=CURVE_HEIGHT_PX, margin={"t": 36, "l": 8, "r": 8, "b": 8})
    return figure


def create_reliability_figure(report: Report) -> go.Figure:
    """Accuracy against confidence."""
    figure = report_figures.draw_reliability(report)
    figure.update_layout(template=TEMPLATE, height=RELIABILITY_HEIGHT_PX, margin={"t": 36, "l": 8, "r": 8, "b": 8})
    figure.update_xaxes(range=[-0.02, 1.07], dtick=0.25)  # room for the largest dot on a phone, and a figure under it
    return figure


def create_matrix_figure(report: Report, labels: Sequence[LabelClass], *, narrow: bool = False) -> go.Figure:
    """The confusion matrix of these classes; it grows with the square that holds it."""
    figure = report_figures.draw_matrix(report, labels, narrow=narrow)
    figure.update_layout(template=TEMPLATE, autosize=True)
    figure.update_xaxes(showline=True, mirror=True, linecolor=report_figures.GREY)
    figure.update_yaxes(showline=True, mirror=True, linecolor=report_figures.GREY)
    return figure


def create_verdict_figures(report: Report, measured: VerdictReport) -> tuple[go.Figure, go.Figure, go.Figure | None]:
    """Verdicts, sizes of lists, and familiarity, which needs pictures of other things."""
    verdicts = verdict_figures.draw_verdicts(report, measured)
    lists = verdict_figures.draw_list_sizes(report, measured)
    familiarity = verdict_figures.draw_familiarity(report, measured) if measured.unknown else None
    height = verdict_figures.verdicts_height(measured)
    verdicts.update_layout(template=TEMPLATE, height=height, margin={"t": 8, "l": 8, "r": 24, "b": 8})
    for figure in (lists, familiarity):
        if figure is not None:
            figure.update_layout(template=TEMPLATE, height=VERDICT_HEIGHT_PX, margin={"t": 36, "l": 8, "r": 8, "b": 8})
    return verdicts, lists, familiarity
