"""Figures of a verdict report in Plotly, for the HTML report and the site; like `figures`, without a template.

Colours tell what was said and hatching that it was wrong, so that both are told without colours too.
"""

from html import escape

import plotly.graph_objects as go

from classifier.predictions.values import Verdict
from classifier.reports.figures import GREY, TRAIN, VALID
from classifier.reports.report import Report
from classifier.reports.verdict_report import VERDICTS, Group, VerdictReport
from classifier.reports.words import SAID, name_of

COLOURS: dict[Verdict, str] = {"confident": VALID, "unsure": TRAIN, "unknown": GREY}
HATCHED = {"shape": "/", "size": 7, "solidity": 0.35, "fillmode": "replace"}
KINDS = (VALID, TRAIN, "#a0609f", "#5a82b4")
DASHES = ("solid", "dash", "dot", "dashdot")
# Names stand above the bars, not beside them: so they fit on a phone, if they are no longer than this.
LONGEST_NAME = 42
ROW_PX, AROUND_PX = 66, 130
# Longer lists than this are counted together.
LONGEST_LIST = 6


def verdicts_height(trust: VerdictReport) -> int:
    """How tall `create_verdicts` is, in pixels."""
    return ROW_PX * (1 + len(trust.unknown)) + AROUND_PX


def right_of(group: Group, verdict: Verdict) -> int:
    """For how many pictures this verdict was right: one of the classes is not to be turned away, all else is."""
    if group.name:
        return group.verdicts[verdict] if verdict == "unknown" else 0
    return 0 if verdict == "unknown" else group.right[verdict]


def create_verdicts(report: Report, trust: VerdictReport) -> go.Figure:
    """A bar of 100 pictures for the measured photos and for each kind of unknown pictures: what was said of them."""
    groups = (trust.known, *trust.unknown)
    figure = go.Figure()
    for verdict in VERDICTS:
        for right in (True, False):
            counts = [right_of(each, verdict) if right else each.verdicts[verdict] - right_of(each, verdict)
                      for each in groups]  # fmt: skip
            figure.add_bar(
                name=SAID[verdict],
                showlegend=right,
                orientation="h",
                y=list(range(len(groups))),
                x=[100 * count / each.n for count, each in zip(counts, groups, strict=True)],
                width=0.36,
                marker={
                    "color": COLOURS[verdict],
                    "line": {"width": 1, "color": COLOURS[verdict]},
                    "pattern": {} if right else HATCHED,
                },
                customdata=[[count, each.n] for count, each in zip(counts, groups, strict=True)],
                hovertemplate=f"{SAID[verdict]}, {'right' if right else 'wrong'}<br>"
                "%{customdata[0]} of %{customdata[1]} (%{x:.1f} of 100)<extra></extra>",
            )
    hatched = {"color": GREY, "line": {"width": 1, "color": GREY}, "pattern": HATCHED}
    figure.add_bar(name="hatched: wrong", x=[None], y=[0], orientation="h", marker=hatched, hoverinfo="skip")
    for row, group in enumerate(groups):
        figure.add_annotation(
            text=escape(short(name_of(group, report)), quote=False),
            x=0, xanchor="left", y=row - 0.36, yanchor="middle", showarrow=False, borderpad=0,
        )  # fmt: skip
    # Two beside each other, so that a phone's bars keep their room.
    figure.update_layout(
        barmode="stack",
        legend={"traceorder": "normal", "yanchor": "bottom", "entrywidth": 0.48, "entrywidthmode": "fraction"},
    )
    figure.update_xaxes(range=[0, 100.5], tickvals=[0, 25, 50, 75, 100], title_text="of 100 pictures")
    figure.update_yaxes(range=[len(groups) - 0.6, -0.6], visible=False)
    return figure


def short(name: str) -> str:
    """A folder's name may be of any length."""
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def create_list_sizes(report: Report, trust: VerdictReport) -> go.Figure:
    """How many classes the lists name, of 100 measured photos."""
    sizes = [*trust.set_sizes[:LONGEST_LIST], sum(trust.set_sizes[LONGEST_LIST:])]
    names = [*map(str, range(len(sizes) - 1)), f"{LONGEST_LIST} or more"]
    if not sizes[-1]:
        sizes, names = sizes[:-1], names[:-1]
    figure = go.Figure(
        go.Bar(
            x=names,
            y=[100 * count / trust.known.n for count in sizes],
            marker={"color": [GREY, *[VALID] * (len(sizes) - 1)]},
            customdata=sizes,
            hovertemplate="%{x}: %{customdata} photos (%{y:.1f} of 100)<extra></extra>",
        )
    )
    figure.update_xaxes(title_text=f"{report.subject.nouns} on the list", type="category")
    figure.update_yaxes(title_text="of 100 photos", rangemode="tozero")
    return figure


def create_familiarity(report: Report, trust: VerdictReport) -> go.Figure:
    """How familiar the measured photos and each kind of unknown pictures are: a hill each, turned away left of 0."""
    middles = [(low + high) / 2 for low, high in zip(trust.edges, trust.edges[1:], strict=False)]
    figure = go.Figure()
    for place, group in enumerate((trust.known, *trust.unknown)):
        name = escape(short(name_of(group, report, counted=False)), quote=False)
        colour = KINDS[place % len(KINDS)]
        figure.add_scatter(
            name=name,
            x=middles,
            y=[100 * count / group.n for count in group.familiarity],
            mode="lines",
            line={"color": colour, "width": 2.5, "shape": "hvh", "dash": DASHES[place % len(DASHES)]},
            fill="tozeroy",
            fillcolor=f"rgba({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))}, 0.16)",
            hovertemplate=f"{name}: %{{y:.1f}} of 100<extra></extra>",
        )
    figure.add_vline(x=0, line={"color": GREY, "width": 2, "dash": "dash"})
    for words, anchor in (("turned away ", "right"), (" answered", "left")):
        figure.add_annotation(text=words, x=0, y=1, yref="paper", xanchor=anchor, yanchor="bottom", showarrow=False)
    figure.update_layout(legend={"y": 1.12, "yanchor": "bottom"})  # above the words at the line
    figure.update_xaxes(title_text="less familiar ↔ more familiar", showticklabels=False, showgrid=False)
    figure.update_yaxes(title_text="of 100 pictures", rangemode="tozero")
    return figure
