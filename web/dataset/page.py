"""Page *Data set*, `/dataset`: what the photos are, how they are split, and every class at a glance."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import dcc, html

from web.dataset.charts import describe_colours, describe_shapes
from web.dataset.gallery import create_gallery_section
from web.shared.attributes import aria
from web.shared.figures import create_chart_holder
from web.shared.numbers import create_numbers
from web.shared.picture import create_photo_help
from web.shared.wording import format_count, split_title
from web.site import Site


def title(site: Site) -> str:
    """Title of the document."""
    return "Data set · Florascope"


def description(site: Site) -> str:
    """Description of the document."""
    collection = site.collection
    return (
        f"{format_count(len(collection.photos), 'photo')} of "
        f"{collection.subject.count_kinds(len(collection.classes))}: "
        "how many of each, their shapes and colours, and a gallery of all."
    )


def opening(site: Site) -> html.Div:
    """Heading and lead."""
    return html.Div(
        [
            html.H1("The photos behind the answers"),
            html.P(
                "A model is only as good as what it was shown. Here is all of it: how many photos of each "
                f"{site.subject.noun} there are, how they were divided for training and testing, "
                "and what they look like.",
                className="lead",
            ),
        ],
        className="page-head",
    )


def layout(site: Site) -> html.Div:
    """The whole page."""
    collection = site.collection
    contents = [
        ("#balance", f"Photos per {collection.subject.noun}"),
        ("#shapes", "Shapes and sizes"),
        ("#colours", "Colours"),
        ("#gallery", f"All {collection.subject.nouns}"),
    ]
    charts = (
        [create_balance_section(site), create_shapes_section(site), create_colours_section(site)]
        if collection.photos
        else []
    )
    return html.Div(
        [
            opening(site),
            html.Div(id="split-numbers", children=create_split_numbers(site, collection.default_split)),
            create_split_chooser(site),
            html.Nav(
                [html.A(words, href=target) for target, words in (contents if charts else contents[-1:])],
                className="page-contents",
                **aria(label="On this page"),
            ),
            None if collection.has_photos else create_photo_help(),
            # Filled by assets/js/40-charts.js when the first chart comes near the screen: plotly.js weighs 1.3 MB.
            dcc.Store(id="charts-near"),
            *charts,
            create_gallery_section(site),
        ],
        className="page wrap",
        id="dataset-page",
    )


def create_split_numbers(site: Site, split_name: str) -> html.Dl:
    """Photos, kinds and the parts of one split."""
    numbers = [
        (f"{len(site.collection.photos):,}", "photos"),
        (f"{len(site.collection.classes):,}", site.subject.kinds),
    ]
    numbers += [(f"{n:,}", f"in {part}") for part, n in site.statistics.part_totals.get(split_name, {}).items()]
    return create_numbers(numbers)


def create_split_chooser(site: Site) -> html.Div:
    """Chooser of the split that figures count by.

    Splits divide the same photos differently, so one is shown at a time.
    """
    names = site.collection.split_names
    chooser = dmc.SegmentedControl(
        id="split",
        data=[{"value": name, "label": split_title(name)} for name in names],
        value=site.collection.default_split,
        **aria(label="Split"),
    )
    words = (
        f"The same photos are divided in {len(names)} ways, and figures from different splits must not be mixed. "
        "Everything below counts by the one chosen here."
    )
    # Hidden, not left out, when there is nothing to choose: the charts listen to it.
    return html.Div([chooser, html.P(words, className="note")], className="split-chooser", hidden=len(names) < 2)


def create_balance_section(site: Site) -> html.Section:
    """Photos per class: words, chart and table."""
    return html.Section(
        [
            html.H2(f"Photos per {site.subject.noun}"),
            html.P(id="balance-words", className="prose"),
            html.Div(
                [
                    dmc.SegmentedControl(
                        id="balance-order",
                        data=[{"value": "count", "label": "By number"}, {"value": "name", "label": "By name"}],
                        value="count",
                        **aria(label="Order of the bars"),
                    ),
                    dmc.TextInput(
                        id="balance-query",
                        placeholder="Part of a name",
                        value="",
                        debounce=250,
                        className="filter",
                        attributes={
                            "input": {
                                "aria-label": f"Find {site.subject.a_noun} in the chart",
                                "type": "search",
                            }
                        },
                    ),
                ],
                className="toolbar",
            ),
            create_chart_holder("balance-chart", height=360),
            html.Details(
                [
                    html.Summary("The same as a table"),
                    html.Div(id="balance-table", className="table-scroll", tabIndex=0),
                ],
                className="details",
            ),
        ],
        id="balance",
        className="section",
    )


def create_shapes_section(site: Site) -> html.Section:
    """Shapes and sizes: words and charts."""
    return html.Section(
        [
            html.H2("Shapes and sizes"),
            html.P(describe_shapes(site), className="prose"),
            html.Div(
                [
                    html.Div([html.H3("Shape"), create_chart_holder("shape-chart", height=300)]),
                    html.Div([html.H3("Size"), create_chart_holder("size-chart", height=300)]),
                ],
                className="two-columns",
            ),
        ],
        id="shapes",
        className="section",
    )


def create_colours_section(site: Site) -> html.Section:
    """Mean colours: words and a chart."""
    return html.Section(
        [
            html.H2("Colours"),
            html.P(describe_colours(site), className="prose"),
            create_chart_holder("colour-chart", height=340),
        ],
        id="colours",
        className="section",
    )
