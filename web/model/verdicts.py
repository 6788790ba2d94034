"""The part of the page *Model* that tells whether the model knows when it does not know."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from classifier.reports.report import Report
from classifier.reports.verdict_figures import verdicts_height
from classifier.reports.verdict_report import VerdictReport
from classifier.reports.words import TITLE, describe_familiarity, describe_groups, describe_lists, describe_verdicts
from web.dataset.charts import create_chart_holder
from web.model.figures import TRUST_HEIGHT_PX

CHARTS = ("model-verdicts-chart", "model-lists-chart", "model-familiarity-chart")


def create_trust(report: Report, *, command: str, calibrate: str) -> html.Section:
    """Charts and words; without figures, the commands that write them. The holders are there in any case, for the
    callback that fills them."""
    if report.verdicts is None:
        told = [create_untold(command, calibrate), *(html.Div(id=name, hidden=True) for name in CHARTS)]
    else:
        told = create_told(report, report.verdicts)
    return html.Section([html.H2(TITLE), *told], id="trust", className="section")


def create_untold(command: str, calibrate: str) -> html.P:
    return html.P(
        [
            "The report does not tell yet: ",
            html.Code(calibrate),
            " teaches the model to say so, unless it was taught before, and ",
            html.Code(f"{command} --unknown DIR"),
            " measures it, with a folder of pictures of other things.",
        ],
        className="note photo-help",
    )


def create_told(report: Report, trust: VerdictReport) -> list[Component]:
    verdicts, lists, familiarity = CHARTS
    columns = [
        html.Div(
            [
                html.H3("How long its lists are"),
                create_chart_holder(lists, height=TRUST_HEIGHT_PX),
                html.P(describe_lists(report, trust), className="prose"),
            ]
        )
    ]
    if trust.unknown:
        columns.append(
            html.Div(
                [
                    html.H3("How familiar pictures look to it"),
                    create_chart_holder(familiarity, height=TRUST_HEIGHT_PX),
                    html.P(describe_familiarity(report, trust), className="prose"),
                ]
            )
        )
    else:
        columns.append(html.Div(id=familiarity, hidden=True))
    return [
        html.P(describe_verdicts(report, trust), className="prose"),
        html.Div(create_chart_holder(verdicts, height=verdicts_height(trust)), className="verdict-bars"),
        html.Ul([html.Li(words) for words in describe_groups(report, trust)], className="prose verdict-words"),
        html.Div(columns, className="two-columns"),
    ]
