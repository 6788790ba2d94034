"""Figures of a report in Plotly, for the HTML report, the site's page *Model* and a run's curves.html.

Pure: values in, a figure out. No figure has a template: whoever shows it gives it the colours of the page. The fixed
colours are middle tones that stand out (3:1) from white and from near-black.
"""

from collections.abc import Sequence
from html import escape
from math import log10
from typing import Any

import plotly.graph_objects as go

from classifier.checkpoint import TrainingInfo
from classifier.data.labels import LabelClass
from classifier.reports.history import History, history_of
from classifier.reports.intervals import wilson_interval
from classifier.reports.report import Report
from classifier.reports.words import shorten

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
# With more classes than this their names no longer fit next to the matrix; pointing at a cell shows them.
MOST_NAMED_CLASSES, MOST_NAMED_NARROW = 36, 8
# Letters; Plotly makes room for the longest name, and nothing would be left for the figure.
LONGEST_NAME = 32
# Diameter of the largest dot of the reliability diagram, in pixels.
LARGEST_DOT_PX = 30


def axis_names(labels: Sequence[LabelClass]) -> list[str]:
    """Names of classes, unique, short, and safe for Plotly, which reads tags like <b> in every label."""
    shown = [shorten(label.name[:1].upper() + label.name[1:], LONGEST_NAME) for label in labels]
    names = [escape(name, quote=False) for name in shown]
    return [
        f"{name} ({label.class_id})" if names.count(name) > 1 else name
        for name, label in zip(names, labels, strict=True)
    ]


def draw_training_curves(training: TrainingInfo, quantity: str) -> go.Figure:
    """Training and validation by epoch, over all the runs that led to a checkpoint.

    The epochs of the head alone are shaded, and lines mark where the second run began, the third and so on, and the
    epoch whose weights were kept. A part without any figure, as valid is where it was trained on, is left out.

    Args:
        training: as the checkpoint's metadata or the report has it.
        quantity: "loss" (nats) or "top1" (share of right answers).
    """
    history, is_share = history_of(training), quantity == "top1"
    number_format = ".1%" if is_share else ".3f"
    figure = go.Figure()
    for part, name, colour in (("train", "training", TRAIN), ("valid", "validation", VALID)):
        values = [row.get(f"{part}_{quantity}") for row in history.rows]
        if all(value is None for value in values):
            continue
        figure.add_scatter(
            name=name,
            x=[row["epoch"] for row in history.rows],
            y=values,
            mode="lines+markers",
            line={"color": colour, "width": 2.5},
            marker={"size": 6},
            hovertemplate=f"epoch %{{x}}, {name}: %{{y:{number_format}}}<extra></extra>",
        )
    _mark_epochs(figure, history)
    last = max((row["epoch"] for row in history.rows), default=1)
    figure.update_layout(showlegend=True)  # of a single line, too: Plotly would leave its name out
    figure.update_xaxes(title_text="epoch", range=[0.5, last + 0.5], dtick=max(1, round(last / 8)), showgrid=False)
    figure.update_yaxes(title_text="accuracy (top-1)" if is_share else "loss (nats)")
    if is_share:
        figure.update_yaxes(tickformat=".0%")
    else:
        figure.update_yaxes(rangemode="tozero")
    return figure


def _mark_epochs(figure: go.Figure, history: History) -> None:
    """Mark the epochs of the head alone, where further runs began, and the epoch that was kept."""
    note: dict[str, Any]
    font = {"size": 12}
    # Epoch n is drawn at n, so that a run that begins with it begins half an epoch to the left.
    if history.head_epochs and history.rows:
        note = {"text": "head only", "yanchor": "bottom", "font": font}
        ends = {"x0": 0.5, "x1": history.head_epochs + 0.5}
        area: dict[str, Any] = {**ends, "fillcolor": SHADE, "line_width": 0, "layer": "below"}
        figure.add_vrect(**area, annotation=note, annotation_position="bottom left")
    for number, start in enumerate(history.starts[1:], 2):
        note = {"text": str(number), "yanchor": "bottom", "font": font}
        line: dict[str, Any] = {"color": GREY, "width": 1}
        figure.add_vline(x=start - 0.5, line=line, annotation=note, annotation_position="top right")
    if history.kept:
        note = {"text": "kept", "y": 0.5, "font": font}
        line = {"color": GREY, "dash": "dot", "width": 1.5}
        figure.add_vline(x=history.kept, line=line, annotation=note, annotation_position="top left")


