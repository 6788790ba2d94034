"""Photos for benchmarks, chosen by the answer that they get: what an answer costs depends on what is said in it.

Noise is “not the subject”: its answer is short, and a wide photo of it gets a second look. Most photos of visitors show
a flower, so these do.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from classifier.cli.photos import own_photos
from classifier.data.samples import training_samples
from classifier.errors import ClassifierError
from classifier.inference.classifier import Classifier
from classifier.predictions.values import Verdict

Size = tuple[int, int]

SQUARE_PX: Size = (500, 500)  # one look, whatever is said
WIDE_PX: Size = (667, 500)  # two looks, if the first leaves doubt
ORDINARY: tuple[Verdict, ...] = ("confident", "unsure")  # answers that name a class
LEAVES, HEART = (60, 110, 50), (90, 60, 20)
COLOURS = ((250, 200, 40), (255, 140, 0), (230, 60, 120), (240, 240, 235), (220, 40, 30), (120, 80, 200))
PETALS, HEART_SHARES = (8, 12, 5, 20), (0.15, 0.4)
LOOKS = tuple(product(COLOURS, PETALS, HEART_SHARES))
GRAIN = 4.0  # makes as many bytes a pixel as photos have
TRAINING_PHOTOS = 100  # that are tried where no drawn one gets the wanted answer


@dataclass(frozen=True)
class Photos:
    """JPEGs, and what has to be said of them: empty where they are drawn and get the wanted verdict."""

    jpegs: tuple[bytes, ...]
    note: str = ""


def draw_photo(size: Size, number: int = 0) -> bytes:
    """Draw a flower before leaves, the same everywhere, as a JPEG.

    Args:
        size: width and height in pixels.
        number: which of `LOOKS`, and which grain.
    """
    colour, petals, heart_share = LOOKS[number % len(LOOKS)]
    picture = Image.new("RGB", size, LEAVES)
    draw, radius = ImageDraw.Draw(picture), 0.49 * min(size)
    for petal in range(petals):
        start = 360 * petal / petals
        draw.pieslice(_circle(size, radius), start, start + 240 / petals, fill=colour)
    draw.ellipse(_circle(size, radius * heart_share), fill=HEART)
    grain = np.random.default_rng(number).normal(0, GRAIN, (size[1], size[0], 1))
    return to_jpeg(Image.fromarray((np.asarray(picture) + grain).clip(0, 255).astype(np.uint8)))


def _circle(size: Size, radius: float) -> tuple[float, float, float, float]:
    x, y = size[0] / 2, size[1] / 2
    return x - radius, y - radius, x + radius, y + radius


def to_jpeg(picture: Image.Image) -> bytes:
    """The bytes of a JPEG file."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def choose_photos(classifier: Classifier, checkpoint: Path, verdict: Verdict, *, size: Size, count: int) -> Photos:
    """Photos that get a verdict: drawn ones; training photos where no drawn one does; else the surest drawn ones.

    Args:
        classifier: that judges.
        checkpoint: its file, by which training photos are found.
        verdict: that is wanted.
        size: width and height in pixels.
        count: how many at most; at least one comes.
    """
    if found := _with_verdict(classifier, (draw_photo(size, number) for number in range(len(LOOKS))), verdict, count):
        return Photos(found)
    if found := _with_verdict(classifier, training_photos(classifier, checkpoint, size), verdict, count):
        return Photos(found, f"No drawn photo got the answer “{verdict}”: training photos stand for it.")
    drawn = [draw_photo(size, number) for number in range(len(LOOKS))]
    predictions = [classifier.predict([photo])[0] for photo in drawn]
    order = sorted(range(len(drawn)), key=lambda number: -predictions[number].best.probability)[:count]
    said = ", ".join(sorted({predictions[number].verdict or "no verdict" for number in order}))
    note = f"No photo got the answer “{verdict}”: the drawn ones with the highest probability stand for it ({said})."
    return Photos(tuple(drawn[number] for number in order), note)


def _with_verdict(classifier: Classifier, photos: Iterator[bytes], verdict: Verdict, count: int) -> tuple[bytes, ...]:
    wanted = (photo for photo in photos if classifier.predict([photo])[0].verdict == verdict)
    return tuple(islice(wanted, count))


def training_photos(classifier: Classifier, checkpoint: Path, size: Size) -> Iterator[bytes]:
    """Photos that a checkpoint learnt from, where they are on this machine: cut and scaled to a size."""
    if not classifier.is_calibrated:
        return
    try:
        collection = own_photos(classifier, checkpoint)
        split = str(classifier.metadata.dataset.split or collection.default_split)
        samples = training_samples(collection, split_name=split, with_valid=False)
        for sample in samples[:: max(1, len(samples) // TRAINING_PHOTOS)]:
            yield to_jpeg(ImageOps.fit(classifier.open(sample.path), size))
    except ClassifierError:  # not on this machine, or damaged
        return
