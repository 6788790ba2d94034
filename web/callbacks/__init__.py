"""What happens when a visitor does something. Each module attaches itself by `register(app, …)`."""

from __future__ import annotations

import dash

from web.callbacks import classify, dataset, model, navigation, trust
from web.site import Site


def register_callbacks(app: dash.Dash, site: Site) -> None:
    """Attach all callbacks to the app."""
    navigation.register(app)
    classify.register(app, site)
    trust.register(app, site)
    dataset.register(app, site)
    model.register(app, site)