def draw_reliability(report: Report) -> go.Figure:
    """Reliability diagram: accuracy against confidence.

    One dot a bin with its 95 % interval; its area grows with the photos in it.
    """
    bins = report.calibration
    shares = [each.right / each.n for each in bins]
    ends = [wilson_interval(each.right, each.n) for each in bins]
    largest = max((each.n for each in bins), default=1)
    figure = go.Figure()
    figure.add_scatter(
        name="as sure as right",
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        hoverinfo="skip",
        line={"color": GREY, "dash": "dash", "width": 1.5},
    )
    figure.add_scatter(
        name="this model",
        x=[each.confidence for each in bins],
        y=shares,
        mode="markers",
        marker={
            "color": VALID,
            "line": {"width": 0},
            "size": [each.n for each in bins],
            "sizemode": "area",
            "sizeref": 2 * largest / LARGEST_DOT_PX**2,  # Plotly's formula for a largest dot of that diameter
            "sizemin": 4,
        },
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [high - share for (_, high), share in zip(ends, shares, strict=True)],
            "arrayminus": [share - low for (low, _), share in zip(ends, shares, strict=True)],
            "color": VALID,
            "thickness": 1.2,
            "width": 3,
        },
        customdata=[[each.n, each.right] for each in bins],
        hovertemplate="says %{x:.0%}, is right %{y:.0%}<br>%{customdata[1]} of %{customdata[0]} photos<extra></extra>",
    )
    figure.update_xaxes(title_text="confidence", range=[-0.02, 1.03], tickformat=".0%")
    figure.update_yaxes(title_text="share that is right", range=[-0.02, 1.05], tickformat=".0%")
    return figure


def classes_with_errors(report: Report) -> tuple[LabelClass, ...]:
    """Classes of which a photo was called another, or that another's photo was called."""
    involved = {class_id for pair in report.confusions for class_id in (pair.was, pair.said)}
    return tuple(label for label in report.classes if label.class_id in involved)


def draw_matrix(report: Report, labels: Sequence[LabelClass], *, narrow: bool = False) -> go.Figure:
    """Confusion matrix of these classes: a row for what a photo is, a column for what it was called.

    Colours follow the logarithm of the count, one hue for right and one for wrong, so that a single mistake can be seen
    next to hundreds of right answers.

    Args:
        report: of the evaluation.
        labels: the classes to show, in this order.
        narrow: whether there is little room for names, as on a phone.
    """
    names = axis_names(labels)
    counts = [[len(report.cells.get((row.class_id, column.class_id), ())) for column in labels] for row in labels]
    named = len(labels) <= (MOST_NAMED_NARROW if narrow else MOST_NAMED_CLASSES)
    # Any gap makes Plotly draw cells with sharp edges; without one it asks for them by a style attribute, which the
    # site's security policy forbids.
    gap = 1 if named else 0.2
    figure = go.Figure()
    figure.add_heatmap(
        x=names,
        y=names,
        z=_heat(counts),
        zmin=-1,
        zmax=1,
        colorscale=HEAT,
        showscale=False,
        customdata=counts,
        xgap=gap,
        ygap=gap,
        hovertemplate="%{y}<br>called %{x}: %{customdata}<extra></extra>",
    )
    axis: dict[str, Any] = {
        "showticklabels": named,
        "tickmode": "linear",
        "showgrid": False,
        "constrain": "domain",
        "ticks": "",
    }
    figure.update_xaxes(title_text="called", tickangle=-60, **axis)
    figure.update_yaxes(title_text="is", autorange="reversed", scaleanchor="x", **axis)
    return figure


def _heat(counts: Sequence[Sequence[int]]) -> list[list[float]]:
    """Counts on a logarithmic scale: right ones, on the diagonal, from 0 down to -1, wrong ones from 0 up to 1."""
    most = max((count for row in counts for count in row), default=1) or 1
    scale = log10(most + 1)
    return [
        [
            round((-1 if row == column else 1) * log10(count + 1) / scale, 3) if count else 0
            for column, count in enumerate(line)
        ]
        for row, line in enumerate(counts)
    ]
