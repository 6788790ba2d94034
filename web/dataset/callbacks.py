"""Choosers, filters and charts of the page *Data set*."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, html
from dash.exceptions import PreventUpdate

from web.dataset import figures
from web.dataset.charts import create_count_table, describe_balance
from web.dataset.gallery import create_cards, describe_matches
from web.dataset.page import create_split_numbers
from web.dataset.search import search
from web.shared.figures import create_chart
from web.shared.wiring import Wiring
from web.site import Site

# A query longer than any name is cut: nobody types it, and every word of it is searched for.
MOST_QUERY_CHARACTERS = 100


def register(app: dash.Dash, site: Site) -> None:
    """Attach the page's callbacks."""
    wiring = Wiring(app, site)
    near, split = Input("charts-near", "data"), Input("split", "value")
    wiring.in_browser(
        "florascope.comesNear",
        Output("charts-near", "data"),
        Input("dataset-page", "id"),
        State("balance-chart", "id"),
    )
    wiring.in_server(show_numbers, Output("split-numbers", "children"), split, prevent_initial_call=True)
    wiring.in_server(
        show_balance,
        Output("balance-chart", "children"),
        Output("balance-table", "children"),
        near,
        split,
        Input("balance-order", "value"),
        Input("balance-query", "value"),
    )
    wiring.in_server(show_balance_words, Output("balance-words", "children"), split)
    wiring.in_server(
        show_shapes,
        Output("shape-chart", "children"),
        Output("size-chart", "children"),
        Output("colour-chart", "children"),
        near,
    )
    wiring.in_server(
        filter_gallery,
        Output("gallery-cards", "children"),
        Output("gallery-count", "children"),
        Input("gallery-query", "value"),
        tells_trigger=True,
    )


def show_numbers(site: Site, split_name: str | None) -> html.Dl:
    """Large figures of the split chosen."""
    return create_split_numbers(site, known_split(split_name, site))


def show_balance(
    site: Site, near: bool | None, split_name: str | None, order: str, query: str | None
) -> tuple[Any, Any]:
    """Bars of the photos per class, and the same as a table; of the classes that match the query.

    Args:
        site: what is served.
        near: whether the first chart is near the screen; nothing is drawn before.
        split_name: an unknown one counts as the default.
        order: "name", or by number of photos.
        query: words of names; empty for all classes.
    """
    if not near:
        raise PreventUpdate
    split_name = known_split(split_name, site)
    parts = site.statistics.parts.get(split_name, ())
    found = {label.class_id for label in search(site.collection.classes, clean(query))}
    counts = [count for count in site.statistics.class_counts(split_name) if count.label.class_id in found]
    if not counts:
        return html.P(f"No {site.subject.noun} here has such a name. Try part of a word.", className="empty"), None
    by_name = order == "name"
    counts.sort(key=lambda count: count.label.name.casefold() if by_name else (-count.total, count.label.name))
    chart = create_chart(
        figures.create_class_bars_figure(counts, parts=parts),
        f"Bars: photos per {site.subject.noun}. The table below says the same.",
    )
    return chart, create_count_table(counts, site.subject, parts=parts)


def show_balance_words(site: Site, split_name: str | None) -> str:
    """Whether the classes have about equally many photos, in words."""
    return describe_balance(site.statistics.class_counts(known_split(split_name, site)), site.subject)


def show_shapes(site: Site, near: bool | None) -> tuple[html.Div, html.Div, html.Div]:
    """Charts of the photos' shapes, sizes and colours, once they are near the screen."""
    if not near:
        raise PreventUpdate
    sizes, bins = site.statistics.sizes, site.statistics.colour_bins
    return (
        create_chart(figures.create_shape_histogram_figure(sizes), "Bars: photos per ratio of width to height"),
        create_chart(figures.create_size_scatter_figure(sizes), "Dots: photos per width and height"),
        create_chart(figures.create_colour_histogram_figure(bins), "Bars: photos per hue of their mean colour"),
    )


def filter_gallery(site: Site, query: str | None, *, trigger: str | None) -> tuple[Any, str]:
    """Cards of the classes that match the query, and how many match."""
    if not query and not trigger:  # the page was just drawn, with all cards
        raise PreventUpdate
    found = search(site.collection.classes, clean(query))
    return create_cards(found, site=site), describe_matches(len(found), len(site.collection.classes), site.subject)


def clean(query: Any) -> str:
    """A query as a string of a sensible length; anything else is empty."""
    return query[:MOST_QUERY_CHARACTERS] if isinstance(query, str) else ""


def known_split(split_name: Any, site: Site) -> str:
    """The split named, or the default one when the collection does not have it."""
    return split_name if split_name in site.collection.split_names else site.collection.default_split
