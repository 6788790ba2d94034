"""What a training leaves behind, so small that a test takes moments: a checkpoint, its manifest, and photos."""

from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image

from classifier.checkpoint import DatasetInfo, Metadata, Preprocessing, TrainingInfo, save_checkpoint
from classifier.data.collection import Photo
from classifier.data.labels import LabelClass
from classifier.data.manifest import manifest_of, write_manifest
from classifier.networks.network import Network, to_arrays

# Names as strangers' folders have them: markup, letters beyond Latin.
NAMES = ("red", "green & <b>", "蓝色")
COLOURS = ((220, 30, 30), (30, 200, 40), (40, 50, 230))


def save_untrained(path: Path, *, names: Sequence[str] = NAMES, seed: int = 0, root: Path | None = None) -> Path:
    """An untrained network for 32-pixel photos, with the metadata that a training leaves."""
    torch.manual_seed(seed)
    network = Network("test_efficientnet", len(names))
    torch.nn.init.normal_(network.head.weight, std=0.5)  # so that answers differ from photo to photo
    history = tuple(
        {"epoch": epoch, "train_loss": 2 / epoch, "train_top1": 0.2 * epoch, "valid_loss": 1.8 / epoch,
         "valid_top1": 0.22 * epoch, "valid_mean_class": 0.2 * epoch, "seconds": 1.5}
        for epoch in (1, 2, 3)
    )  # fmt: skip
    metadata = Metadata(
        backbone="test_efficientnet",
        classes=tuple(LabelClass(class_id, name) for class_id, name in enumerate(names, start=1)),
        preprocessing=Preprocessing(32, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        dataset=DatasetInfo(name="colours", split="split", train_photos=3, root=str(root) if root else None),
        training=TrainingInfo(settings={"epochs": 3, "head_epochs": 1}, best_epoch=3, history=history),
    )
    save_checkpoint(path, to_arrays(network.state_dict()), metadata)
    return path


def plant_photos(folder: Path, *, each: int = 4) -> list[Path]:
    """Photos of one colour a class below `folder`, in a folder for each class."""
    paths = []
    for place, (red, green, blue) in enumerate(COLOURS):
        for number in range(each):
            path = folder / f"class {place}" / f"{number} photo.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            dark = 9 * number
            Image.new("RGB", (48, 40), (max(0, red - dark), max(0, green - dark), max(0, blue - dark))).save(path)
            paths.append(path)
    return paths


def plant_run(folder: Path, *, seed: int = 0, each: int = 4) -> Path:
    """A run folder: best.safetensors, its manifest, and photos, of which every class has all but one in "test"."""
    root = folder / "photos"
    photos = [
        Photo(
            image_id=number,
            class_id=(number - 1) // each + 1,
            splits={"split": "train" if number % each == 1 else "test"},
            width=48,
            height=40,
            mean_colour=COLOURS[(number - 1) // each],
            file=path.relative_to(root).as_posix(),
        )
        for number, path in enumerate(plant_photos(root, each=each), start=1)
    ]
    checkpoint = folder / "best.safetensors"
    write_manifest(manifest_of(checkpoint), photos)
    return save_untrained(checkpoint, seed=seed, root=root)
