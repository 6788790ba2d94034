"""The HTML that arrives first: header and opening of the page, readable before any script has run.

Without it a phone shows "Loading…" until half a megabyte of script is parsed.
`assets/css/20-frame.css` hides the shell once the page is drawn, `assets/js/05-frame.js` then removes it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from typing import Any

import dash
from dash.development.base_component import Component
from flask import request

from web.frame.frame import create_header
from web.pages import HEADER_LINKS, NOT_FOUND, SHARED_IMAGE, describe_page, open_page
from web.shared.light import HTML
from web.site import Site, current_site

# Before the first paint: the colour scheme chosen earlier (Mantine keeps it in the browser), else the system's.
SCHEME_SCRIPT = (
    "(function(){var s=null;try{s=localStorage.getItem('mantine-color-scheme-value')}catch(e){}"
    "if(s!=='light'&&s!=='dark')s=matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light';"
    "document.documentElement.setAttribute('data-mantine-color-scheme',s)})()"
)
SCHEME_SCRIPT_HASH = f"'sha256-{base64.b64encode(hashlib.sha256(SCHEME_SCRIPT.encode()).digest()).decode()}'"

INDEX = f"""<!DOCTYPE html>
<html lang="en">
    <head>
        {{%metas%}}
        <meta name="theme-color" content="#2f6a3b">
        <title>{{%title%}}</title>
        <link rel="icon" type="image/svg+xml" href="/assets/icons/favicon.svg">
        <script>{SCHEME_SCRIPT}</script>
        {{%css%}}
    </head>
    <body>
        {{%app_entry%}}
        <div class="dash-scripts">
            {{%config%}}
            {{%scripts%}}
            {{%renderer%}}
        </div>
    </body>
</html>"""

_TAGS = {"Link": "a", "Button": "button"}
_ATTRIBUTES = {"className": "class", "href": "href", "role": "role", "type": "type"}


def to_html(node: Any) -> str:
    """Static HTML of a component tree: tags, classes, links and text; no styles, no ids (the real page has those)."""
    if node is None:
        return ""
    if isinstance(node, list | tuple):
        return "".join(map(to_html, node))
    if isinstance(node, Component):
        node = node.to_plotly_json()
    if not isinstance(node, dict):
        return escape(str(node))
    kind, props = node["type"], node["props"]
    if kind == "Image":  # dmc.Image: a photo of the collection
        return f"<img{_attributes({'src': props['src'], 'alt': props['alt'], **props['attributes']['root']})}>"
    if kind == "Img":  # the preview, which is empty yet
        return ""
    tag = kind.lower() if node["namespace"] == HTML else _TAGS.get(kind, "span")
    kept = {name: value for prop, name in _ATTRIBUTES.items() if isinstance(value := props.get(prop), str)}
    return f"<{tag}{_attributes(kept)}>{to_html(props.get('children'))}</{tag}>"


def _attributes(values: Mapping[str, Any]) -> str:
    return "".join(f' {name.lower()}="{escape(str(value))}"' for name, value in values.items())


def meta_tags(path: str, *, title: str, image: str, site: Site) -> str:
    """What other sites and search engines show of a page.

    Dash's own tags hold whatever the request's Host header names. These hold the address that the operator set, or are
    relative without one.

    Args:
        path: of the page.
        title: of the page.
        image: path of the picture.
        site: whose page it is.
    """
    base, description = site.settings.public_url.rstrip("/"), describe_page(path, site)
    names = {"description": description, "twitter:card": "summary_large_image"}
    properties = {
        "og:type": "website",
        "og:title": title,
        "og:description": description,
        "og:image": f"{base}{image}",
        **({"og:url": f"{base}{path}"} if base else {}),
    }
    return "\n        ".join(
        f'<meta {attribute}="{name}" content="{escape(value)}">'
        for attribute, values in (("name", names), ("property", properties))
        for name, value in values.items()
    )


class FlorascopeDash(dash.Dash):
    """Dash with a title, descriptions and a readable shell for every address."""

    def interpolate_index(self, **parts: str) -> str:  # type: ignore[override]
        site = current_site()
        title, opening = open_page(request.path, site) or (NOT_FOUND.title(site), NOT_FOUND.opening(site))
        shell = (
            f'<div id="shell">{to_html(create_header(HEADER_LINKS))}'
            f'<main><div class="wrap shell__page">{to_html(opening)}'
            "<noscript><p class='message'>Florascope needs JavaScript to look at photos. Please switch it on and "
            "reload the page.</p></noscript></div></main></div>"
        )
        parts["title"] = escape(title)
        image = self.get_asset_url(SHARED_IMAGE)
        parts["metas"] += "\n        " + meta_tags(request.path, title=title, image=image, site=site)
        parts["app_entry"] = shell + parts["app_entry"]
        return super().interpolate_index(**parts)
