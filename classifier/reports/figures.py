"""A report's figures in Plotly: for the HTML that `evaluate --report` writes and for the site's page *Model*.

Pure: a report in, a figure out. No figure has a template: whoever shows it gives it the colours of the page. The fixed
colours are middle tones that stand out (3:1) from white and from near-black.
"""

from collections.abc import Sequence
from html import escape
from math import log10

import plotly.graph_objects as go

from classifier.data.labels import LabelClass
from classifier.reports.history import history_of
from classifier.reports.intervals import wilson_interval
from classifier.reports.report import Report

TRAIN, VALID, RIGHT, WRONG, GREY = "#c07f1e", "#4c8c58", "#4c8c58", "#c4567f", "#8a8f89"
SHADE = "rgba(138, 143, 137, 0.16)"
# Light to full; the empty cells between right (below 0) and wrong (above 0) stay as the page is.
HEAT = [
    [0.0, RIGHT],
    [0.49, "rgba(76, 140, 88, 0.3)"],
    [0.5, "rgba(0,0,0,0)"],
    [0.51, "rgba(196, 86, 127, 0.45)"],
    [1.0, WRONG],
]
# With more classes than this their names no longer fit beside the matrix; pointing at a cell tells them.
MOST_NAMED_CLASSES, MOST_NAMED_NARROW = 36, 8


def axis_names(labels: Sequence[LabelClass]) -> list[str]:
    """A name for every class that is unique and safe for Plotly, which reads tags like <b> in every label."""
    names = [escape(label.name[:1].upper() + label.name[1:], quote=False) for label in labels]
    return [
        f"{name} ({label.class_id})" if names.count(name) > 1 else name
        for name, label in zip(names, labels, strict=True)
    ]


def create_training_curves(report: Report, quantity: str) -> go.Figure:
    """Training and validation by epoch; quantity: "loss" or "top1". The epochs of the head alone are shaded, and lines
    mark where the second run began, the third and so on, and the epoch whose weights were kept."""
    history = history_of(report.training)
    epochs = [row["epoch"] for row in history.rows]
    share = quantity == "top1"
    figure = go.Figure(
        [
            go.Scatter(
                name=name,
                x=epochs,
                y=[row.get(f"{part}_{quantity}") for row in history.rows],
                mode="lines+markers",
                line={"color": colour, "width": 2.5},
                marker={"size": 6},
                hovertemplate=f"epoch %{{x}}, {name}: %{{y:{'.1%' if share else '.3f'}}}<extra></extra>",
            )
            for part, name, colour in (("train", "training", TRAIN), ("valid", "validation", VALID))
        ]
    )
    if history.head_epochs and epochs:
        figure.add_vrect(
            x0=0.5, x1=history.head_epochs + 0.5, fillcolor=SHADE, line_width=0, layer="below",
            annotation={"text": "head only", "yanchor": "bottom", "font": {"size": 12}},
            annotation_position="bottom left",
        )  # fmt: skip
    for number, start in enumerate(history.starts[1:], 2):
        figure.add_vline(
            x=start - 0.5, line={"color": GREY, "width": 1},
            annotation={"text": str(number), "yanchor": "bottom", "font": {"size": 12}},
            annotation_position="top right",
        )  # fmt: skip
    if history.kept:
        figure.add_vline(
            x=history.kept, line={"color": GREY, "dash": "dot", "width": 1.5},
            annotation={"text": "kept", "y": 0.5, "font": {"size": 12}}, annotation_position="top left",
        )  # fmt: skip
    last = max(epochs, default=1)
    figure.update_xaxes(title_text="epoch", range=[0.5, last + 0.5], dtick=max(1, round(last / 8)), showgrid=False)
    figure.update_yaxes(title_text="accuracy (top-1)" if share else "loss (nats)")
    if share:
        figure.update_yaxes(tickformat=".0%")
    else:
        figure.update_yaxes(rangemode="tozero")
    return figure


def create_reliability(report: Report) -> go.Figure:
    """Accuracy against confidence, one dot a bin with its 95 % interval; its area grows with the photos in it."""
    bins = report.calibration
    shares = [each.right / each.n for each in bins]
    ends = [wilson_interval(each.right, each.n) for each in bins]
    largest = max((each.n for each in bins), default=1)
    figure = go.Figure(
        [
            go.Scatter(
                x=[0, 1], y=[0, 1], mode="lines", name="as sure as right", hoverinfo="skip",
                line={"color": GREY, "dash": "dash", "width": 1.5},
            ),
            go.Scatter(
                x=[each.confidence for each in bins],
                y=shares,
                mode="markers",
                name="this model",
                marker={
                    "color": VALID, "line": {"width": 0}, "sizemode": "area", "sizemin": 4,
                    "size": [each.n for each in bins], "sizeref": 2 * largest / 30**2,
                },
                error_y={
                    "type": "data", "symmetric": False, "color": VALID, "thickness": 1.2, "width": 3,
                    "array": [high - share for (_, high), share in zip(ends, shares, strict=True)],
                    "arrayminus": [share - low for (low, _), share in zip(ends, shares, strict=True)],
                },
                customdata=[[each.n, each.right] for each in bins],
                hovertemplate="says %{x:.0%}, is right %{y:.0%}<br>"
                "%{customdata[1]} of %{customdata[0]} photos<extra></extra>",
            ),
        ]
    )  # fmt: skip
    figure.update_xaxes(title_text="confidence", range=[-0.02, 1.03], tickformat=".0%")
    figure.update_yaxes(title_text="share that is right", range=[-0.02, 1.05], tickformat=".0%")
    return figure


def classes_with_errors(report: Report) -> tuple[LabelClass, ...]:
    """The classes of which a photo was called another, or that another's photo was called."""
    involved = {class_id for pair in report.confusions for class_id in (pair.class_id, pair.answer_id)}
    return tuple(label for label in report.classes if label.class_id in involved)


def create_matrix(report: Report, labels: Sequence[LabelClass], *, narrow: bool = False) -> go.Figure:
    """The confusion matrix of these classes: a row the photo's class, a column what it was called.
    narrow: there is no room for names beside it.

    Colours follow the logarithm of the count, one hue for right and one for wrong, so that a single mistake shows
    beside hundreds of right answers.
    """
    names = axis_names(labels)
    counts = [[len(report.cells.get((row.class_id, column.class_id), ())) for column in labels] for row in labels]
    most = max((count for row in counts for count in row), default=1) or 1
    scale = log10(most + 1)
    values = [
        [
            round((-1 if row == column else 1) * log10(count + 1) / scale, 3) if count else 0
            for column, count in enumerate(line)
        ]
        for row, line in enumerate(counts)
    ]
    named = len(labels) <= (MOST_NAMED_NARROW if narrow else MOST_NAMED_CLASSES)
    # Any gap makes Plotly draw cells with sharp edges; without one it asks for them by a style attribute, which the
    # site's security policy forbids.
    gap = 1 if named else 0.2
    figure = go.Figure(
        go.Heatmap(
            x=names, y=names, z=values, zmin=-1, zmax=1, colorscale=HEAT, showscale=False, customdata=counts,
            xgap=gap, ygap=gap,
            hovertemplate="%{y}<br>called %{x}: %{customdata}<extra></extra>",
        )
    )  # fmt: skip
    axis = {"showticklabels": named, "tickmode": "linear", "showgrid": False, "constrain": "domain", "ticks": ""}
    figure.update_xaxes(title_text="called", tickangle=-60, **axis)
    figure.update_yaxes(title_text="is", autorange="reversed", scaleanchor="x", **axis)
    return figure
