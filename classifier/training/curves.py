"""Curves as files that open offline: those of a training, and the loss over the learning rate."""

from collections.abc import Sequence
from pathlib import Path

from classifier.checkpoint import TrainingInfo
from classifier.files import atomic_path, write_text
from classifier.outputs.kinds import generator_mark

BLUE, ORANGE, GREY = "#2f6fb0", "#d1662b", "#8a8f98"


def write_training_curves(path: Path, training: TrainingInfo, *, title: str) -> None:
    """Write loss and top-1 accuracy by epoch, train and, if any, valid, as one HTML page: those of the report.

    Raises:
        OSError: the folder cannot be written.
    """
    from classifier.reports.page import create_curves_page

    write_text(path, create_curves_page(training, title=title))


def write_lr_html(path: Path, rates: Sequence[float], losses: Sequence[float], *, suggestion: float | None) -> None:
    """Write the smoothed loss over the learning rate (logarithmic), the suggested rate marked, as one HTML page."""
    from plotly import graph_objects as go

    figure = go.Figure(go.Scatter(x=rates, y=losses, mode="lines", line={"color": BLUE}, name="loss"))
    if suggestion is not None:
        figure.add_vline(
            x=suggestion, line={"color": ORANGE, "dash": "dash"}, annotation_text=f"suggested: {suggestion:.1e}"
        )
    figure.update_xaxes(type="log", title="learning rate of the head", exponentformat="power")
    figure.update_yaxes(title="loss (smoothed)")
    figure.update_layout(title="Learning rate range test", template="plotly_white")
    mark = f'<head><meta name="generator" content="{generator_mark("lr-find")}">'
    write_text(path, figure.to_html(include_plotlyjs=True).replace("<head>", mark, 1))


def write_lr_png(path: Path, rates: Sequence[float], losses: Sequence[float], *, suggestion: float | None) -> None:
    """Write the same as a PNG of 1280 × 800 pixels. By matplotlib: Plotly's pictures need a browser."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5), dpi=160, layout="constrained")
    axes = figure.subplots()
    axes.semilogx(rates, losses, color=BLUE)
    if suggestion is not None:
        axes.axvline(suggestion, color=ORANGE, linestyle="--", label=f"suggested: {suggestion:.1e}")
        axes.legend(frameon=False)
    axes.set(xlabel="learning rate of the head", ylabel="loss (smoothed)", title="Learning rate range test")
    axes.grid(color=GREY, alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    with atomic_path(path) as partial:
        figure.savefig(partial, format="png", metadata={"Software": generator_mark("lr-find")})
