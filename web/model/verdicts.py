"""Section of the page *Model*: does the model know when it does not know?"""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from classifier.reports.report import Report
from classifier.reports.trust.wild_report import WildReport
from classifier.reports.trust.words import WILD_TITLE, describe_targets, describe_wild
from classifier.reports.verdict_figures import verdicts_height
from classifier.reports.verdict_report import VerdictReport
from classifier.reports.words import TITLE, describe_familiarity, describe_groups, describe_lists, describe_verdicts
from web.model.figures import VERDICT_HEIGHT_PX
from web.shared.figures import create_chart_holder
from web.shared.sentence import fill

CHARTS = ("model-verdicts-chart", "model-lists-chart", "model-familiarity-chart")


def create_verdicts_section(report: Report, *, command: str, calibrate: str) -> html.Section:
    """Charts and words; without figures, the commands that write them.

    The holders of the charts are there in either case, for the callback that fills them.
    """
    if report.verdicts is None:
        content = [create_verdicts_missing(command, calibrate), *(html.Div(id=name, hidden=True) for name in CHARTS)]
    else:
        content = create_verdicts_content(report, report.verdicts)
    if report.wild:
        content = [*content, *create_wild_content(report, report.wild)]
    return html.Section([html.H2(TITLE), *content], id="trust", className="section")


def create_verdicts_missing(command: str, calibrate: str) -> html.P:
    """What to run for a report that has no verdicts."""
    return html.P(
        fill(
            "The report does not say yet: {calibrate} teaches the model to tell, unless that was done before, and "
            "{evaluate} measures it, with a folder of pictures of other things.",
            calibrate=html.Code(calibrate),
            evaluate=html.Code(f"{command} --unknown DIR"),
        ),
        className="note photo-help",
    )


def create_wild_content(report: Report, wild: WildReport) -> list[Component]:
    """What was measured on photos from elsewhere, in words."""
    texts = [html.Li(words) for words in describe_wild(report, wild)]
    return [html.H3(WILD_TITLE), html.Ul(texts, className="prose verdict-words")]


def create_verdicts_content(report: Report, measured: VerdictReport) -> list[Component]:
    """What was measured, in words and with room for its charts."""
    verdicts, lists, familiarity = CHARTS
    list_column = html.Div(
        [
            html.H3("How long its lists are"),
            create_chart_holder(lists, height=VERDICT_HEIGHT_PX),
            html.P(describe_lists(report, measured), className="prose"),
            html.Ul([html.Li(words) for words in describe_targets(report)], className="prose verdict-words"),
        ]
    )
    familiarity_column = html.Div(id=familiarity, hidden=True)
    if measured.unknown:
        familiarity_column = html.Div(
            [
                html.H3("How familiar pictures look to it"),
                create_chart_holder(familiarity, height=VERDICT_HEIGHT_PX),
                html.P(describe_familiarity(report, measured), className="prose"),
            ]
        )
    return [
        html.P(describe_verdicts(report, measured), className="prose"),
        html.Div(create_chart_holder(verdicts, height=verdicts_height(measured)), className="verdict-bars"),
        html.Ul([html.Li(words) for words in describe_groups(report, measured)], className="prose verdict-words"),
        html.Div([list_column, familiarity_column], className="two-columns"),
    ]
