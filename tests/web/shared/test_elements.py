import json

import dash_mantine_components as dmc
import pytest
from dash import dcc, html
from dash._utils import to_json

from web.shared.elements import CORE, MANTINE, Element


@pytest.mark.parametrize(
    ("element", "component"),
    [
        (Element("Li", "Rose", className="name"), html.Li("Rose", className="name")),
        (Element("Div", **{"aria-label": "a", "data-x": "1"}), html.Div(**{"aria-label": "a", "data-x": "1"})),
        (Element("Link", "<b>", namespace=CORE, href="/x"), dcc.Link("<b>", href="/x")),
        (Element("TabsTab", "Rose", namespace=MANTINE, value="3"), dmc.TabsTab("Rose", value="3")),
        (Element("Image", namespace=MANTINE, src="/x", alt="x"), dmc.Image(src="/x", alt="x")),
        (Element("Ul", [Element("Li", "a"), html.Li("b"), None]), html.Ul([html.Li("a"), html.Li("b"), None])),
    ],
)
def test_an_element_is_sent_as_the_component_that_it_stands_for(element, component):
    sent, wanted = json.loads(to_json(element)), json.loads(to_json(component))
    if wanted["props"].get("children") is None:
        wanted["props"].pop("children", None)
    assert sent == wanted


def test_an_element_is_a_component_that_can_be_read_and_searched():
    page = html.Div([Element("P", ["a", Element("B", "b", id="bold")], className="words")])
    assert page["bold"].children == "b"
    assert page.children[0].className == "words"
    assert str(page) == "Div([P(children=['a', B(children='b', id='bold')], className='words')])"
