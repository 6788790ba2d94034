"""The site with a checkpoint's report."""

from pathlib import Path

import dash
import pytest

from classifier.data.collection import Collection
from tests.making.fakes import FakeClassifier
from tests.web.conftest import visit
from web import create_app
from web.settings import Settings


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return tmp_path / "garden.safetensors"


def open_site(collection: Collection, checkpoint: Path) -> dash.Dash:
    return create_app(Settings(checkpoint=checkpoint), FakeClassifier(), collection)


def see(collection: Collection, checkpoint: Path) -> str:
    return visit(open_site(collection, checkpoint), "/model")[0]
