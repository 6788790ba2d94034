"""Settings → classifier → site. `python app.py` serves it; gunicorn and other servers take `app:server`."""

import logging
import os
import sys
from typing import TYPE_CHECKING

from flask import Flask
from PIL import Image

from classifier.checkpoint.collection import open_collection, without_photos
from classifier.data.collection import Collection
from classifier.data.oxford import flowers102, has_oxford_photos
from classifier.errors import CheckpointError, DatasetError, EngineError, SettingError
from classifier.inference.engines.choosing import AUTO
from classifier.locations import DATA_DIR
from classifier.machine import return_freed_memory, return_freed_pictures
from web import create_app
from web.server.monitoring import logs
from web.server.monitoring.metrics import ModelIdentity
from web.settings import Settings
from web.site import threads_a_pass

if TYPE_CHECKING:
    from classifier import Classifier

log = logging.getLogger("florascope")
BOOT_ERROR = 3  # gunicorn's Arbiter.WORKER_BOOT_ERROR: with any other code it would start the worker again for ever
DAMAGED = "The model on this machine cannot be used, so photos cannot be classified. The server's log says why."


def open_site(settings: Settings) -> Flask:
    """With the classifier and the photos it learnt from; what cannot be used is left out, and the log says why."""
    model = load_model(settings)
    collection = find_collection(settings, model)
    if model is None:
        problem = DAMAGED if os.path.lexists(settings.checkpoint) else None
        return create_app(settings, None, collection, problem=problem).server
    identity = ModelIdentity(model.engine.name, model.metadata.backbone, model.weights.digest)
    return create_app(settings, model, collection, model=identity).server


def load_model(settings: Settings) -> "Classifier | None":
    """The classifier, ready to answer; None where there is no usable checkpoint."""
    from classifier import Classifier

    try:
        model = Classifier.load(settings.checkpoint, engine=settings.engine, threads=threads_a_pass(settings))
        model.predict([Image.new("RGB", (64, 64))])  # the first pass prepares for the next; no visitor should wait
    except (CheckpointError, EngineError, SettingError) as error:
        if settings.engine != AUTO and not isinstance(error, CheckpointError):
            sys.exit(f"ENGINE={settings.engine} cannot be used. {error}")
        log.error("Photos cannot be classified: %s", error)
        return None
    except Exception:  # damage that no check foresaw must not keep the pages away
        log.exception("Photos cannot be classified: reading %s or asking it fails", settings.checkpoint)
        return None
    log.info("Photos are classified by the engine %s: %s", model.engine.name, model.engine_reason)
    return model


def find_collection(settings: Settings, model: "Classifier | None") -> Collection:
    """The photos that the model learnt from, of the Oxford flowers without one; without photos if they are damaged."""
    root = settings.flowers_root
    if root and not has_oxford_photos(root):
        log.warning("FLOWERS_ROOT=%s is not used: it has no folder flowers-102/jpg that can be read.", root)
    try:
        if model is None:
            return flowers102(data_dir=DATA_DIR, flowers_root=root)
        return open_collection(
            model.metadata, checkpoint_path=settings.checkpoint, data_dir=DATA_DIR, flowers_root=root
        )
    except DatasetError as error:
        if model is None:
            sys.exit(f"There is nothing to serve, neither a model nor a data set. {error}")
        log.error("Photos of the data set are left out: %s", error)
        return without_photos(model.metadata)


if __name__ == "__main__":
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "app:server"])
try:
    settings = Settings.from_environ(os.environ)
except SettingError as error:
    sys.exit(str(error))
return_freed_pictures()
logs.configure(settings)
try:
    server = open_site(settings)
except SystemExit as error:
    log.critical("%s", error)
    sys.exit(BOOT_ERROR)
return_freed_memory()
