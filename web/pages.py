"""Pages of the site: the one place to add a page.

Everything that has to know about pages reads `PAGES`: Dash's registry, the links in the header, the HTML that is sent
first (`shell.py`), the callbacks, and the status 404 of addresses without a page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dash

from web.classify import callbacks as classify_callbacks
from web.classify import page as classify
from web.dataset import callbacks as dataset_callbacks
from web.dataset import page as dataset
from web.flower import page as flower
from web.frame import not_found
from web.frame.navigation import NavLink
from web.model import callbacks as model_callbacks
from web.model import page as model
from web.site import Site, current_site


@dataclass(frozen=True)
class Page:
    """One page. Its functions take the site and, by name, the variables of its path.

    path: "/dataset", or a template with variables: "/flower/<flower_id>".
    name: as the header shows it.
    title, description: of the document, as text.
    opening: what stands in the HTML that is sent first, as components: a visitor reads it before any script has run.
        None when there is nothing at this address, such as a flower with an unknown number.
    layout: the whole page, as components.
    register: attaches the page's callbacks to the app.
    in_header: whether the header links to it.
    """

    path: str
    name: str
    title: Callable[..., str]
    description: Callable[..., str]
    opening: Callable[..., Any]
    layout: Callable[..., Any]
    register: Callable[[dash.Dash, Site], None] | None = None
    in_header: bool = False

    def match(self, path: str) -> dict[str, str] | None:
        """The variables of an address of this page ({"flower_id": "3"}, {} for a path without); None for others."""
        wanted, given = self.path.strip("/").split("/"), path.strip("/").split("/")
        pairs = list(zip(wanted, given, strict=False))
        if len(wanted) != len(given) or any(want != got for want, got in pairs if not _is_variable(want)):
            return None
        return {want[1:-1]: got for want, got in pairs if _is_variable(want)}


PAGES: tuple[Page, ...] = (
    Page(
        path="/",
        name="Classify",
        title=classify.title,
        description=classify.description,
        opening=classify.opening,
        layout=classify.layout,
        register=classify_callbacks.register,
        in_header=True,
    ),
    Page(
        path="/dataset",
        name="Data set",
        title=dataset.title,
        description=dataset.description,
        opening=dataset.opening,
        layout=dataset.layout,
        register=dataset_callbacks.register,
        in_header=True,
    ),
    Page(
        path="/flower/<flower_id>",
        name="Flower",
        title=flower.title,
        description=flower.description,
        opening=flower.opening,
        layout=flower.layout,
    ),
    Page(
        path="/model",
        name="Model",
        title=model.title,
        description=model.description,
        opening=model.opening,
        layout=model.layout,
        register=model_callbacks.register,
        in_header=True,
    ),
)

# What every other address shows. Dash finds it by its name; its own path is no address of a page either.
NOT_FOUND = Page(
    path="/not-found",
    name="Not found 404",
    title=not_found.title,
    description=not_found.description,
    opening=not_found.opening,
    layout=not_found.layout,
)

# What other sites show beside a link to a page: a file of assets/.
SHARED_IMAGE = "icons/logo.svg"
HEADER_LINKS = tuple(NavLink(page.path, page.name) for page in PAGES if page.in_header)


def register_pages() -> None:
    """Enter the pages into Dash's registry. It is the process's, and registering again changes nothing."""
    for order, page in enumerate((*PAGES, NOT_FOUND)):
        dash.register_page(
            f"web.pages.{page.name.lower().replace(' ', '_')}",
            **{"path_template" if "<" in page.path else "path": page.path},
            name=page.name,
            title=_for_dash(page, page.title),
            description=_for_dash(page, page.description),
            layout=_for_dash(page, page.layout),
            order=order,
        )


def register_callbacks(app: dash.Dash, site: Site) -> None:
    """Attach the callbacks of all pages to the app."""
    for page in PAGES:
        if page.register:
            page.register(app, site)


def open_page(path: str, site: Site) -> tuple[str, Any] | None:
    """Title and opening of the page at `path`; None when there is no such page."""
    for page in PAGES:
        variables = page.match(path)
        if variables is not None and (opening := page.opening(site, **variables)) is not None:
            return page.title(site, **variables), opening
    return None


def describe_page(path: str, site: Site) -> str:
    """Description of the page at `path`, in a sentence; "" when there is no such page."""
    for page in PAGES:
        variables = page.match(path)
        if variables is not None and page.opening(site, **variables) is not None:
            return page.description(site, **variables)
    return ""


def is_page(path: str, site: Site) -> bool:
    """Whether there is a page at this address."""
    return open_page(path, site) is not None


def _is_variable(part: str) -> bool:
    return part.startswith("<") and part.endswith(">")


def _for_dash(page: Page, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as Dash calls it: with the path's variables and, mixed with them, whatever the query holds."""
    names = {part[1:-1] for part in page.path.split("/") if _is_variable(part)}

    def call(**values: Any) -> Any:
        return function(current_site(), **{name: value for name, value in values.items() if name in names})

    return call
