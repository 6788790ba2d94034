"""Settings → classifier → site. `python app.py` serves it; gunicorn and other servers take `app:server`."""

import logging
import os
import sys

from flask import Flask
from PIL import Image

from classifier.checkpoint.collection import open_collection
from classifier.data.oxford import flowers102
from classifier.errors import CheckpointError, EngineError, SettingError
from classifier.inference.engines.choosing import AUTO
from classifier.locations import DATA_DIR
from classifier.machine import return_freed_memory, return_freed_pictures
from web import create_app
from web.server.monitoring import logs
from web.server.monitoring.metrics import ModelIdentity
from web.settings import Settings
from web.site import threads_a_pass

log = logging.getLogger("florascope")
BOOT_ERROR = 3  # gunicorn's Arbiter.WORKER_BOOT_ERROR: with any other code it would start the worker again for ever
DAMAGED = "The model on this machine cannot be used, so photos cannot be classified. The server's log says why."


def open_site(settings: Settings) -> Flask:
    """With the classifier and the photos it learnt from; without a usable checkpoint, with the shipped collection."""
    from classifier import Classifier

    path, root = settings.checkpoint, settings.flowers_root
    try:
        model = Classifier.load(path, engine=settings.engine, threads=threads_a_pass(settings))
    except (CheckpointError, EngineError, SettingError) as error:
        if settings.engine != AUTO and not isinstance(error, CheckpointError):
            sys.exit(f"ENGINE={settings.engine} cannot be used. {error}")
        log.error("Photos cannot be classified: %s", error)
        flowers = flowers102(data_dir=DATA_DIR, flowers_root=root)
        return create_app(settings, None, flowers, problem=DAMAGED if path.is_file() else None).server
    log.info("Photos are classified by the engine %s: %s", model.engine.name, model.engine_reason)
    model.predict([Image.new("RGB", (64, 64))])  # the first pass prepares for the next; no visitor should wait for it
    collection = open_collection(model.metadata, checkpoint_path=path, data_dir=DATA_DIR, flowers_root=root)
    identity = ModelIdentity(model.engine.name, model.metadata.backbone, model.weights.digest)
    return create_app(settings, model, collection, model=identity).server


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
