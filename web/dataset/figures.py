"""Figures of the data set: photos per class, shape, size and colour. Pure: plain data in, no Dash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import plotly.graph_objects as go

from classifier.data.statistics import ClassCount, ColourBin
from classifier.reports.figures import LONGEST_NAME
from classifier.reports.words import shorten
from web.shared.figures import LEAF, TEMPLATE, plain
from web.shared.wording import css_colour, display_name

# Parts of a split in their usual order; told apart without colour by the legend's order and the hover text.
PART_COLOURS = ("#4c8c58", "#c07f1e", "#a0609f", "#5a82b4")
# Hues in degrees; greys, which have none, stand beyond them.
GREY_PLACE = 388.0
HUE_TICKS = {0: "red", 60: "yellow", 120: "green", 180: "cyan", 240: "blue", 300: "magenta", GREY_PLACE: "grey"}
# With more bars than this, their names no longer fit under them.
MOST_NAMED_BARS = 40


def create_class_bars_figure(counts: Sequence[ClassCount], *, parts: Sequence[str]) -> go.Figure:
    """Photos per class, stacked by the parts of one split, in the order given."""
    names = [plain(shorten(display_name(count.label.name), LONGEST_NAME)) for count in counts]
    figure = go.Figure(
        [
            go.Bar(
                name=plain(part),
                x=list(range(len(counts))),
                y=[count.parts.get(part, 0) for count in counts],
                marker={"color": colour, "line": {"width": 0}},
                customdata=names,
                hovertemplate=f"%{{customdata}}<br>{plain(part)}: %{{y}}<extra></extra>",
            )
            for part, colour in zip(parts, cycle(PART_COLOURS), strict=False)
        ]
    )
    figure.update_layout(template=TEMPLATE, barmode="stack", height=360, showlegend=len(parts) > 1)
    few = len(counts) <= MOST_NAMED_BARS
    figure.update_xaxes(showgrid=False, tickvals=list(range(len(counts))) if few else [], ticktext=names if few else [])
    if few:
        figure.update_xaxes(tickangle=-45 if len(counts) > 6 else 0)
    figure.update_yaxes(title={"text": "photos"}, rangemode="tozero")
    return figure


def create_shape_histogram_figure(sizes: Mapping[tuple[int, int], int]) -> go.Figure:
    """How many photos have which aspect ratio (width ÷ height), in steps of 0.1."""
    bins: dict[float, int] = {}
    for (width, height), count in sizes.items():
        ratio = round(width / height, 1)
        bins[ratio] = bins.get(ratio, 0) + count
    ratios = sorted(bins)
    figure = go.Figure(
        go.Bar(
            x=ratios,
            y=[bins[ratio] for ratio in ratios],
            width=0.085,
            marker={"color": LEAF},
            hovertemplate="width about %{x:.1f} × height<br>%{y:,} photos<extra></extra>",
        )
    )
    figure.update_layout(template=TEMPLATE, height=300)
    figure.update_xaxes(title={"text": "width ÷ height"}, showgrid=False)
    figure.update_yaxes(title={"text": "photos"}, rangemode="tozero")
    return figure


def create_size_scatter_figure(sizes: Mapping[tuple[int, int], int]) -> go.Figure:
    """One dot for every size that occurs; its area grows with the number of photos of that size."""
    ordered = sorted(sizes.items(), key=lambda item: -item[1])
    largest = max((count for _, count in ordered), default=1)
    figure = go.Figure(
        go.Scatter(
            x=[width for (width, _), _ in ordered],
            y=[height for (_, height), _ in ordered],
            mode="markers",
            marker={
                "color": LEAF,
                "opacity": 0.75,
                "line": {"width": 0},
                "size": [count for _, count in ordered],
                "sizemode": "area",
                "sizeref": 2 * largest / 34**2,
                "sizemin": 2,
            },
            customdata=[count for _, count in ordered],
            hovertemplate="%{x} × %{y} px<br>%{customdata:,} photos<extra></extra>",
        )
    )
    figure.update_layout(template=TEMPLATE, height=300)
    figure.update_xaxes(title={"text": "width (px)"})
    figure.update_yaxes(title={"text": "height (px)"})
    return figure


def create_colour_histogram_figure(bins: Sequence[ColourBin]) -> go.Figure:
    """How many photos have which hue, each bar painted in their colours from dark to light; greys at the right.

    `bins` come by hue, then from dark to light.
    """
    heights: dict[float, int] = {}
    x, base = [], []
    for colour_bin in bins:
        place = GREY_PLACE if colour_bin.hue is None else colour_bin.hue
        x.append(place)
        base.append(heights.get(place, 0))
        heights[place] = heights.get(place, 0) + colour_bin.count
    figure = go.Figure(
        go.Bar(
            x=x,
            y=[colour_bin.count for colour_bin in bins],
            base=base,
            width=[14.0 if colour_bin.hue is None else 6.0 for colour_bin in bins],
            marker={"color": [css_colour(colour_bin.colour) for colour_bin in bins], "line": {"width": 0}},
            customdata=[css_colour(colour_bin.colour) for colour_bin in bins],
            hovertemplate="%{customdata}<br>%{y:,} photos<extra></extra>",
        )
    )
    figure.update_layout(template=TEMPLATE, height=340, barmode="overlay")
    figure.update_xaxes(showgrid=False, range=[-4, 400], tickvals=list(HUE_TICKS), ticktext=list(HUE_TICKS.values()))
    figure.update_yaxes(title={"text": "photos"}, rangemode="tozero")
    return figure
