import dash
from dash import Input, Output, State, html

from tests.web.conftest import ask_callback, make_site, response_of
from web.shared.wiring import Wiring


def describe(site, given, state):
    return f"{site.collection.name}: {given}, {state}"


def name_trigger(site, given, *, trigger):
    return f"{given} by {trigger}"


def test_functions_get_the_site_the_values_and_the_trigger(garden):
    app = dash.Dash("wired")
    app.layout = html.Div()
    wiring = Wiring(app, make_site(garden))
    wiring.in_server(describe, Output("words", "children"), Input("a", "value"), State("b", "value"))
    wiring.in_server(name_trigger, Output("other", "children"), Input("a", "value"), tells_trigger=True)
    wiring.in_browser("florascope.showPhoto", Output("photo", "src"), Input("a", "value"))
    told = response_of(ask_callback(app, ["words.children"], {"a.value": 1}, {"b.value": 2}))
    assert told["words"]["children"] == "garden: 1, 2"
    assert response_of(ask_callback(app, ["other.children"], {"a.value": 1}))["other"]["children"] == "1 by a"
    assert "photo.src" in app.callback_map
