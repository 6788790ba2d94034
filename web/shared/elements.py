"""Light components, for what a page has by the dozen.

A component of Dash checks its properties whenever one is made, and goes through all that it could have when it is sent:
20 to 30 µs each, and the similar photos of one answer take 200. An `Element` is taken as it is and sent the same way; a
test asks Dash whether those of an answer are components with such properties.
"""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

HTML, CORE, MANTINE = "dash_html_components", "dash_core_components", "dash_mantine_components"


class Element(Component):
    """`Element("Li", "Rose", className="name")` stands for `html.Li("Rose", className="name")`.

    Args:
        kind: name of the component.
        children: text, a component, or a list of these.
        namespace: the package that the component comes from: `HTML`, `CORE` (dcc) or `MANTINE` (dmc).
        properties: those of the component.
    """

    def __init__(self, kind: str, children: Any = None, *, namespace: str = HTML, **properties: Any) -> None:
        self._type, self._namespace, self._valid_wildcard_attributes = kind, namespace, []
        self._prop_names = [*properties] if children is None else ["children", *properties]
        self.__dict__.update(properties, children=children)

    def to_plotly_json(self) -> dict[str, Any]:
        """What is sent to the browser."""
        properties = {name: self.__dict__[name] for name in self._prop_names}
        return {"props": properties, "type": self._type, "namespace": self._namespace}
