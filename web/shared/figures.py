"""Layout, template, configuration and frame of the site's Plotly figures.

Figures carry no ink of their own: backgrounds are transparent, and `assets/css/31-figures.css` gives text, grid and
colours of the page. So light and dark are always in step with the page, without a callback and without a flash. Only
bars and dots have fixed colours, middle tones that stand out (3:1) from both backgrounds.
"""

from __future__ import annotations

from html import escape
from typing import Any

import plotly.graph_objects as go
from dash import dcc, html

from web.shared.attributes import aria

LEAF = "#4c8c58"

# What all figures need, as plain values: those of an answer are sent with this alone, without a template.
LAYOUT: dict[str, Any] = {
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "font": {"family": "inherit", "size": 14},
    "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
    "hoverlabel": {"font": {"family": "inherit", "size": 14}, "align": "left"},
    "dragmode": False,
}

TEMPLATE = go.layout.Template(
    layout={
        **LAYOUT,
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


def create_chart(figure: go.Figure, words: str) -> html.Div:
    """A figure with its toolbar off, as one image for screen readers: `words` say what it shows."""
    return html.Div(dcc.Graph(figure=figure, config=CONFIG), role="img", **aria(label=words))


def create_chart_holder(name: str, *, height: int) -> html.Div:
    """Room for a chart that comes later, `height` pixels like the chart, so that nothing jumps. `name` is its id."""
    return html.Div(
        html.P("Drawing the chart …", className="chart__wait"),
        id=name,
        className="chart",
        style={"minHeight": height},
    )
