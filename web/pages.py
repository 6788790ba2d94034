"""The pages. Each module has `layout`, which asks for the site of the current request, and `head`, its opening.

`head` also stands in the HTML that the server sends first (`web/shell.py`), so that a visitor reads within
milliseconds what the scripts will draw anyway.
"""

from __future__ import annotations

import dash

from web.answer import callbacks as answer_callbacks
from web.classify import callbacks as classify_callbacks
from web.classify import page as classify
from web.dataset import callbacks as dataset_callbacks
from web.dataset import page as dataset
from web.flower import page as flower
from web.frame import navigation
from web.frame import not_found as not_found_404
from web.model import callbacks as model_callbacks
from web.model import page as model
from web.site import Site


def register_pages() -> None:
    """Tell Dash of the pages; the registry is the process's, and registering again changes nothing."""
    pages = (
        ("classify", "/", "Classify", classify.title, classify.description, classify.layout),
        ("dataset", "/dataset", "Data set", dataset.TITLE, dataset.description, dataset.layout),
        ("flower", "/flower/<flower_id>", "Flower", flower.title, flower.description, flower.layout),
        ("model", "/model", "Model", model.TITLE, model.description, model.layout),
        ("not_found_404", "/not-found", "Not found", not_found_404.TITLE, "", not_found_404.layout),
    )
    for order, (module, path, name, title, description, layout) in enumerate(pages):
        dash.register_page(
            f"web.pages.{module}",
            **{"path_template" if "<" in path else "path": path},
            name=name,
            title=title,
            description=description,
            layout=layout,
            order=order,
        )


def page_opening(path: str, site: Site) -> tuple[str, object] | None:
    """Title and opening of the page at `path`, None when there is no such page."""
    parts = path.strip("/")
    if parts == "":
        return classify.title(site=site), classify.head(site)
    if parts == "dataset":
        return dataset.TITLE, dataset.head(site)
    if parts == "model":
        return model.TITLE, model.head(site)
    folder, _, flower_id = parts.partition("/")
    if folder == "flower" and (label := flower.find(flower_id, site)):
        return flower.title(flower_id, site=site), flower.opening(label, site)
    return None


def register_callbacks(app: dash.Dash, site: Site) -> None:
    """Attach all callbacks to the app."""
    navigation.register(app)
    classify_callbacks.register(app, site)
    answer_callbacks.register(app, site)
    dataset_callbacks.register(app, site)
    model_callbacks.register(app, site)
