"""Figure of the likeliest classes as horizontal bars. Pure: no Dash, no request, no collection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from classifier.reports.words import shorten
from web.shared.figures import LEAF, TEMPLATE, plain
from web.shared.wording import display_name, format_percent

if TYPE_CHECKING:
    from classifier.predictions.values import Candidate

LEAF_SOFT = "#83a58a"
ROW_HEIGHT_PX = 62
LONGEST_NAME = 28  # letters; with its percentage, what a line has room for on the narrowest phone


def create_candidate_bars_figure(candidates: Sequence[Candidate]) -> go.Figure:
    """Horizontal bars of the candidates (best first, on top), each with its name above and its percentage at its right.

    `customdata` of bar i is its class id. Names stand above the bars, not beside them: so they fit on a phone.
    """
    rows = list(range(len(candidates)))
    names = [shorten(display_name(candidate.name), LONGEST_NAME) for candidate in candidates]
    figure = go.Figure(
        go.Bar(
            x=[candidate.probability for candidate in candidates],
            y=rows,
            orientation="h",
            width=0.3,
            marker={"color": [LEAF] + [LEAF_SOFT] * (len(candidates) - 1), "cornerradius": 4},
            customdata=[candidate.class_id for candidate in candidates],
            text=[plain(f"{name}: {format_percent(c.probability)}") for name, c in zip(names, candidates, strict=True)],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    )
    for row, (name, candidate) in enumerate(zip(names, candidates, strict=True)):
        common = {"y": row - 0.33, "showarrow": False, "yanchor": "middle", "borderpad": 0}
        figure.add_annotation(text=plain(name), x=0, xanchor="left", **common)
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
