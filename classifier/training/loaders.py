"""Photos for PyTorch: a collection's split as a Dataset and its DataLoader."""

import hashlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.utils.data import DataLoader, Dataset, Sampler
from torch.utils.data.distributed import DistributedSampler

from classifier.data.collection import Collection
from classifier.data.labels import LabelClass
from classifier.errors import DatasetError
from classifier.networks.transforms import eval_transform, to_tensor, train_transform
from classifier.photos.reading import open_image


@dataclass(frozen=True)
class Sample:
    """A photo on disk and the position of its class in the logits."""

    path: Path
    target: int
    image_id: int


def samples_of(collection: Collection, *, split_name: str, split: str) -> list[Sample]:
    """The photos of one split ("train", "valid" or "test") of one way to split ("udacity", "official", …).

    Raises:
        DatasetError: the photos are not on this machine, or there is no such split.
    """
    if split_name not in collection.split_names:
        raise DatasetError(
            f"{collection.name} has no split “{split_name}”; it has {', '.join(collection.split_names) or 'none'}."
        )
    if collection.root is None:
        raise DatasetError(
            f"The photos of {collection.name} are not on this machine. Get them by “python -m classifier download”, "
            "or set FLOWERS_ROOT to the folder that holds them."
        )
    positions = {label.class_id: position for position, label in enumerate(collection.classes)}
    samples, missing = [], []
    for photo in collection.photos:
        if photo.splits.get(split_name) == split:
            path = collection.path(photo)
            if path is None:
                missing.append(photo.file)
            else:
                samples.append(Sample(path, positions[photo.class_id], photo.image_id))
    if missing:
        raise DatasetError(
            f"{len(missing)} photos of {collection.name} are no longer in {collection.root}, the first of them "
            f"{missing[0]}. Put them back, or begin anew with the photos that are there."
        )
    if not samples:
        parts = dict.fromkeys(photo.splits[split_name] for photo in collection.photos if split_name in photo.splits)
        raise DatasetError(
            f"{collection.name} has no photo in “{split}” (of its split “{split_name}”), only in {', '.join(parts)}."
        )
    return samples


def training_samples(collection: Collection, *, split_name: str, with_valid: bool) -> list[Sample]:
    """The photos that a checkpoint learns from: train, and valid if it is set to. Raises as `samples_of` does."""
    splits = ("train", "valid") if with_valid else ("train",)
    return [sample for split in splits for sample in samples_of(collection, split_name=split_name, split=split)]


def fingerprint(samples: Sequence[Sample]) -> str:
    """SHA-256 (hex, first 16 digits) over the image ids and classes that were trained on, in order of id."""
    rows = sorted((sample.image_id, sample.target) for sample in samples)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


class PhotoDataset(Dataset[tuple[torch.Tensor, int]]):
    """Item i: (float tensor (3, size, size), class position). What chance changes depends on (seed, i) alone, so that
    a training that was stopped and resumed sees what it would have seen. `draft_px`: see `open_image`."""

    def __init__(
        self,
        samples: Sequence[Sample],
        transform: Callable[..., torch.Tensor],
        *,
        seed: int | None = None,
        draft_px: int | None = None,
    ) -> None:
        self.samples, self.transform, self.seed, self.draft_px = samples, transform, seed, draft_px

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        sample = self.samples[index]
        image = open_image(sample.path, draft_px=self.draft_px)
        if self.seed is None:
            return self.transform(image), sample.target
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(random.Random(f"{self.seed}/{index}").getrandbits(62))
            return self.transform(to_tensor(image)), sample.target


def train_loader(
    samples: Sequence[Sample],
    *,
    size: int,
    mean: Sequence[float],
    std: Sequence[float],
    augmentation: str,
    batch_size: int,
    workers: int,
    seed: int,
    rank: int = 0,
    world_size: int = 1,
) -> DataLoader[tuple[torch.Tensor, int]]:
    """Shuffled, augmented batches of one epoch; `seed` should differ from epoch to epoch. The last, smaller batch is
    left out (batch normalisation suffers from tiny ones) unless it is the only one.

    Of `world_size` processes, each gets its share of every batch; `rank` says which one this is.
    """
    transform = train_transform(size=size, mean=mean, std=std, augmentation=augmentation)
    # Twice the crop's side leaves enough for crops of a quarter of the picture, and spares decoding 12 megapixels.
    dataset = PhotoDataset(samples, transform, seed=seed, draft_px=2 * size)
    share = max(1, min(batch_size, len(samples)) // world_size)
    # Not `shuffle=True`: that draws another order when the loader is begun anew, as Lightning does on resuming.
    generator = torch.Generator().manual_seed(seed)
    order: Sampler[int] | list[int] = torch.randperm(len(samples), generator=generator).tolist()
    if world_size > 1:
        order = DistributedSampler(dataset, num_replicas=world_size, rank=rank, seed=seed, drop_last=True)
    return DataLoader(
        dataset, batch_size=share, sampler=order, drop_last=True, num_workers=workers, generator=generator
    )


def eval_loader(
    samples: Sequence[Sample], *, size: int, mean: Sequence[float], std: Sequence[float], batch_size: int, workers: int
) -> DataLoader[tuple[torch.Tensor, int]]:
    """Batches in the order of `samples`, without augmentation."""
    transform = eval_transform(size=size, mean=mean, std=std)
    return DataLoader(PhotoDataset(samples, transform, draft_px=size), batch_size=batch_size, num_workers=workers)


def check_classes(collection: Collection, classes: Sequence[LabelClass]) -> None:
    """Make sure that a checkpoint's classes are the collection's, in the same order.

    Raises:
        DatasetError: they differ; the message names the first that does.
    """
    if difference := differing_classes(collection, classes):
        raise DatasetError(f"{difference} Use the photos that it was trained on, or train a checkpoint on these.")


def differing_classes(collection: Collection, classes: Sequence[LabelClass]) -> str | None:
    """How a checkpoint's classes differ from the collection's, in a sentence; None if they do not."""
    if len(classes) != len(collection.classes):
        return (
            f"The checkpoint knows {len(classes)} classes, the photos of {collection.name} have "
            f"{len(collection.classes)}."
        )
    by_name = collection.name != "flowers102"  # the names of the Oxford flowers get better, the flowers stay
    for theirs, ours in zip(classes, collection.classes, strict=True):
        if theirs.class_id != ours.class_id or (by_name and theirs.name != ours.name):
            return f"The checkpoint knows “{theirs.name}” where {collection.name} has “{ours.name}”."
    return None
