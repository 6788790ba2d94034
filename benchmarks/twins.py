"""Twins by kind of picture: `python benchmarks/twins.py [--photos DIR …]` prints the table of docs/duplicates.md.

Of each kind 200 pictures, drawn or the photos of a folder, are compared: as many groups as pictures are right. Then
forty of them are copied in each way and compared along with them: what is printed is the share of copies found.
"""

import argparse
import io
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from classifier.photos.finding import files_in
from classifier.photos.hashing import digest_of
from classifier.photos.reading import open_image
from classifier.photos.twins.grouping import PhotoHash, find_twins
from tests.making.kinds import KINDS, disc, things

PICTURES, COPIED = 200, 40
DRAWN = KINDS | {
    "things of one colour": lambda number: things(number, (60, 90, 160)),
    "discs without noise": lambda number: disc(number, 0, 0),
}


def resized(part: float) -> Callable[[Image.Image], Image.Image]:
    return lambda image: image.resize(
        (max(8, round(image.width * part)), max(8, round(image.height * part))), Image.Resampling.BICUBIC
    )


def cut(left: float, top: float, right: float, bottom: float) -> Callable[[Image.Image], Image.Image]:
    def cut_off(image: Image.Image) -> Image.Image:
        across, down = image.size
        return image.crop(
            (round(left * across), round(top * down), round((1 - right) * across), round((1 - bottom) * down))
        )

    return cut_off


# What is done to the picture, and the JPEG quality it is then saved with.
COPIES: dict[str, tuple[Callable[[Image.Image], Image.Image], int]] = {
    "half": (resized(0.5), 90),
    "quality 40": (lambda image: image, 40),
    "a third, 75": (resized(1 / 3), 75),
    "mirrored": (lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 85),
    "5 % cut": (cut(0.025, 0.025, 0.025, 0.025), 85),
    "5 % left": (cut(0.05, 0, 0, 0), 85),
    "5 % corner": (cut(0, 0, 0.05, 0.05), 85),
    "10 % cut": (cut(0.05, 0.05, 0.05, 0.05), 85),
}


def hashed(image: Image.Image, quality: int = 95) -> PhotoHash:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return PhotoHash.of(digest_of(buffer.getvalue()), open_image(buffer.getvalue(), draft_px=64), (0, 0, 0))


def measure(pictures: Sequence[Image.Image]) -> tuple[int, dict[str, float], float]:
    """How many groups, the share found of each kind of copy, and the seconds that the comparison took."""
    hashes = [hashed(picture) for picture in pictures]
    start = time.perf_counter()
    twins = find_twins(hashes)
    seconds = time.perf_counter() - start
    chosen = range(0, len(pictures), max(1, len(pictures) // COPIED))
    found = {}
    for name, (change, quality) in COPIES.items():
        copies = find_twins([*hashes, *(hashed(change(pictures[number]), quality) for number in chosen)])
        same = [copies[len(hashes) + place].first == copies[number].first for place, number in enumerate(chosen)]
        found[name] = sum(same) / len(same)
    return len({twin.first for twin in twins}), found, seconds


def photos_of(folder: Path) -> list[Image.Image]:
    files = files_in(folder)
    return [open_image(file, draft_px=500) for file in files[:: max(1, len(files) // PICTURES)][:PICTURES]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--photos", type=Path, nargs="*", default=[], help="folders of photos to measure, too")
    args = parser.parse_args()
    print("| Kind | groups | " + " | ".join(COPIES) + " | seconds |\n" + "|---" * (len(COPIES) + 3) + "|")
    kinds = {str(folder): photos_of(folder) for folder in args.photos}
    for name, pictures in kinds.items():
        print_row(name, pictures)
    for name, draw in DRAWN.items():
        print_row(name, [draw(number) for number in range(PICTURES)])


def print_row(name: str, pictures: Sequence[Image.Image]) -> None:
    groups, found, seconds = measure(pictures)
    shares = " | ".join(f"{share:.0%}" for share in found.values())
    print(f"| {name} | {groups} of {len(pictures)} | {shares} | {seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
