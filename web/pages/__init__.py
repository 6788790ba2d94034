"""The pages. Each module has `layout`, which asks for the site of the current request, and `head`, its opening.

`head` also stands in the HTML that the server sends first (`web/shell.py`), so that a visitor reads within
milliseconds what the scripts will draw anyway.
"""

from __future__ import annotations

import dash

from web.pages import classify, dataset, flower, model, not_found_404
from web.site import Site


def register_pages() -> None:
    """Tell Dash of the pages; the registry is the process's, and registering again changes nothing."""
    dash.register_page(
        "web.pages.classify",
        path="/",
        name="Classify",
        title=classify.TITLE,
        description=classify.description,
        layout=classify.layout,
        order=0,
    )
    dash.register_page(
        "web.pages.dataset",
        path="/dataset",
        name="Data set",
        title=dataset.TITLE,
        description=dataset.description,
        layout=dataset.layout,
        order=1,
    )
    dash.register_page(
        "web.pages.flower",
        path_template="/flower/<flower_id>",
        name="Flower",
        title=flower.title,
        description=flower.description,
        layout=flower.layout,
        order=2,
    )
    dash.register_page(
        "web.pages.model",
        path="/model",
        name="Model",
        title=model.TITLE,
        description=model.description,
        layout=model.layout,
        order=3,
    )
    dash.register_page(
        "web.pages.not_found_404",
        path="/not-found",
        name="Not found",
        title=not_found_404.TITLE,
        description="",
        layout=not_found_404.layout,
        order=4,
    )


def page_opening(path: str, site: Site) -> tuple[str, object] | None:
    """Title and opening of the page at `path`, None when there is no such page."""
    parts = path.strip("/")
    if parts == "":
        return classify.TITLE, classify.head(site)
    if parts == "dataset":
        return dataset.TITLE, dataset.head(site)
    if parts == "model":
        return model.TITLE, model.head(site)
    folder, _, flower_id = parts.partition("/")
    if folder == "flower" and (label := flower.find(flower_id, site)):
        return flower.title(flower_id, site=site), flower.opening(label, site)
    return None
