"""Make data/flowers102.csv, the manifest of the Oxford 102 flowers.

    python scripts/make_manifest.py --facts originals.csv --root FOLDER_OF_FLOWERS-102

What comes from where:
  labels, official split   Oxford's own imagelabels.mat and setid.mat, in FOLDER/flowers-102
  Udacity's split, sizes   the table of facts about the original photos, with the columns
                           image_id,label,official_split,udacity_split,width,height
  mean colours             measured here on the photos in FOLDER/flowers-102/jpg, of whatever size

The table's labels and official split must agree with Oxford's files, or nothing is written.
"""

import argparse
import csv
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.progress import track
from scipy.io import loadmat

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from classifier.data.collection import Photo
from classifier.data.manifest import oxford_file, write_manifest
from classifier.errors import OutputError
from classifier.outputs.claims import claim
from classifier.outputs.kinds import MANIFEST
from classifier.photos.colour import mean_rgb
from classifier.photos.reading import open_image

# How the source tables name the parts of a split → how we do.
SPLIT_WORDS = {"train": "train", "val": "valid", "valid": "valid", "test": "test"}
OFFICIAL_IDS = {"train": "trnid", "valid": "valid", "test": "tstid"}


def oxford_facts(folder: Path) -> dict[int, tuple[int, str]]:
    """image id → class id (1-102) and part of the official split, from Oxford's files."""
    labels = loadmat(folder / "imagelabels.mat", squeeze_me=True)["labels"].tolist()
    ids = loadmat(folder / "setid.mat", squeeze_me=True)
    part_of = {image_id: part for part, key in OFFICIAL_IDS.items() for image_id in ids[key].tolist()}
    return {image_id: (label, part_of[image_id]) for image_id, label in enumerate(labels, start=1)}


def read_photos(facts_path: Path, root: Path) -> list[Photo]:
    """Every photo in the table of facts, with its mean colour measured."""
    oxford = oxford_facts(root / "flowers-102")
    with facts_path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if {int(row["image_id"]) for row in rows} != set(oxford):
        sys.exit(f"{facts_path} does not list the same {len(oxford)} photos as Oxford's files.")

    def photo(row: dict[str, str]) -> Photo:
        image_id, class_id = int(row["image_id"]), int(row["label"])
        splits = {name: SPLIT_WORDS[row[f"{name}_split"]] for name in ("official", "udacity")}
        if oxford[image_id] != (class_id, splits["official"]):
            sys.exit(f"Photo {image_id}: {facts_path} contradicts Oxford's files ({oxford[image_id]}).")
        file = oxford_file(image_id)
        mean_colour = mean_rgb(open_image(root / file, draft_px=64))
        return Photo(image_id, class_id, splits, int(row["width"]), int(row["height"]), mean_colour, file)

    with ThreadPoolExecutor() as pool:
        return list(track(pool.map(photo, rows), total=len(rows), description="Mean colours"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", type=Path, required=True, help="CSV file with the facts about the original photos")
    parser.add_argument("--root", type=Path, required=True, help="folder that holds flowers-102")
    parser.add_argument("--output", type=Path, default=Path("data/flowers102.csv"))
    parser.add_argument("--force", action="store_true", help="replace the file that is there, whatever it is")
    args = parser.parse_args()
    try:
        claim(args.output, MANIFEST, inputs=[args.facts], force=args.force)
    except OutputError as error:
        sys.exit(f"error: {error}")
    photos = read_photos(args.facts, args.root)
    write_manifest(args.output, photos)
    print(f"{len(photos)} photos → {args.output}")


if __name__ == "__main__":
    main()
