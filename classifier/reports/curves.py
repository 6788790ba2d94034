"""Curves as files: the loss and accuracy of a training, and the loss over the learning rate. They open offline."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from classifier.files import write_text

BLUE, ORANGE, GREY = "#2f6fb0", "#d1662b", "#8a8f98"


def write_curves(path: Path, history: Sequence[Mapping[str, float | None]], *, title: str) -> None:
    """Loss and top-1 accuracy by epoch, train and, if any, valid, as one HTML page. `history`: see `KeepBest`."""
    from plotly.subplots import make_subplots

    figure = make_subplots(rows=1, cols=2, subplot_titles=("Loss", "Top-1 accuracy"))
    epochs = [row["epoch"] for row in history]
    for column, figure_name in ((1, "loss"), (2, "top1")):
        for part, colour in (("train", BLUE), ("valid", ORANGE)):
            if not any(f"{part}_{figure_name}" in row for row in history):
                continue
            figure.add_scatter(
                x=epochs,
                y=[row.get(f"{part}_{figure_name}") for row in history],
                name=part,
                mode="lines+markers",
                line={"color": colour},
                legendgroup=part,
                showlegend=column == 1,
                row=1,
                col=column,
            )
    figure.update_xaxes(title="epoch", dtick=max(1, len(history) // 12))
    figure.update_yaxes(tickformat=".0%", row=1, col=2)
    figure.update_layout(title=title, template="plotly_white", hovermode="x unified")
    write_text(path, figure.to_html(include_plotlyjs=True))


def write_lr_html(path: Path, rates: Sequence[float], losses: Sequence[float], *, suggestion: float | None) -> None:
    """Smoothed loss over the learning rate (logarithmic) with the suggested rate marked, as one HTML page."""
    from plotly import graph_objects as go

    figure = go.Figure(go.Scatter(x=rates, y=losses, mode="lines", line={"color": BLUE}, name="loss"))
    if suggestion is not None:
        figure.add_vline(
            x=suggestion, line={"color": ORANGE, "dash": "dash"}, annotation_text=f"suggested: {suggestion:.1e}"
        )
    figure.update_xaxes(type="log", title="learning rate of the head", exponentformat="power")
    figure.update_yaxes(title="loss (smoothed)")
    figure.update_layout(title="Learning rate range test", template="plotly_white")
    write_text(path, figure.to_html(include_plotlyjs=True))


def write_lr_png(path: Path, rates: Sequence[float], losses: Sequence[float], *, suggestion: float | None) -> None:
    """The same as a PNG of 1280 × 800 pixels. By matplotlib: Plotly's pictures need a browser."""
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
    figure.savefig(path)
