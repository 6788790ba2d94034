"""How much a classifier loses on damaged photos.

    python -m benchmarks.robustness [--split udacity-valid] [--checkpoint FILE] [--limit N]

Prints one JSON object: top-1 for the clean photos and for each damage, and its distance from clean in points.
`python -m classifier evaluate --wild DIR` measures on photos from elsewhere.
"""

import argparse
import io
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter
from rich.console import Console
from rich.progress import track

from classifier.cli.photos import open_data
from classifier.data.samples import samples_of
from classifier.inference.classifier import Classifier
from classifier.locations import DEFAULT_CHECKPOINT
from classifier.photos.reading import open_image

PROGRESS = Console(stderr=True)


def _jpeg(image: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=30)
    return Image.open(buffer).convert("RGB")


def _noise(image: Image.Image) -> Image.Image:
    pixels = np.asarray(image, np.float32)
    noisy = pixels + np.random.default_rng(image.size[0]).normal(0, 25, pixels.shape)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def _middle(image: Image.Image) -> Image.Image:
    width, height = image.size
    return image.crop((width // 4, height // 4, width * 3 // 4, height * 3 // 4))


def _thumbnail(image: Image.Image) -> Image.Image:
    small = image.copy()
    small.thumbnail((96, 96))
    return small


DAMAGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "clean": lambda image: image,
    "JPEG quality 30": _jpeg,
    "blur, radius 2 px": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    "noise, sigma 25": _noise,
    "grey": lambda image: image.convert("L").convert("RGB"),
    "middle half (50 % crop)": _middle,
    "turned by 90°": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "96 px": _thumbnail,
}


def measure_damages(classifier: Classifier, split: str, limit: int | None) -> dict[str, dict[str, float]]:
    collection = open_data("flowers102")
    name, part = split.rsplit("-", 1)
    samples = samples_of(collection, split_name=name, split=part)
    samples = samples[:: max(1, len(samples) // limit)] if limit else samples
    hits: dict[str, list[bool]] = defaultdict(list)
    for start in track(range(0, len(samples), 16), description=split, console=PROGRESS):
        batch = samples[start : start + 16]
        images = [open_image(sample.path) for sample in batch]
        for damage, change in DAMAGES.items():
            guesses = classifier.probabilities([change(image) for image in images]).argmax(axis=1).tolist()
            hits[damage] += [guess == sample.target for guess, sample in zip(guesses, batch, strict=True)]
    clean = np.mean(hits["clean"])
    return {
        damage: {"top1": round(float(np.mean(right)), 4), "points": round(100 * float(np.mean(right) - clean), 1)}
        for damage, right in hits.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=DEFAULT_CHECKPOINT)
    parser.add_argument("--split", default="udacity-valid")
    parser.add_argument("--limit", type=int, help="at most about so many photos")
    args = parser.parse_args()
    classifier = Classifier.load(args.checkpoint)
    results = {args.split: measure_damages(classifier, args.split, args.limit)}
    print(json.dumps(results, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
