"""Figure of the likeliest classes as horizontal bars. Pure: no Dash, no request, no collection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from web.shared.figures import LEAF, TEMPLATE, plain
from web.shared.wording import display_name, format_percent

if TYPE_CHECKING:
    from classifier.predictions.values import Candidate

LEAF_SOFT = "#83a58a"
ROW_HEIGHT_PX = 62


def create_candidate_bars_figure(candidates: Sequence[Candidate]) -> go.Figure:
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
