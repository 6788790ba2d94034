"""The components of `dcc`, `dmc` and `html`, made and sent in a tenth of the time: an answer has hundreds of them.

A component of Dash checks its properties whenever one is made, and goes through all that it could have when it is sent:
20 to 30 µs. Here mypy checks them once, against Dash's own classes, and a test asks Dash about all those of an answer.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dash.development.base_component import Component

HTML = "dash_html_components"


class LightComponent(Component):
    """A component whose properties are taken as they are.

    Args:
        kind: its name, such as “Div”.
        children: text, a component, or a list of these.
        namespace: the package that it comes from, as browsers know it.
        properties: all others.
    """

    def __init__(self, kind: str, children: Any = None, *, namespace: str, **properties: Any) -> None:
        self._type, self._namespace, self._valid_wildcard_attributes = kind, namespace, []
        self._prop_names = [*properties] if children is None else ["children", *properties]
        self.__dict__.update(properties, children=children)

    def to_plotly_json(self) -> dict[str, Any]:
        """What is sent to the browser."""
        properties = {name: self.__dict__[name] for name in self._prop_names}
        return {"props": properties, "type": self._type, "namespace": self._namespace}


class LightPackage:
    """A package of components: `html.Div("Rose", className="name")` is as in Dash."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def __getattr__(self, kind: str) -> partial[LightComponent]:
        """What makes components of this kind."""
        make = partial(LightComponent, kind, namespace=self._namespace)
        setattr(self, kind, make)  # so that this is asked once
        return make


if TYPE_CHECKING:
    import dash_mantine_components as dmc
    from dash import dcc, html
else:
    dcc, dmc, html = LightPackage("dash_core_components"), LightPackage("dash_mantine_components"), LightPackage(HTML)

__all__ = ["HTML", "LightComponent", "LightPackage", "dcc", "dmc", "html"]
