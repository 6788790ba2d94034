"""How much a classifier loses on damaged photos, and how right it is on photos from elsewhere.

    python -m benchmarks.robustness [--split udacity-valid] [--checkpoint FILE] [--wild DIR] [--limit N]

`--wild DIR`: a folder with `photos/` and `wild.csv` (file; kind: “known” or any word for what is not; labels: the class
ids that count as right, by “|”). Prints one JSON object: top-1 for the clean photos and for each damage, and its
distance from clean in points; or names and verdicts on the photos from elsewhere.
"""

import argparse
import csv
import io
import json
from collections import Counter, defaultdict
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


def measure_wild(classifier: Classifier, folder: Path) -> dict[str, object]:
    """Of the known classes' photos top-1 and top-5, as means over the classes (a photo counts for its first label; 0 to
    1); of every kind of photo the verdicts; of the known ones also how many confident answers are right, and how many
    lists of unsure answers hold the right class."""
    with (folder / "wild.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    hits: dict[str, dict[str, list[bool]]] = {"top1": defaultdict(list), "top5": defaultdict(list)}
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for row in track(rows, description="wild", console=PROGRESS):
        (prediction,) = classifier.predict([open_image(folder / "photos" / row["file"])], top_k=5)
        verdict = prediction.verdict or "not calibrated"
        kinds[row["kind"]][verdict] += 1
        if row["kind"] == "known":
            labels = row["labels"].split("|")
            named = [str(candidate.class_id) in labels for candidate in prediction.candidates]
            hits["top1"][labels[0]].append(named[0])
            hits["top5"][labels[0]].append(any(named))
            listed = (str(candidate.class_id) in labels for candidate in prediction.coverage_set or ())
            kinds["known"][f"{verdict} and right"] += any(listed)  # an “unknown” lists none
    means = {name: np.mean([np.mean(each) for each in by.values()]) for name, by in hits.items()}
    return {
        "n": sum(row["kind"] == "known" for row in rows),
        "classes": len(hits["top1"]),
        **{name: round(float(value), 4) for name, value in means.items()},
        "verdicts": {kind: dict(counts) for kind, counts in kinds.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=DEFAULT_CHECKPOINT)
    parser.add_argument("--split", default="udacity-valid")
    parser.add_argument("--wild", type=Path)
    parser.add_argument("--limit", type=int, help="at most about so many photos")
    args = parser.parse_args()
    classifier = Classifier.load(args.checkpoint)
    results: dict[str, object] = {}
    if args.wild:
        results["wild"] = measure_wild(classifier, args.wild)
    else:
        results[args.split] = measure_damages(classifier, args.split, args.limit)
    print(json.dumps(results, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
