"""Boxes and maps; the maps are checked against captum. How they are painted: tests/browser/test_overlays.py."""

import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam
from PIL import Image

from classifier.errors import SettingError
from classifier.inference.classifier import Classifier
from classifier.photos.crops import Box, seen_box
from classifier.predictions.explanation import activation_maps
from tests.making.fakes import draw_flower
from tests.making.tiny import plant_checkpoint


@pytest.mark.parametrize(
    ("size", "box"),
    [
        ((100, 100), (0, 0, 1, 1)),
        ((200, 100), (0.25, 0, 0.5, 1)),
        ((100, 400), (0, 0.375, 1, 0.25)),
    ],
)
def test_the_network_sees_the_central_square(size, box):
    seen = seen_box(*size)
    assert (seen.left, seen.top, seen.width, seen.height) == pytest.approx(box)
    assert seen.crop(Image.new("RGB", size)).size == (100, 100)


@pytest.mark.parametrize(
    "sides",
    [(-0.1, 0, 0.5, 0.5), (0.6, 0, 0.5, 0.5), (0, 0, 0.001, 1), (0, 0, 1, 0), (float("nan"), 0, 1, 1), (0, 0, 2, 1)],
)
def test_boxes_that_make_no_sense(sides):
    with pytest.raises(SettingError, match="inside the photo"):
        Box(*sides)


def test_a_crop_of_a_tiny_photo_has_a_pixel():
    assert Box(0.5, 0.5, 0.02, 0.02).crop(Image.new("RGB", (3, 3))).size == (1, 1)


def test_the_mean_of_a_map_is_the_logit_without_its_bias():
    chance = np.random.default_rng(1)
    feature_map, head = chance.normal(size=(6, 3, 4)), chance.normal(size=(2, 6))
    embedding = feature_map.mean(axis=(1, 2))
    maps = activation_maps(feature_map, embedding, head)
    assert np.array(maps[1].values).shape == (3, 4)
    assert [np.mean(each.values) for each in maps] == pytest.approx(list(head @ embedding), abs=1e-3)
    difference = np.subtract(*(each.values for each in maps))
    assert np.mean(difference) == pytest.approx(float((head[0] - head[1]) @ embedding), abs=1e-3)


def test_another_kind_of_pooling_has_no_map():
    feature_map = np.random.default_rng(1).normal(size=(6, 3, 4))
    assert activation_maps(feature_map, feature_map.max(axis=(1, 2)), np.ones((1, 6))) is None
    assert activation_maps(feature_map, np.ones(5), np.ones((1, 5))) is None


@pytest.fixture(scope="module")
def classifier(tmp_path_factory) -> Classifier:
    return Classifier.load(plant_checkpoint(tmp_path_factory.mktemp("maps"))[0], device="cpu")


def test_maps_come_from_the_same_pass(classifier, monkeypatch):
    passes = []
    forward = classifier.engine.network.forward
    monkeypatch.setattr(classifier.engine.network, "forward", lambda images: passes.append(1) or forward(images))
    (prediction,) = classifier.predict([draw_flower()], top_k=3, maps=True)
    assert len(passes) == 1
    assert set(prediction.maps) == {candidate.class_id for candidate in prediction.candidates}


def test_maps_are_those_of_captum(classifier):
    """For a mean-pooled network, Grad-CAM of the last feature map is CAM, up to the number of places."""
    image = draw_flower()
    (prediction,) = classifier.predict([image], top_k=1, maps=True)
    position = [label.class_id for label in classifier.classes].index(prediction.best.class_id)
    ours = np.array(prediction.maps[prediction.best.class_id].values)

    class Head(torch.nn.Module):
        """Only what comes after the feature map, as the layer is an output of ours."""

        def __init__(self) -> None:
            super().__init__()
            self.layer, self.head = torch.nn.Identity(), classifier.engine.network.head

        def forward(self, feature_map: torch.Tensor) -> torch.Tensor:
            return self.head(self.layer(feature_map).mean(dim=(2, 3)))

    model = Head()
    feature_map = torch.from_numpy(classifier.forward([image], maps=True).feature_maps)
    theirs = LayerGradCam(model, model.layer).attribute(feature_map, target=position)[0, 0]
    assert np.allclose(ours / ours.size, theirs.detach().numpy(), rtol=1e-3, atol=1e-3)
