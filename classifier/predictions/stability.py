"""Does the answer survive small changes? The same photo tighter, moved, mirrored and turned, in one batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from classifier.photos.crops import Box, seen_box
from classifier.predictions.values import Candidate, Prediction

TIGHTER = 0.75  # side of the tighter and of the moved crops, as a part of the square that the network sees
TURN_DEGREES = 15
VIEW_SIDE_PX = 320


class Predicts(Protocol):
    """What is needed of a classifier."""

    def predict(self, images: Sequence[bytes | Image.Image], *, top_k: int = 5) -> tuple[Prediction, ...]: ...


@dataclass(frozen=True)
class View:
    """One way to look at the photo. box: the part of the photo that it shows, None when it is turned."""

    name: str
    box: Box | None
    image: Image.Image
    best: Candidate


@dataclass(frozen=True)
class Stability:
    """The views, the first as sent, and how many of them give the first one's answer (itself included)."""

    views: tuple[View, ...]

    @property
    def total(self) -> int:
        return len(self.views)

    @property
    def agreeing(self) -> int:
        return sum(view.best.class_id == self.views[0].best.class_id for view in self.views)


def stability(classifier: Predicts, image: Image.Image) -> Stability:
    """Classify nine views of an upright RGB photo."""
    pictures = stability_views(image)
    answers = classifier.predict([picture for _, _, picture in pictures], top_k=1)
    return Stability(
        tuple(
            View(name, box, picture, answer.best)
            for (name, box, picture), answer in zip(pictures, answers, strict=True)
        )
    )


def stability_views(image: Image.Image) -> list[tuple[str, Box | None, Image.Image]]:
    """Name, box and picture (square, at most `VIEW_SIDE_PX` wide) of each view."""
    seen = seen_box(*image.size)
    spare = 1 - TIGHTER
    moves = {
        "tighter": (0.5, 0.5), "left": (0.0, 0.5), "right": (1.0, 0.5), "up": (0.5, 0.0), "down": (0.5, 1.0),
    }  # fmt: skip
    square = _small(seen.crop(image))
    views: list[tuple[str, Box | None, Image.Image]] = [
        ("as sent", seen, square),
        ("flipped", seen, square.transpose(Image.Transpose.FLIP_LEFT_RIGHT)),
    ]
    for name, (across, down) in moves.items():
        box = Box(
            seen.left + seen.width * spare * across,
            seen.top + seen.height * spare * down,
            seen.width * TIGHTER,
            seen.height * TIGHTER,
        )
        views.append((name, box, _small(box.crop(image))))
    for name, degrees in (("turned left", TURN_DEGREES), ("turned right", -TURN_DEGREES)):
        views.append((name, None, _turned(square, degrees)))
    return views


def _turned(square: Image.Image, degrees: float) -> Image.Image:
    """Turned, and cut to the largest square without empty corners at 15° (0.81 of the side)."""
    margin = round(square.width * 0.095)
    far = max(margin + 1, square.width - margin)
    return square.rotate(degrees, Image.Resampling.BICUBIC).crop((margin, margin, far, far))


def _small(picture: Image.Image) -> Image.Image:
    side = min(VIEW_SIDE_PX, max(picture.size))
    return picture.resize((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
