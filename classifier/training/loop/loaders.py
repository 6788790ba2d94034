"""Photos for PyTorch: a collection's split as a Dataset and its DataLoader."""

import random
from collections.abc import Callable, Sequence
from functools import partial

import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, Sampler
from torch.utils.data.distributed import DistributedSampler

from classifier.data.samples import Sample
from classifier.photos.preparing import prepare
from classifier.photos.reading import open_image
from classifier.training.augmentation import to_tensor, train_transform


def _prepare(image: Image.Image, *, size: int, mean: Sequence[float], std: Sequence[float]) -> torch.Tensor:
    return torch.from_numpy(prepare(image, size=size, mean=mean, std=std))


class PhotoDataset(Dataset[tuple[torch.Tensor, int]]):
    """Photos as PyTorch's dataset; item i is (float tensor (3, size, size), class position).

    What chance changes depends on (seed, i) alone, so that a training that was stopped and resumed sees what it would
    have seen.

    Args:
        samples: the photos.
        transform: picture → tensor; of a uint8 tensor if there is a seed, else of a Pillow picture.
        seed: of what chance changes; None if the transform changes nothing by chance.
        draft_px: see `open_image`.
    """

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
        # Forked: the process's own generator, which dropout and mixing draw from, must not depend on the workers.
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
    """Loader of one epoch's batches, shuffled and augmented.

    The last, smaller batch is left out (batch normalisation suffers from tiny ones) unless it is the only one.

    Args:
        samples: the photos.
        size: side of the crops in pixels.
        mean: of red, green and blue, scaled to 0..1.
        std: the same.
        augmentation: a level of `AUGMENTATIONS`.
        batch_size: photos a step, over all processes together.
        workers: processes that read photos.
        seed: should differ from epoch to epoch.
        rank: which one of the processes that train together this is.
        world_size: how many there are; each gets its share of every batch.
    """
    transform = train_transform(size=size, mean=mean, std=std, augmentation=augmentation)
    # Twice the crop's side leaves enough for crops of a quarter of the picture, and spares decoding 12 megapixels.
    dataset = PhotoDataset(samples, transform, seed=seed, draft_px=2 * size)
    share = max(1, min(batch_size, len(samples)) // world_size)
    # Not `shuffle=True`: that draws another order when the loader is started again, as Lightning does on resuming.
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
    """Loader of batches in the order of `samples`, without augmentation."""
    return DataLoader(
        PhotoDataset(samples, partial(_prepare, size=size, mean=mean, std=std), draft_px=size),
        batch_size=batch_size,
        num_workers=workers,
    )
