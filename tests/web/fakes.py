"""A classifier without a network and a collection of drawn flowers: all that the site needs of the rest."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from classifier.collection import Collection, Photo
from classifier.images import open_image
from classifier.labels import LabelClass

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


@dataclass(frozen=True)
class FakeCandidate:
    class_id: int
    name: str
    scientific_name: str | None
    probability: float


@dataclass(frozen=True)
class FakePrediction:
    candidates: tuple[FakeCandidate, ...]

    @property
    def best(self) -> FakeCandidate:
        return self.candidates[0]


class FakeClassifier:
    """Reads photos as the real one does, then answers by the class whose colour is nearest to the middle pixel."""

    def __init__(
        self,
        classes: tuple[LabelClass, ...] = CLASSES,
        *,
        probabilities: Sequence[float] = PROBABILITIES,
        seconds: float = 0,
        error: Exception | None = None,
    ) -> None:
        self.classes = classes
        self.metadata: Mapping[str, Any] = {"dataset": {"name": "garden"}}
        self.probabilities, self.seconds, self.error = probabilities, seconds, error

    def predict(self, images: Sequence[bytes | Image.Image], *, top_k: int = 5) -> tuple[FakePrediction, ...]:
        time.sleep(self.seconds)
        if self.error:
            raise self.error
        return tuple(self._predict(open_image(image), top_k) for image in images)

    def _predict(self, image: Image.Image, top_k: int) -> FakePrediction:
        middle = image.getpixel((image.width // 2, image.height // 2))
        distances = [
            (sum(abs(a - b) for a, b in zip(middle, colour, strict=True)), label)
            for colour, label in zip(COLOURS, self.classes, strict=False)
        ]
        ordered = [label for _, label in sorted(distances, key=lambda pair: pair[0])][:top_k]
        return FakePrediction(
            tuple(
                FakeCandidate(label.class_id, label.name, label.scientific_name, probability)
                for label, probability in zip(ordered, self.probabilities, strict=False)
            )
        )


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
    return Collection("garden", CLASSES, tuple(photos), folder if with_photos else None, "home")
