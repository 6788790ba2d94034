"""Elements as plain values, for what a page has by the dozen.

A component of Dash checks each property while it is built, and looks for all that it may have when it is sent: some 20 µs
each, and the similar photos of one answer are 200 elements. Browsers get the same either way: a component is sent as
`{"namespace", "type", "props"}`, in which form callbacks in the browser give components, too.
"""

from __future__ import annotations

from typing import Any

HTML, CORE, MANTINE = "dash_html_components", "dash_core_components", "dash_mantine_components"
Element = dict[str, Any]


def create_element(kind: str, children: Any = None, *, namespace: str = HTML, **properties: Any) -> Element:
    """`create_element("Li", "Rose", className="name")`: what `html.Li("Rose", className="name")` is sent as.

    Args:
        kind: name of the component.
        children: text, a component, an element, or a list of these.
        namespace: the package that the component comes from: `HTML`, `CORE` (dcc) or `MANTINE` (dmc).
        properties: as of the component, unchecked.
    """
    return {"namespace": namespace, "type": kind, "props": {"children": children, **properties}}
