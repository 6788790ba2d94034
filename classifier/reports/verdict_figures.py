"""Figures of a verdict report in Plotly, for the HTML report and the site; like `figures`, without a template.

Colours show what was said and hatching that it was wrong, so that both can be seen without colours too.
"""

from html import escape

import plotly.graph_objects as go

from classifier.predictions.values import Verdict
from classifier.reports.figures import GREY, TRAIN, VALID
from classifier.reports.report import Report
from classifier.reports.verdict_report import VERDICTS, Group, VerdictReport
from classifier.reports.words import SAID, name_of

COLOURS_BY_VERDICT: dict[Verdict, str] = {"confident": VALID, "unsure": TRAIN, "unknown": GREY}
COLOURS_BY_GROUP = (VALID, TRAIN, "#a0609f", "#5a82b4")
DASHES_BY_GROUP = ("solid", "dash", "dot", "dashdot")
HATCHED = {"shape": "/", "size": 7, "solidity": 0.35, "fillmode": "replace"}
# Names stand above the bars, not to the left of them: so they fit on a phone, if they are no longer than this.
LONGEST_NAME = 42
ROW_PX, AROUND_PX = 66, 130
# Longer lists than this are counted together.
LONGEST_LIST = 6


def verdicts_height(verdicts: VerdictReport) -> int:
    """Height of the figure of `draw_verdicts`, in pixels."""
    return ROW_PX * (1 + len(verdicts.unknown)) + AROUND_PX


def right_of(group: Group, verdict: Verdict) -> int:
    """Pictures for which this verdict was right: one of the classes is not to be turned away, all else is."""
    if group.name:
        return group.verdicts[verdict] if verdict == "unknown" else 0
    return 0 if verdict == "unknown" else group.right[verdict]


def draw_verdicts(report: Report, verdicts: VerdictReport) -> go.Figure:
    """Verdicts, a bar of 100 pictures for the measured photos and for each kind of unknown pictures."""
    groups = (verdicts.known, *verdicts.unknown)
    figure = go.Figure()
    for verdict in VERDICTS:
        right = [right_of(group, verdict) for group in groups]
        wrong = [group.verdicts[verdict] - count for group, count in zip(groups, right, strict=True)]
        _add_bars(figure, verdict, groups, right, is_right=True)
        _add_bars(figure, verdict, groups, wrong, is_right=False)
    # A bar without a length, for the legend.
    hatched = {"color": GREY, "line": {"width": 1, "color": GREY}, "pattern": HATCHED}
    figure.add_bar(name="hatched: wrong", x=[None], y=[0], orientation="h", marker=hatched, hoverinfo="skip")
    for row, group in enumerate(groups):
        text = escape(short(name_of(group, report)), quote=False)
        place = {"x": 0, "xanchor": "left", "y": row - 0.36, "yanchor": "middle"}
        figure.add_annotation(text=text, **place, showarrow=False, borderpad=0)
    # Two names of the legend in a row, so that a phone's bars keep their room.
    figure.update_layout(
        barmode="stack",
        legend={"traceorder": "normal", "yanchor": "bottom", "entrywidth": 0.48, "entrywidthmode": "fraction"},
    )
    figure.update_xaxes(range=[0, 100.5], tickvals=[0, 25, 50, 75, 100], title_text="of 100 pictures")
    figure.update_yaxes(range=[len(groups) - 0.6, -0.6], visible=False)
    return figure


def _add_bars(
    figure: go.Figure, verdict: Verdict, groups: tuple[Group, ...], counts: list[int], *, is_right: bool
) -> None:
    """Add one verdict's part of every group's bar: `counts` pictures, for which it was right or wrong."""
    colour = COLOURS_BY_VERDICT[verdict]
    figure.add_bar(
        name=SAID[verdict],
        showlegend=is_right,
        orientation="h",
        y=list(range(len(groups))),
        x=[100 * count / group.n for count, group in zip(counts, groups, strict=True)],
        width=0.36,
        marker={"color": colour, "line": {"width": 1, "color": colour}, "pattern": {} if is_right else HATCHED},
        customdata=[[count, group.n] for count, group in zip(counts, groups, strict=True)],
        hovertemplate=f"{SAID[verdict]}, {'right' if is_right else 'wrong'}<br>"
        "%{customdata[0]} of %{customdata[1]} (%{x:.1f} of 100)<extra></extra>",
    )


def short(name: str) -> str:
    """A name cut to `LONGEST_NAME` characters: a folder's may be of any length."""
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def draw_list_sizes(report: Report, verdicts: VerdictReport) -> go.Figure:
    """Sizes of the coverage sets, of 100 measured photos."""
    sizes = [*verdicts.set_sizes[:LONGEST_LIST], sum(verdicts.set_sizes[LONGEST_LIST:])]
    names = [*map(str, range(len(sizes) - 1)), f"{LONGEST_LIST} or more"]
    if not sizes[-1]:
        sizes, names = sizes[:-1], names[:-1]
    figure = go.Figure()
    figure.add_bar(
        x=names,
        y=[100 * count / verdicts.known.n for count in sizes],
        marker={"color": [GREY, *[VALID] * (len(sizes) - 1)]},
        customdata=sizes,
        hovertemplate="%{x}: %{customdata} photos (%{y:.1f} of 100)<extra></extra>",
    )
    figure.update_xaxes(title_text=f"{report.subject.nouns} on the list", type="category")
    figure.update_yaxes(title_text="of 100 photos", rangemode="tozero")
    return figure


def draw_familiarity(report: Report, verdicts: VerdictReport) -> go.Figure:
    """Familiarity of the measured photos and of each kind of unknown pictures: a hill each, turned away left of 0."""
    middles = [(low + high) / 2 for low, high in zip(verdicts.edges, verdicts.edges[1:], strict=False)]
    figure = go.Figure()
    for number, group in enumerate((verdicts.known, *verdicts.unknown)):
        name = escape(short(name_of(group, report, counted=False)), quote=False)
        colour = COLOURS_BY_GROUP[number % len(COLOURS_BY_GROUP)]
        dash = DASHES_BY_GROUP[number % len(DASHES_BY_GROUP)]
        figure.add_scatter(
            name=name,
            x=middles,
            y=[100 * count / group.n for count in group.familiarity],
            mode="lines",
            line={"color": colour, "width": 2.5, "shape": "hvh", "dash": dash},
            fill="tozeroy",
            fillcolor=_see_through(colour),
            hovertemplate=f"{name}: %{{y:.1f}} of 100<extra></extra>",
        )
    figure.add_vline(x=0, line={"color": GREY, "width": 2, "dash": "dash"})
    for words, anchor in (("turned away ", "right"), (" answered", "left")):
        figure.add_annotation(text=words, x=0, y=1, yref="paper", xanchor=anchor, yanchor="bottom", showarrow=False)
    figure.update_layout(legend={"y": 1.12, "yanchor": "bottom"})  # above the words at the line
    figure.update_xaxes(title_text="less familiar ↔ more familiar", showticklabels=False, showgrid=False)
    figure.update_yaxes(title_text="of 100 pictures", rangemode="tozero")
    return figure


def _see_through(colour: str) -> str:
    """A colour such as "#4c8c58", as light as hills must be that stand in front of each other."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"rgba({red}, {green}, {blue}, 0.16)"
