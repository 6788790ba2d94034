from pathlib import Path
from typing import Any

import pytest
import torch

from classifier.data.collection import Collection
from classifier.data.folders import read_folder
from classifier.data.samples import Sample, samples_of
from classifier.errors import UnreadableFile
from classifier.training.loop.broken import BrokenNotes
from classifier.training.loop.loaders import eval_loader, train_loader
from classifier.training.mixture import Mixture
from tests.making.photo_folders import photo, plant

NORM = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}


@pytest.fixture
def garden(tmp_path: Path) -> Collection:
    return read_folder(plant(tmp_path / "garden", {"blue": 10, "red": 10})).collection


def batches(garden: Collection, seed: int, **options: int) -> tuple[torch.Tensor, torch.Tensor]:
    samples = samples_of(garden, split_name="split", split="train")
    loader = train_loader(
        Mixture(samples), size=32, augmentation="medium", batch_size=4, workers=options.pop("workers", 0), seed=seed,
        **NORM, **options,
    )  # fmt: skip
    images, targets = zip(*loader, strict=True)
    return torch.cat(images), torch.cat(targets)


def test_an_epoch_follows_from_its_seed_whatever_the_number_of_workers(garden: Collection) -> None:
    images, targets = batches(garden, 1)
    assert images.shape == (16, 3, 32, 32)
    assert images.dtype == torch.float32
    again, same_targets = batches(garden, 1, workers=1)
    assert torch.equal(images, again)
    assert torch.equal(targets, same_targets)
    assert not torch.equal(images, batches(garden, 2)[0])


def test_own_photos_alone_come_in_the_order_of_the_seed(garden: Collection) -> None:
    """As before there were further photos: a run that began then goes on with the same batches."""
    samples = samples_of(garden, split_name="split", split="train")
    order = torch.randperm(16, generator=torch.Generator().manual_seed(7))
    assert batches(garden, 7)[1].tolist() == [samples[number].target for number in order]


def test_two_processes_share_the_photos_of_an_epoch(garden: Collection) -> None:
    parts = [batches(garden, 1, rank=rank, world_size=2)[0] for rank in range(2)]
    assert [len(part) for part in parts] == [8, 8]
    assert len(torch.cat(parts).flatten(1).unique(dim=0)) == 16


def test_evaluation_keeps_the_order(garden: Collection) -> None:
    samples = samples_of(garden, split_name="split", split="train")
    images, targets = next(iter(eval_loader(samples, size=32, batch_size=99, workers=0, **NORM)))
    assert targets.tolist() == [sample.target for sample in samples]
    red, blue = (images[targets == target] for target in (1, 0))
    assert red[:, 0].mean() > red[:, 2].mean()
    assert blue[:, 0].mean() < blue[:, 2].mean()


@pytest.mark.parametrize("workers", [0, 2])
def test_another_photo_of_its_class_takes_the_place_of_a_broken_one(
    garden: Collection, tmp_path: Path, workers: int
) -> None:
    """The same one each time, whatever the number of workers and processes; all others are as they were."""
    samples = samples_of(garden, split_name="split", split="train")
    options: dict[str, Any] = {"size": 32, "augmentation": "none", "batch_size": 4, "seed": 1, **NORM}
    before, targets = (
        torch.cat(each) for each in zip(*train_loader(Mixture(samples), workers=0, **options), strict=True)
    )
    samples[5].path.write_text("no photo")
    notes = BrokenNotes(tmp_path / "notes")

    def epoch(number: int) -> tuple[torch.Tensor, torch.Tensor]:
        loader = train_loader(Mixture(samples), workers=number, notes=notes, **options)
        images, classes = (torch.cat(each) for each in zip(*loader, strict=True))
        return images, classes

    images, classes = epoch(0)
    assert torch.equal(classes, targets)
    (changed,) = [place for place in range(16) if not torch.equal(images[place], before[place])]
    (same,) = [place for place in range(16) if torch.equal(images[changed], before[place])]
    assert targets[same] == targets[changed] == samples[5].target
    assert torch.equal(epoch(workers)[0], images)
    assert {path for path, _ in notes.read()[0]} == {samples[5].path}
    parts = [
        train_loader(Mixture(samples), workers=workers, notes=notes, rank=rank, world_size=2, **options)
        for rank in (0, 1)
    ]
    assert [len(images) for part in parts for images, _ in part] == [2] * 8


def test_evaluation_leaves_out_what_cannot_be_read(garden: Collection, tmp_path: Path) -> None:
    samples = samples_of(garden, split_name="split", split="train")
    for sample in (samples[1], *samples[4:8]):
        sample.path.unlink()
    options: dict[str, Any] = {"size": 32, "batch_size": 4, "workers": 1, **NORM}
    loaded = list(eval_loader(samples, notes=BrokenNotes(tmp_path / "notes"), **options))
    assert [len(images) for images, _ in loaded] == [len(targets) for _, targets in loaded] == [3, 0, 4, 4]
    with pytest.raises(UnreadableFile):
        list(eval_loader(samples, **options))


def mixture_of(garden: Collection, folder: Path, *, strangers: int) -> Mixture:
    """16 own photos and some strangers, whose pictures are twice as large."""
    paths = [folder / f"{number}.png" for number in range(strangers)]
    for number, path in enumerate(paths):
        photo(900 + number, size=(96, 80)).save(path)
    own = samples_of(garden, split_name="split", split="train")
    others = [Sample(path, 2, -1) for path in paths]
    return Mixture(own, (), others, ((0,), (1,), ()), 1.0, 0.25, known_side=40, strangers_side=80)


def epoch_of(mixture: Mixture, seed: int = 1, **options: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    loader = train_loader(
        mixture, size=32, augmentation="none", batch_size=8, workers=options.pop("workers", 0), seed=seed, **NORM,
        **options,
    )  # fmt: skip
    return [(images, targets) for images, targets in loader]


def test_every_batch_has_its_share_of_strangers(garden: Collection, tmp_path: Path) -> None:
    mixture = mixture_of(garden, tmp_path, strangers=3)
    batches = epoch_of(mixture)
    # 16 own photos, six a batch: two batches, and the four left over are not shown.
    assert [(targets == 2).tolist() for _, targets in batches] == [[False] * 6 + [True] * 2] * 2
    again = epoch_of(mixture, workers=1)
    for (images, targets), (same_images, same_targets) in zip(batches, again, strict=True):
        assert torch.equal(images, same_images)
        assert torch.equal(targets, same_targets)
    assert not torch.equal(batches[0][0], epoch_of(mixture, seed=2)[0][0])


def test_each_process_has_its_share_of_strangers_too(garden: Collection, tmp_path: Path) -> None:
    mixture = mixture_of(garden, tmp_path, strangers=8)
    parts = [epoch_of(mixture, rank=rank, world_size=2) for rank in range(2)]
    for part in parts:
        assert [(targets == 2).tolist() for _, targets in part] == [[False] * 3 + [True]] * 2
    images = torch.cat([images for part in parts for images, _ in part])
    assert len(images.flatten(1).unique(dim=0)) == 16  # no photo in both
