from pathlib import Path

import pytest
import torch

from classifier.data.samples import Sample
from classifier.training.loop.batches import SHRUNK, Shrinking, mixed_order
from classifier.training.mixture import BatchShape, Mixture


@pytest.mark.parametrize("world_size", [1, 2, 3])
def test_processes_show_every_sample_once(world_size: int) -> None:
    shape, batches = BatchShape(3, 2), 4
    known = batches * shape.known * world_size + 2  # two are left over
    parts = [
        mixed_order(known, batches, shape, generator=torch.Generator().manual_seed(5), rank=rank, world_size=world_size)
        for rank in range(world_size)
    ]
    for part in parts:
        for batch in torch.tensor(part).view(batches, sum(shape)):
            assert (batch >= known).tolist() == [False] * 3 + [True] * 2
    shown = [number for part in parts for number in part]
    assert len(set(shown)) == len(shown) == batches * sum(shape) * world_size
    assert {number for number in shown if number >= known} == set(range(known, known + batches * 2 * world_size))


def mixture(known_side: int | None, strangers_side: int | None, *, strangers: int = 1) -> Mixture:
    samples = [Sample(Path("x"), 2, 1)] * strangers
    return Mixture([], (), samples, ((0,), (1,), ()), known_side=known_side, strangers_side=strangers_side)


def test_the_group_with_the_larger_photos_is_shrunk_to_the_other() -> None:
    assert Shrinking.of(mixture(288, 176)) == Shrinking(2, known_to=176)
    assert Shrinking.of(mixture(100, 400)) == Shrinking(2, strangers_to=100)
    for same in (mixture(200, 200), mixture(200, None, strangers=0), mixture(None, 200)):
        assert Shrinking.of(same) is None


def test_some_of_the_larger_photos_are_shrunk() -> None:
    shrink = Shrinking(2, known_to=20)
    torch.manual_seed(3)
    picture = torch.zeros(3, 30, 45, dtype=torch.uint8)
    shapes = [tuple(shrink(picture, 0).shape) for _ in range(200)]
    assert set(shapes) == {(3, 30, 45), (3, 20, 30)}
    assert shapes.count((3, 20, 30)) / 200 == pytest.approx(SHRUNK, abs=0.1)
    before = torch.get_rng_state()
    assert shrink(picture, 2) is picture  # a stranger
    small = torch.zeros(3, 20, 25, dtype=torch.uint8)
    assert shrink(small, 0) is small
    assert torch.equal(torch.get_rng_state(), before)
