"""Photos for PyTorch: a collection's split as a Dataset and its DataLoader."""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any

import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, Sampler, default_collate
from torch.utils.data.distributed import DistributedSampler

from classifier.data.samples import Sample
from classifier.errors import PhotoError
from classifier.photos.preparing import prepare
from classifier.photos.reading import open_image
from classifier.training.augmentation import to_tensor, train_transform
from classifier.training.loop.batches import Shrinking, mixed_order
from classifier.training.loop.broken import BrokenNotes
from classifier.training.mixture import Mixture, strangers_of_epoch


def _prepare(image: Image.Image, *, size: int, mean: Sequence[float], std: Sequence[float]) -> torch.Tensor:
    return torch.from_numpy(prepare(image, size=size, mean=mean, std=std))


class PhotoDataset(Dataset[tuple[torch.Tensor, int] | None]):
    """Photos as PyTorch's dataset; item i is (float tensor (3, size, size), class position).

    What chance changes depends on (seed, i) alone, so that a training that was stopped and resumed sees what it would
    have seen. So does the photo of the same class that takes the place of one that cannot be read; without a seed,
    where photos are measured on, None is in its place.

    Args:
        samples: the photos.
        transform: picture → tensor; of a uint8 tensor if there is a seed, else of a Pillow picture.
        seed: of what chance changes; None if the transform changes nothing by chance.
        draft_px: see `open_image`.
        notes: where photos that cannot be read are noted; without it, the first of them raises its PhotoError.
        shrink: (uint8 tensor, target) → tensor, by chance, before the transform; None for not at all.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        transform: Callable[..., torch.Tensor],
        *,
        seed: int | None = None,
        draft_px: int | None = None,
        notes: BrokenNotes | None = None,
        shrink: Callable[[torch.Tensor, int], torch.Tensor] | None = None,
    ) -> None:
        self.samples, self.transform, self.seed, self.draft_px = samples, transform, seed, draft_px
        self.notes, self.shrink = notes, shrink
        self._broken: set[int] = set()  # each process that reads tries a photo once

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int] | None:
        sample = self.samples[index]
        image = self._open(index)
        if self.seed is None:
            return None if image is None else (self.transform(image), sample.target)
        image = image or self._open_another(index)
        # Forked: the process's own generator, which dropout and mixing draw from, must not depend on the workers.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(random.Random(f"{self.seed}/{index}").getrandbits(62))
            picture = to_tensor(image)
            if self.shrink:
                picture = self.shrink(picture, sample.target)
            return self.transform(picture), sample.target

    def _open(self, index: int) -> Image.Image | None:
        if index in self._broken:
            return None
        sample = self.samples[index]
        try:
            return open_image(sample.path, limits=sample.limits, draft_px=self.draft_px)
        except PhotoError as error:
            if self.notes is None:
                raise
            self.notes.add(sample.path, error)
            self._broken.add(index)
            return None

    def _open_another(self, index: int) -> Image.Image:
        """Open a photo of the same class in place of one that cannot be read."""
        others = list(self._by_target[self.samples[index].target])
        random.Random(f"{self.seed}/{index}/another").shuffle(others)
        opened = (image for other in others if (image := self._open(other)) is not None)
        # Grey if none is left: `BrokenPhotos` ends the training before it learns from that.
        return next(opened, None) or Image.new("RGB", (64, 64), "grey")

    @cached_property
    def _by_target(self) -> dict[int, list[int]]:
        indices = defaultdict(list)
        for index, sample in enumerate(self.samples):
            indices[sample.target].append(index)
        return indices


def train_loader(
    mixture: Mixture,
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
    notes: BrokenNotes | None = None,
) -> DataLoader[tuple[torch.Tensor, int] | None]:
    """Loader of one epoch's batches, shuffled and augmented; every batch has the same share of strangers.

    The last, smaller batch is left out (batch normalisation suffers from tiny ones) unless it is the only one.

    Args:
        mixture: the photos.
        size: side of the crops in pixels.
        mean: of red, green and blue, scaled to 0..1.
        std: the same.
        augmentation: a level of `AUGMENTATIONS`.
        batch_size: photos a step, over all processes together.
        workers: processes that read photos.
        seed: should differ from epoch to epoch.
        rank: which one of the processes that train together this is.
        world_size: how many there are; each gets its share of every batch.
        notes: see `PhotoDataset`. Batches keep their size whatever cannot be read.
    """
    transform = train_transform(size=size, mean=mean, std=std, augmentation=augmentation)
    known, shape = mixture.known(seed), mixture.batch(batch_size, processes=world_size)
    batches = mixture.batches(batch_size, processes=world_size)
    # Strangers that are shown again are samples of their own: chance changes each showing in another way.
    samples = known + strangers_of_epoch(mixture.strangers, batches * shape.strangers * world_size, seed=seed)
    # Twice the crop's side leaves enough for crops of a quarter of the picture, and spares decoding 12 megapixels.
    shrink = Shrinking.of(mixture)
    dataset = PhotoDataset(samples, transform, seed=seed, draft_px=2 * size, notes=notes, shrink=shrink)
    # Not `shuffle=True`: that draws another order when the loader is started again, as Lightning does on resuming.
    generator = torch.Generator().manual_seed(seed)
    order: Sampler[int] | list[int]
    if shape.strangers:
        order = mixed_order(len(known), batches, shape, generator=generator, rank=rank, world_size=world_size)
    elif world_size > 1:
        order = DistributedSampler(dataset, num_replicas=world_size, rank=rank, seed=seed, drop_last=True)
    else:
        order = torch.randperm(len(samples), generator=generator).tolist()
    return DataLoader(
        dataset, batch_size=sum(shape), sampler=order, drop_last=True, num_workers=workers, generator=generator
    )


def eval_loader(
    samples: Sequence[Sample],
    *,
    size: int,
    mean: Sequence[float],
    std: Sequence[float],
    batch_size: int,
    workers: int,
    notes: BrokenNotes | None = None,
) -> DataLoader[tuple[torch.Tensor, int] | None]:
    """Loader of batches in the order of `samples`, without augmentation.

    Photos that cannot be read are left out, see `PhotoDataset`: a batch is smaller by them, and may be empty.
    """
    return DataLoader(
        PhotoDataset(samples, partial(_prepare, size=size, mean=mean, std=std), draft_px=size, notes=notes),
        batch_size=batch_size,
        num_workers=workers,
        collate_fn=_stack,
    )


def _stack(items: Sequence[tuple[torch.Tensor, int] | None]) -> Any:
    readable = [item for item in items if item is not None]
    return default_collate(readable) if readable else [torch.empty(0), torch.empty(0, dtype=torch.long)]
