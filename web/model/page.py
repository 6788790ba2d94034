"""Page *Model*, `/model`: what is known of the model, from the report that `evaluate` wrote beside the checkpoint."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import dcc, html

from classifier.reports.figures import MOST_NAMED_CLASSES, classes_with_errors
from classifier.reports.history import describe_curves, history_of
from classifier.reports.report import Report
from web.model.card import create_model_card, create_summary, describe_calibration
from web.model.figures import CURVE_HEIGHT_PX, RELIABILITY_HEIGHT_PX
from web.model.photos import MOST_LOSSES, create_measured_photos, create_pairs, name_of
from web.model.report import Finding, calibration_command_for, command_for, find_report
from web.model.table import ORDERS, create_table
from web.model.verdicts import create_verdicts_section
from web.shared.attributes import aria
from web.shared.figures import create_chart_holder
from web.shared.picture import create_photo_help
from web.shared.sentence import fill
from web.shared.wording import format_count
from web.site import Site


def title(site: Site) -> str:
    """Title of the document."""
    return "Model · Florascope"


def description(site: Site) -> str:
    """Description of the document."""
    return "What the model is for, how it was trained, how often it is right, and where it goes wrong."


def opening(site: Site) -> html.Div:
    """Heading and lead."""
    return html.Div(
        [
            html.H1("How far to trust it"),
            html.P(
                "What the model was made from, how often it is right, how well it knows when it is not, and every "
                "mistake that it made when it was measured.",
                className="lead",
            ),
        ],
        className="page-head",
    )


def layout(site: Site) -> html.Div:
    """The whole page."""
    finding, command = find_report(site), command_for(site.settings.checkpoint)
    body = create_missing(finding, command) if finding.report is None else create_body(finding.report, site=site)
    warning = create_stale(command) if finding.stale else None
    return html.Div([opening(site), warning, *body], className="page wrap", id="model-page")


def create_missing(finding: Finding, command: str) -> list[html.P]:
    """Without a report: which command writes it."""
    return [
        html.P(
            fill(
                "{problem} To write it, run {command} where the photos are, then reload this page.",
                problem=finding.problem,
                command=html.Code(command),
            ),
            className="note photo-help",
        )
    ]


def create_stale(command: str) -> html.P:
    """What to run for a report of another checkpoint."""
    return html.P(
        fill(
            "This report was written for another version of the checkpoint than the one that answers here. To bring it "
            "up to date, run {command}.",
            command=html.Code(command),
        ),
        className="note photo-help",
    )


def create_body(report: Report, *, site: Site) -> list[object]:
    """Everything that the report says, in sections."""
    sections = [
        ("#card", "In words"),
        ("#training", "Training"),
        ("#confidence", "Confidence"),
        ("#trust", "The unknown"),
        ("#confusions", "Confusions"),
        ("#matrix", "Matrix"),
        ("#losses", "Hardest photos"),
        ("#classes", "Class by class"),
    ]
    return [
        create_summary(report),
        html.Nav(
            [html.A(words, href=target) for target, words in sections],
            className="page-contents",
            **aria(label="On this page"),
        ),
        None if site.collection.has_photos else create_photo_help(),
        # Filled by assets/js/40-charts.js when a chart comes near the screen: plotly.js weighs 1.3 MB.
        dcc.Store(id="model-near"),
        dcc.Store(id="model-narrow"),
        html.Section([html.H2("The model in words"), create_model_card(report)], id="card", className="section"),
        html.Div(
            [
                create_training_section(report),
                create_confidence_section(report),
                create_verdicts_section(
                    report,
                    command=command_for(site.settings.checkpoint),
                    calibrate=calibration_command_for(site.settings.checkpoint),
                ),
                create_confusions_section(report, site=site),
                create_matrix_section(report),
            ],
            id="model-charts",
        ),
        create_losses_section(report, site=site),
        create_classes_section(report),
    ]


def create_training_section(report: Report) -> html.Section:
    """Curves of the training; without a history, a sentence."""
    if history_of(report.training).rows:
        charts = [
            html.Div([html.H3(words), create_chart_holder(name, height=CURVE_HEIGHT_PX)])
            for words, name in (("Loss", "model-loss-chart"), ("Accuracy", "model-top1-chart"))
        ]
        content = [
            html.P(describe_curves(report.training), className="prose"),
            html.Div(charts, className="two-columns"),
        ]
    else:
        # The holders must be there for the callback that fills them.
        holders = [html.Div(id=name, hidden=True) for name in ("model-loss-chart", "model-top1-chart")]
        content = [html.P("The checkpoint does not say how it was trained.", className="prose"), *holders]
    return html.Section([html.H2("Training"), *content], id="training", className="section")


def create_confidence_section(report: Report) -> html.Section:
    """Reliability: how often answers of a confidence are right."""
    return html.Section(
        [
            html.H2("How sure, how right"),
            html.P(describe_calibration(report), className="prose"),
            html.Div(
                create_chart_holder("model-reliability-chart", height=RELIABILITY_HEIGHT_PX), className="reliability"
            ),
        ],
        id="confidence",
        className="section",
    )


def create_confusions_section(report: Report, *, site: Site) -> html.Section:
    """The most frequent confusions, in pairs of photos."""
    words = "On the left a photo that was misnamed, on the right a training photo of the class it was taken for."
    return html.Section(
        [
            html.H2("What it confuses"),
            html.P(words, className="prose") if report.confusions else None,
            create_pairs(report, site=site),
        ],
        id="confusions",
        className="section",
    )


def create_matrix_section(report: Report) -> html.Section:
    """The confusion matrix, with a chooser that opens photos."""
    options = sorted(
        ({"value": str(label.class_id), "label": name_of(report, label.class_id)} for label in report.classes),
        key=lambda option: option["label"].casefold(),
    )
    return html.Section(
        [
            html.H2("The confusion matrix"),
            html.P(
                "A row for what photos show, a column for what they were called: green on the diagonal is right, pink "
                "beside it wrong, stronger for more photos. Choose a cell to see its photos, an empty one for "
                "its whole row.",
                className="prose",
            ),
            html.Div(
                [
                    dmc.Select(
                        id="model-row",
                        label="Photos of",
                        placeholder="choose a class",
                        data=options,
                        searchable=True,
                        clearable=True,
                        className="filter",
                    ),
                    create_switch(report, "model-mistaken"),
                ],
                className="toolbar model-toolbar",
            ),
            html.Div(
                [
                    create_chart_holder("model-matrix-chart", height=300),
                    html.Div(id="model-opened", className="opened"),
                ],
                className="matrix",
            ),
        ],
        id="matrix",
        className="section",
    )


def create_losses_section(report: Report, *, site: Site) -> html.Section:
    """The photos whose right class got the least probability."""
    answers = report.top_losses[:MOST_LOSSES]
    return html.Section(
        [
            html.H2("The hardest photos"),
            html.P(
                "Where the right class got the least probability (the top losses), and what was said.",
                className="prose",
            ),
            create_measured_photos(answers, report=report, site=site),
        ],
        id="losses",
        className="section",
    )


def create_classes_section(report: Report) -> html.Section:
    """The table of all classes."""
    return html.Section(
        [
            html.H2("Class by class"),
            html.P(
                "Recall: of the photos of a class, how many were called so. Precision: of the photos called so, how "
                "many are of the class. F1 joins the two. The bars are 95 % intervals: few photos, wide bars.",
                className="prose",
            ),
            html.Div(
                [
                    dmc.Select(
                        id="model-order",
                        label="Order",
                        data=[{"value": value, "label": words} for value, words in ORDERS.items()],
                        value="f1",
                        allowDeselect=False,
                        className="filter",
                    ),
                    create_switch(report, "model-few"),
                ],
                className="toolbar model-toolbar",
            ),
            html.Div(
                create_table(report, "f1", only_mistaken=shows_mistaken(report)),
                id="model-table",
                className="table-scroll",
                tabIndex=0,
            ),
        ],
        id="classes",
        className="section",
    )


def create_switch(report: Report, name: str) -> dmc.Switch:
    """Leaves out classes without a mistake; `name` is its id."""
    mistaken = classes_with_errors(report)
    return dmc.Switch(
        id=name,
        label=f"Only the {format_count(len(mistaken), 'class', 'classes')} with a mistake",
        checked=shows_mistaken(report),
        disabled=not mistaken,
    )


def shows_mistaken(report: Report) -> bool:
    """Where classes are many, those with a mistake are shown until all are asked for."""
    return len(report.classes) > MOST_NAMED_CLASSES and bool(classes_with_errors(report))
