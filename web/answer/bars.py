"""Figure of the likeliest classes as horizontal bars. Pure: no Dash, no request, no collection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from classifier.reports.words import shorten
from web.shared.figures import LAYOUT, LEAF, plain
from web.shared.wording import display_name, format_percent

if TYPE_CHECKING:
    from classifier.predictions.values import Candidate

LEAF_SOFT = "#83a58a"
ROW_HEIGHT_PX = 62
LONGEST_NAME = 28  # letters; with its percentage, what a line has room for on the narrowest phone


def create_candidate_bars(candidates: Sequence[Candidate]) -> dict[str, Any]:
    """Horizontal bars of the candidates (best first, on top), each with its name above and its percentage at its right.

    `customdata` of bar i is its class id. Names stand above the bars, not beside them: so they fit on a phone.

    Returns:
        A Plotly figure as plain values. A `go.Figure` is checked attribute by attribute while it is built, which took
        20 to 27 ms of every answer; here a test has Plotly check it once.
    """
    names = [plain(shorten(display_name(candidate.name), LONGEST_NAME)) for candidate in candidates]
    percentages = [plain(format_percent(candidate.probability)) for candidate in candidates]
    bars = {
        "type": "bar",
        "x": [candidate.probability for candidate in candidates],
        "y": list(range(len(candidates))),
        "orientation": "h",
        "width": 0.3,
        "marker": {"color": [LEAF] + [LEAF_SOFT] * (len(candidates) - 1), "cornerradius": 4},
        "customdata": [candidate.class_id for candidate in candidates],
        "text": [f"{name}: {percentage}" for name, percentage in zip(names, percentages, strict=True)],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }
    annotations = []
    for row, (name, percentage) in enumerate(zip(names, percentages, strict=True)):
        common = {"y": row - 0.33, "showarrow": False, "yanchor": "middle", "borderpad": 0}
        annotations.append({"text": name, "x": 0, "xanchor": "left", **common})
        annotations.append({"text": percentage, "x": 1, "xref": "paper", "xanchor": "right", **common})
    layout = {
        **LAYOUT,
        "height": ROW_HEIGHT_PX * max(len(candidates), 1) + 16,
        "margin": {"l": 0, "r": 0, "t": 8, "b": 8},
        "annotations": annotations,
        "xaxis": {"range": [0, 1], "visible": False, "fixedrange": True},
        "yaxis": {"range": [len(candidates) - 0.5, -0.75], "visible": False, "fixedrange": True},
    }
    return {"data": [bars], "layout": layout}
