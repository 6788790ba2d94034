"""The site: everything a browser sees. It receives a classifier and a collection, and holds no model code."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import dash
from flask import Flask

from classifier.data.collection import Collection
from classifier.data.statistics import Statistics
from web.api import routes as api
from web.frame import navigation
from web.frame.frame import create_frame
from web.pages import HEADER_LINKS, is_page, register_callbacks, register_pages
from web.server import compression, dash_requests, health, limits, security, thumbnails
from web.server.monitoring import exposition, readiness, requests
from web.server.monitoring.metrics import Metrics, ModelIdentity
from web.server.visitors import origin, rates, request_ids
from web.settings import Settings
from web.shell import INDEX, SCHEME_SCRIPT_HASH, FlorascopeDash
from web.site import Predictor, Site

ASSETS = Path(__file__).parent.parent / "assets"


def create_app(
    settings: Settings,
    classifier: Predictor | None,
    collection: Collection,
    *,
    problem: str | None = None,
    model: ModelIdentity | None = None,
) -> dash.Dash:
    """Build the site; `app.server` is the WSGI application.

    Args:
        settings: what the operator chose.
        classifier: anything with `classes` and `predict`; None serves all pages but answers no photo.
        collection: the photos that the classifier has learnt from.
        problem: without a classifier, a sentence that says why, for visitors.
        model: what the classifier is, for the metrics; None says nothing of it.
    """
    if classifier is None:
        model = ModelIdentity()
        problem = problem or "There is no trained model on this machine, so photos cannot be classified."
    site = Site(settings, collection, Statistics(collection), classifier, problem)
    server = Flask("web", static_folder=None)
    site.attach(server)
    metrics = Metrics()
    requests.register(server, metrics)
    if model is not None:
        metrics.note_model(model)
    request_ids.register(server, trusted=settings.trusted_proxies > 0)
    origin.register(server, trusted_proxies=settings.trusted_proxies, allowed_hosts=settings.allowed_host_names)
    rates.register(server, rate=settings.rate, storage=settings.rate_limit_storage)
    thumbnails.register(server, collection)
    app = FlorascopeDash(
        "web",
        server=server,  # type: ignore[arg-type]  # a Flask app is what Dash documents here
        assets_folder=str(ASSETS),
        use_pages=True,
        pages_folder="",
        title="Florascope",
        update_title=None,  # type: ignore[arg-type]  # None keeps the title still while callbacks run
        suppress_callback_exceptions=True,  # each page brings its own components
        index_string=INDEX,
        include_pages_meta=False,  # web/shell.py writes tags without the request's Host header
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    register_pages()
    app.layout = partial(create_frame, HEADER_LINKS)
    navigation.register(app, HEADER_LINKS)
    register_callbacks(app, site)
    api.register(server, site)
    health.register(server, site)
    readiness.register(server, site, metrics)
    exposition.register(server, metrics)
    dash_requests.register(server)
    limits.register(app, max_upload_bytes=settings.max_upload_bytes)
    # Flask runs after-request functions backwards: the headers are set before the response is compressed.
    compression.register(server)
    security.register(app, script_hashes=[SCHEME_SCRIPT_HASH], is_page=partial(is_page, site=site))
    # Dash sets itself up before its first request is answered; of two first requests at once one would get an error.
    with server.test_request_context():
        server.preprocess_request()
    return app
