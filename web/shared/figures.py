"""Plain data → Plotly figures. Pure: no Dash, no request, no collection.

Figures carry no ink of their own: backgrounds are transparent, and `assets/css/31-figures.css` gives text, grid and
hover labels the colours of the page. So light and dark are always in step with the page, without a callback and
without a flash. Only bars and dots have fixed colours, middle tones that stand out (3:1) from both backgrounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import cycle
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from web.dataset.statistics import ClassCount, ColourBin
from web.shared.wording import css_colour, display_name, format_percent

if TYPE_CHECKING:
    from classifier.predictions.values import Candidate

LEAF, LEAF_SOFT = "#4c8c58", "#83a58a"
# Parts of a split in their usual order; told apart without colour by the legend's order and the hover text.
PART_COLOURS = ("#4c8c58", "#c07f1e", "#a0609f", "#5a82b4")
# Hues in degrees; greys, which have none, stand beyond them.
GREY_PLACE = 388.0
HUE_TICKS = {0: "red", 60: "yellow", 120: "green", 180: "cyan", 240: "blue", 300: "magenta", GREY_PLACE: "grey"}
ROW_HEIGHT_PX = 62
# With more bars than this, their names no longer fit under them.
MOST_NAMED_BARS = 40

TEMPLATE = go.layout.Template(
    layout={
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "inherit", "size": 14},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "hoverlabel": {"font": {"family": "inherit", "size": 14}, "align": "left"},
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "itemclick": False,
            "traceorder": "normal",
        },
        "xaxis": {"zeroline": False, "automargin": True, "fixedrange": True},
        "yaxis": {"zeroline": False, "automargin": True, "fixedrange": True},
        "bargap": 0.25,
        "dragmode": False,
    }
)

# For every dcc.Graph: no toolbar, no logo, no scroll traps on phones.
CONFIG: Any = {
    "displayModeBar": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
}


def plain(text: str) -> str:
    """Text that Plotly shows as it is; it would read tags like <b> and <a> in any label."""
    return escape(text, quote=False)


def create_candidate_bars(candidates: Sequence[Candidate]) -> go.Figure:
    """Horizontal bars of the candidates (best first, on top), each with its name above and its percentage at its right.

    `customdata` of bar i is its class id. Names stand above the bars, not beside them: so they fit on a phone.
    """
    rows = list(range(len(candidates)))
    figure = go.Figure(
        go.Bar(
            x=[candidate.probability for candidate in candidates],
            y=rows,
            orientation="h",
            width=0.3,
            marker={"color": [LEAF] + [LEAF_SOFT] * (len(candidates) - 1), "cornerradius": 4},
            customdata=[candidate.class_id for candidate in candidates],
            text=[plain(f"{display_name(c.name)}: {format_percent(c.probability)}") for c in candidates],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    )
    for row, candidate in enumerate(candidates):
        common = {"y": row - 0.33, "showarrow": False, "yanchor": "middle", "borderpad": 0}
        figure.add_annotation(text=plain(display_name(candidate.name)), x=0, xanchor="left", **common)
        figure.add_annotation(
            text=plain(format_percent(candidate.probability)),
            x=1,
            xref="paper",
            xanchor="right",
            font={"size": 14},
            **common,
        )
    figure.update_layout(
        template=TEMPLATE, height=ROW_HEIGHT_PX * max(len(candidates), 1) + 16, margin={"l": 0, "r": 0, "t": 8, "b": 8}
    )
    figure.update_xaxes(range=[0, 1], visible=False)
    figure.update_yaxes(range=[len(candidates) - 0.5, -0.75], visible=False)
    return figure


def create_class_bars(counts: Sequence[ClassCount], *, parts: Sequence[str]) -> go.Figure:
    """Photos per class, stacked by the parts of one split, in the order given."""
    names = [plain(display_name(count.label.name)) for count in counts]
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


def create_shape_histogram(sizes: Mapping[tuple[int, int], int]) -> go.Figure:
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


def create_size_scatter(sizes: Mapping[tuple[int, int], int]) -> go.Figure:
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


def create_colour_histogram(bins: Sequence[ColourBin]) -> go.Figure:
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
