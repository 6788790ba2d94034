import json
from pathlib import Path

import pytest

from classifier.inference.classifier import Classifier
from classifier.locations import DEFAULT_CHECKPOINT
from tests.making.pictures import drawn_flowers

RECORDED = json.loads(Path(__file__).with_name("recorded.json").read_text(encoding="utf-8"))


def test_the_checkpoint_that_ships_answers_as_recorded() -> None:
    """Recorded on 27 November 2026 with the PyTorch network and torchvision's transforms, before engines came."""
    classifier = Classifier.load(DEFAULT_CHECKPOINT, device="cpu")
    predictions = classifier.predict(list(drawn_flowers()))
    for prediction, recorded in zip(predictions, RECORDED, strict=True):
        assert (prediction.verdict, prediction.reason) == (recorded["verdict"], recorded["reason"])
        assert [candidate.class_id for candidate in prediction.candidates] == [row[0] for row in recorded["candidates"]]
        probabilities = [candidate.probability for candidate in prediction.candidates]
        assert probabilities == pytest.approx([row[1] for row in recorded["candidates"]], abs=1e-5)
        assert prediction.neighbours
        nearest = prediction.neighbours.overall[: len(recorded["neighbours"])]
        assert [photo.image_id for photo in nearest] == [row[0] for row in recorded["neighbours"]]
        assert [photo.similarity for photo in nearest] == pytest.approx(
            [row[1] for row in recorded["neighbours"]], abs=2e-4
        )
