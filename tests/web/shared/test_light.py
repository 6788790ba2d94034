import json

import dash_mantine_components
import pytest
from dash import dcc, html
from dash._utils import to_json

from web.shared import light


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (light.html.Li("Rose", className="name"), html.Li("Rose", className="name")),
        (
            light.html.Div(id={"type": "a", "index": 1}, **{"aria-label": "a", "data-x": "1"}),
            html.Div(id={"type": "a", "index": 1}, **{"aria-label": "a", "data-x": "1"}),
        ),
        (light.dcc.Link("<b>", href="/x"), dcc.Link("<b>", href="/x")),
        (light.dmc.Image(src="/x", alt="x"), dash_mantine_components.Image(src="/x", alt="x")),
        (light.html.Ul([light.html.Li("a"), html.Li("b"), None]), html.Ul([html.Li("a"), html.Li("b"), None])),
        (light.html.Details("a", open=False), html.Details("a", open=False)),
    ],
)
def test_a_light_component_is_sent_as_the_one_of_dash(ours, theirs):
    sent, wanted = json.loads(to_json(ours)), json.loads(to_json(theirs))
    if wanted["props"].get("children") is None:
        wanted["props"].pop("children", None)
    assert sent == wanted


def test_it_is_a_component_that_can_be_read_and_searched():
    page = html.Div([light.html.P(["a", light.html.B("b", id="bold")], className="words")])
    assert page["bold"].children == "b"
    assert page.children[0].className == "words"
    assert str(page) == "Div([P(children=['a', B(children='b', id='bold')], className='words')])"
