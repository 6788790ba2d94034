"""A classifier without a network and a collection of drawn flowers: all that the site needs of the rest."""

from __future__ import annotations

import base64
import io
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from classifier.data.collection import Collection, Photo
from classifier.data.labels import LabelClass
from classifier.data.subject import FLOWERS
from classifier.photos.reading import open_image
from classifier.predictions.values import (
    ActivationMap,
    Candidate,
    Confusion,
    Neighbour,
    Neighbours,
    Prediction,
    TrackRecord,
)

CLASSES = (
    LabelClass(3, "Sunflower", "Helianthus annuus", "Asteraceae"),
    LabelClass(4, "Tiger lily", "Lilium lancifolium", "Liliaceae"),
    LabelClass(7, "Fire lily", "Gloriosa", "Colchicaceae"),
    LabelClass(8, "Rose", None, "Rosaceae"),
    LabelClass(11, "Mystery bloom"),
    LabelClass(20, "Colt’s foot <b>& co</b>", "Tussilago farfara", "Asteraceae"),
)
COLOURS = ((240, 190, 30), (230, 110, 30), (200, 40, 30), (220, 90, 130), (120, 90, 200), (250, 220, 60))
PROBABILITIES = (0.9437, 0.0310, 0.0142, 0.0020, 0.0004)


# Evidence at the top left of the photo for the best class, further down for each other.
MAPS = tuple(
    ActivationMap(tuple(tuple(float(row == place and column < 2) - 0.1 for column in range(5)) for row in range(5)))
    for place in range(5)
)


class FakeClassifier:
    """Reads photos as the real one does, then answers by the class whose colour is nearest to the middle pixel.

    calibrated: what a calibrated checkpoint with an index and a report would add; see `calibrated_values`.
    """

    def __init__(
        self,
        classes: tuple[LabelClass, ...] = CLASSES,
        *,
        probabilities: Sequence[float] = PROBABILITIES,
        seconds: float = 0,
        error: Exception | None = None,
        calibrated: Mapping[str, Any] | None = None,
    ) -> None:
        self.classes = classes
        self.metadata: Mapping[str, Any] = {"dataset": {"name": "garden"}}
        self.probabilities, self.seconds, self.error, self.calibrated = probabilities, seconds, error, calibrated

    def predict(
        self, images: Sequence[bytes | Image.Image], *, top_k: int = 5, maps: bool = False
    ) -> tuple[Prediction, ...]:
        time.sleep(self.seconds)
        if self.error:
            raise self.error
        return tuple(self._predict(open_image(image), top_k, maps) for image in images)

    def _predict(self, image: Image.Image, top_k: int, maps: bool) -> Prediction:
        middle = image.getpixel((image.width // 2, image.height // 2))
        distances = [
            (sum(abs(a - b) for a, b in zip(middle, colour, strict=True)), label)
            for colour, label in zip(COLOURS, self.classes, strict=False)
        ]
        ordered = [label for _, label in sorted(distances, key=lambda pair: pair[0])][:top_k]
        candidates = tuple(
            Candidate(label.class_id, label.name, label.scientific_name, probability)
            for label, probability in zip(ordered, self.probabilities, strict=False)
        )
        if self.calibrated is None:
            return Prediction(candidates)
        seen = {c.class_id: found for c, found in zip(candidates, MAPS, strict=False)} if maps else None
        return Prediction(candidates, **{**calibrated_values(candidates), "maps": seen, **self.calibrated})


class HeldClassifier(FakeClassifier):
    """Keeps everyone waiting until it is let go; `asked` counts those who came as far as the model."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.let_go = threading.Semaphore(0), threading.Event()

    def predict(
        self, images: Sequence[bytes | Image.Image], *, top_k: int = 5, maps: bool = False
    ) -> tuple[Prediction, ...]:
        self.asked.release()
        assert self.let_go.wait(timeout=30)
        return super().predict(images, top_k=top_k, maps=maps)


def calibrated_values(candidates: tuple[Candidate, ...]) -> dict[str, Any]:
    """What a confident answer brings along, in the garden of `plant_garden`: its training photos have ids …00, …01."""
    firsts = {label.class_id: 100 * (place + 1) for place, label in enumerate(CLASSES)}
    by_class = {
        c.class_id: tuple(
            Neighbour(firsts[c.class_id] + number, c.class_id, round(0.91 - 0.1 * place - 0.03 * number, 2))
            for number in range(2)
        )
        for place, c in enumerate(candidates)
    }
    best = candidates[0].class_id
    other = next(label.class_id for label in CLASSES if label.class_id != best)
    confusion = Confusion(said=best, was=other, count=2, image_ids=(firsts[other] + 3,))
    return {
        "verdict": "confident",
        "coverage_set": candidates[:2],
        "coverage": 0.95,
        "neighbours": Neighbours(tuple(found[0] for found in by_class.values()), by_class),
        "similarity": 0.91,
        "track_record": TrackRecord(best, 0.8, 0.95, 18, 17, 17 / 18, 0.742, 0.99, 120, 114, 0.95, (confusion,)),
    }


def draw_flower(colour: tuple[int, int, int] = COLOURS[0], *, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """A flower of one colour on green; the middle pixel has that colour."""
    width, height = size
    image = Image.new("RGB", size, (60, 110, 50))
    radius = min(size) * 0.4
    box = (width / 2 - radius, height / 2 - radius, width / 2 + radius, height / 2 + radius)
    ImageDraw.Draw(image).ellipse(box, fill=colour)
    return image


def encode(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def data_url(content: bytes, kind: str = "image/jpeg") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def plant_garden(folder: Path, *, with_photos: bool = True) -> Collection:
    """Six classes with 4 to 14 photos each, divided in two ways; the files lie below `folder`."""
    photos = []
    for index, (label, colour) in enumerate(zip(CLASSES, COLOURS, strict=True)):
        for number in range(4 + 2 * index):
            image_id = 100 * (index + 1) + number
            size = (320, 240) if number % 2 else (240, 320)
            name = f"photos/{image_id}.jpg"
            if with_photos:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                draw_flower(colour, size=size).save(path, quality=80)
            splits = {"home": ("train", "train", "valid", "test")[number % 4], "away": ("test", "train")[number % 2]}
            photos.append(Photo(image_id, label.class_id, splits, *size, colour, name))
    return Collection("garden", CLASSES, tuple(photos), folder if with_photos else None, "home", FLOWERS)
