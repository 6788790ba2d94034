"""Print every figure that data/README.md gives.

    python scripts/describe_data.py --root FOLDER_OF_FLOWERS-102

Counts and sizes come from the manifest; copies and where the sharp detail lies are measured on the photos.
"""

import argparse
import hashlib
import statistics
import sys
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np
from rich.progress import track

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from classifier.data.collection import SPLITS, Collection, Photo
from classifier.data.oxford import flowers102
from classifier.photos.hashing import difference_bits, grey_cells
from classifier.photos.reading import open_image

HASH_SIDE = 16
# Bits of 256 in which two photos may differ to count as copies. The pairs found were looked at, one by one; all but
# one (5091, 5100) are the same photo, some of them cropped or with other colours.
HASH_BITS = 30
DETAIL_EVERY = 8


def counts(collection: Collection) -> None:
    for name in collection.split_names:
        by_class = collection.counts(name)
        for split in SPLITS:
            numbers = [count[split] for count in by_class.values()]
            print(f"{name} {split}: {sum(numbers)} photos; {min(numbers)}-{max(numbers)} a class")
    totals = sorted((len(collection.of_class(label.class_id)), label.name) for label in collection.classes)
    numbers = [total for total, _ in totals]
    print(f"photos a class: {numbers[0]}-{numbers[-1]}, median {statistics.median(numbers):g}")
    print("smallest:", totals[:7], "largest:", totals[-5:])
    print(f"share of the ten largest: {sum(numbers[-10:]) / sum(numbers):.1%}")
    print("official × Udacity:", dict(Counter((p.splits["official"], p.splits["udacity"]) for p in collection.photos)))


def sizes(collection: Collection) -> None:
    photos = collection.photos
    short = Counter(min(photo.width, photo.height) for photo in photos)
    long = [max(photo.width, photo.height) for photo in photos]
    print(f"short side: {short.most_common(3)}; long side {min(long)}-{max(long)}, median {statistics.median(long):g}")
    shapes = Counter((photo.width > photo.height) - (photo.width < photo.height) for photo in photos)
    print(f"landscape {shapes[1]}, portrait {shapes[-1]}, square {shapes[0]}")
    means = [statistics.mean(photo.mean_colour[channel] for photo in photos) for channel in range(3)]
    print("mean colour:", [round(mean) for mean in means])
    ranks = Counter(
        "species" if " " in (name := label.scientific_name or "") else "family" if name.endswith("aceae") else "genus"
        for label in collection.classes
    )
    print(
        "ranks of the scientific names:", dict(ranks), "families:", len({label.family for label in collection.classes})
    )


def copies(collection: Collection) -> None:
    """Pairs of identical files, then pairs that differ in a few bits of a difference hash."""
    hashes, files = [], defaultdict(list)
    for photo in track(collection.photos, description="Copies"):
        path = collection.path(photo)
        assert path, f"{photo.file} is missing"
        files[hashlib.sha256(path.read_bytes()).digest()].append(photo)
        cells = grey_cells(open_image(path, draft_px=64), HASH_SIDE + 1, HASH_SIDE)
        hashes.append(difference_bits(cells))
    same = {pair for group in files.values() for pair in combinations([photo.image_id for photo in group], 2)}
    matrix = np.stack(hashes)
    for index, photo in enumerate(collection.photos):
        distances = np.bitwise_count(matrix[index + 1 :] ^ matrix[index]).sum(axis=1)
        for offset in np.flatnonzero(distances <= HASH_BITS):
            other = collection.photos[index + 1 + int(offset)]
            kind = "identical" if (photo.image_id, other.image_id) in same else f"{distances[offset]:2d} bits"
            print(f"{kind:>9}: {_where(photo)} | {_where(other)}")


def _where(photo: Photo) -> str:
    return f"{photo.image_id} class {photo.class_id} {' '.join(f'{k}-{v}' for k, v in sorted(photo.splits.items()))}"


def detail(collection: Collection) -> None:
    """Where sharp detail lies: mean absolute gradient in a 9 × 9 grid, relative to the photo's mean."""
    total, taken = np.zeros((9, 9)), collection.photos[::DETAIL_EVERY]
    for photo in taken:
        path = collection.path(photo)
        assert path, f"{photo.file} is missing"
        grey = np.asarray(open_image(path).convert("L").resize((180, 180)), dtype=float)
        gradient = np.abs(np.gradient(grey, axis=0)) + np.abs(np.gradient(grey, axis=1))
        cells = gradient.reshape(9, 20, 9, 20).mean(axis=(1, 3))
        total += cells / cells.mean()
    grid = total / len(taken)
    corners = [grid[y, x] for y in (0, -1) for x in (0, -1)]
    print(f"detail in {len(taken)} photos: middle {grid[4, 4]:.2f}, corners {min(corners):.2f}-{max(corners):.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True, help="folder that holds flowers-102")
    args = parser.parse_args()
    collection = flowers102(flowers_root=args.root)
    if not collection.has_photos:
        sys.exit(f"There is no flowers-102/jpg in {args.root}.")
    for part in (counts, sizes, detail, copies):
        part(collection)


if __name__ == "__main__":
    main()
