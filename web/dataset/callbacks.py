"""Choosers, filters and charts of the data set page."""

from __future__ import annotations

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, ctx, dcc, html
from dash.exceptions import PreventUpdate

from web.dataset.charts import create_count_table, describe_balance
from web.dataset.gallery import create_cards, describe_matches
from web.dataset.page import create_split_numbers
from web.dataset.statistics import search
from web.shared import figures
from web.shared.attributes import aria
from web.site import Site

# A query longer than any name is cut: nobody types it, and every word of it is searched for.
MOST_QUERY_CHARACTERS = 100


def register(app: dash.Dash, site: Site) -> None:
    statistics, subject = site.statistics, site.subject

    app.clientside_callback(
        ClientsideFunction("florascope", "comesNear"),
        Output("charts-near", "data"),
        Input("dataset-page", "id"),
        State("balance-chart", "id"),
    )

    @app.callback(Output("split-numbers", "children"), Input("split", "value"), prevent_initial_call=True)
    def show_numbers(split_name: str | None) -> html.Dl:
        return create_split_numbers(site, _known_split(split_name, site))

    @app.callback(
        Output("balance-chart", "children"),
        Output("balance-table", "children"),
        Input("charts-near", "data"),
        Input("split", "value"),
        Input("balance-order", "value"),
        Input("balance-query", "value"),
    )
    def show_balance(near: bool | None, split_name: str | None, order: str, query: str | None) -> tuple[Any, Any]:
        if not near:
            raise PreventUpdate
        split_name = _known_split(split_name, site)
        parts = statistics.parts.get(split_name, ())
        found = {label.class_id for label in search(site.collection.classes, _clean(query))}
        counts = [count for count in statistics.class_counts(split_name) if count.label.class_id in found]
        if not counts:
            return html.P(f"No {subject.noun} here has such a name. Try part of a word.", className="empty"), None
        by_name = order == "name"
        counts.sort(key=lambda count: count.label.name.casefold() if by_name else (-count.total, count.label.name))
        graph = dcc.Graph(figure=figures.create_class_bars(counts, parts=parts), config=figures.CONFIG)
        words = f"Bars: photos per {subject.noun}. The table below says the same."
        return html.Div(graph, role="img", **aria(label=words)), create_count_table(counts, subject, parts=parts)

    @app.callback(Output("balance-words", "children"), Input("split", "value"))
    def tell_balance(split_name: str | None) -> str:
        return describe_balance(statistics.class_counts(_known_split(split_name, site)), subject)

    @app.callback(
        Output("shape-chart", "children"),
        Output("size-chart", "children"),
        Output("colour-chart", "children"),
        Input("charts-near", "data"),
    )
    def show_shapes(near: bool | None) -> tuple[html.Div, ...]:
        if not near:
            raise PreventUpdate
        drawn = (
            ("Bars: photos per ratio of width to height", figures.create_shape_histogram(statistics.sizes)),
            ("Dots: photos per width and height", figures.create_size_scatter(statistics.sizes)),
            ("Bars: photos per hue of their mean colour", figures.create_colour_histogram(statistics.colour_bins)),
        )
        return tuple(
            html.Div(dcc.Graph(figure=figure, config=figures.CONFIG), role="img", **aria(label=words))
            for words, figure in drawn
        )

    @app.callback(
        Output("gallery-cards", "children"),
        Output("gallery-count", "children"),
        Input("gallery-query", "value"),
    )
    def filter_gallery(query: str | None) -> tuple[Any, str]:
        if not query and not ctx.triggered_id:  # the page was just drawn, with all cards
            raise PreventUpdate
        found = search(site.collection.classes, _clean(query))
        return create_cards(found, site=site), describe_matches(len(found), len(site.collection.classes), subject)


def _clean(query: Any) -> str:
    return query[:MOST_QUERY_CHARACTERS] if isinstance(query, str) else ""


def _known_split(split_name: Any, site: Site) -> str:
    return split_name if split_name in site.collection.split_names else site.collection.default_split
