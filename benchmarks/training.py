"""Where the time of a training goes, and what would save some: each way in turns with the loop as it is.

    python -m benchmarks --only training
    python -m benchmarks.training [--size 224] [--batches 12] [--rounds 2] [--backbone efficientnet_lite2]

A turn is an epoch of few batches: it begins, as epochs do, with nothing read. The loop is that of `train` on two cores:
the compiled network, and no processes that only read. Drawn photos with a short side of 288 px; random weights. It
compiles the network three times, which takes longer than what is measured.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import active_children
from pathlib import Path
from typing import NamedTuple

import torch
from torch.utils.data import DataLoader, Dataset

from benchmarks.photos import draw_photo
from benchmarks.report.parts import Options
from benchmarks.report.printing import print_result
from benchmarks.report.records import Result, Table
from benchmarks.report.targets import number
from benchmarks.serving.processes import processor_s
from classifier.data.samples import Sample
from classifier.machine import keep_freed_memory, usable_cores
from classifier.networks.network import Network
from classifier.photos.reading import open_image
from classifier.training.augmentation import to_tensor, train_transform
from classifier.training.loop.loaders import train_loader
from classifier.training.loop.module import set_trainable
from classifier.training.mixture import Mixture

BACKBONE, SIZE, BATCHES, ROUNDS = "efficientnet_lite2", 224, 12, 2
BATCH, PHOTO_PX = 32, (384, 288)
NORM = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}
Batch = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Way:
    """A way to train; the default is the loop's.

    name: in the table.
    reads, steps: whether photos are read, and whether the network learns from them.
    readers: processes that only read; none where the one that learns reads.
    decoded: whether photos were decoded before.
    bfloat16: whether passes compute in bfloat16.
    fused: whether the optimizer is PyTorch's fused one.
    freeze: part of the layers that do not learn.
    """

    name: str
    reads: bool = True
    steps: bool = True
    readers: int = 0
    decoded: bool = False
    bfloat16: bool = False
    fused: bool = False
    freeze: float = 0.0


LOOP = Way("the loop as it is")
BEFORE = Way("with two processes that read, as before", readers=2)
WAYS = (
    LOOP,
    BEFORE,
    Way("its reading alone", steps=False),
    Way("its steps alone", reads=False),
    Way("photos decoded once", decoded=True),
    Way("in bfloat16", bfloat16=True),
    Way("photos decoded once, in bfloat16", decoded=True, bfloat16=True),
    Way("with the fused optimizer", fused=True),
    Way("half of the layers learn", freeze=0.5),
)


class Speed(NamedTuple):
    """Photos a second, and the share of all cores that was busy, readers included."""

    photos_per_s: float
    busy: float


class Decoded(Dataset[tuple[torch.Tensor, int]]):
    """Photos that were decoded once, as uint8 tensors in memory."""

    def __init__(self, files: list[Path], *, size: int) -> None:
        self.pictures = [to_tensor(open_image(file, draft_px=2 * size)) for file in files]
        self.transform = train_transform(size=size, augmentation="medium", **NORM)

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return self.transform(self.pictures[index]), 0


def compile_network(backbone: str, *, freeze: float, compiled: bool) -> Network:
    """A network as the loop trains it."""
    network = Network(backbone, 102).to(memory_format=torch.channels_last)
    set_trainable(network, freeze=freeze, freeze_norm=True)
    if compiled:
        network.compile(dynamic=False)
    return network


def make_step(way: Way, network: Network) -> Callable[[Batch], None]:
    """A training step."""
    optimizer = torch.optim.AdamW((p for p in network.parameters() if p.requires_grad), lr=1e-6, fused=way.fused)

    def step(batch: Batch) -> None:
        images = batch[0].contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=way.bfloat16):
            loss = torch.nn.functional.cross_entropy(network(images).logits.float(), batch[1])
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def time_turn(batches: Iterator[Batch], step: Callable[[Batch], None] | None) -> Speed:
    """Speed of an epoch, from before its first photo is read."""
    started, spent = time.perf_counter(), spent_s()
    done = 0
    for batch in batches:
        if step:
            step(batch)
        done += 1
    passed, spent = time.perf_counter() - started, spent_s() - spent
    return Speed(done * BATCH / passed, spent / passed / usable_cores())


def spent_s() -> float:
    """Processor time of this process and of those that read for it, in seconds. Those that compiled do not count."""
    return time.process_time() + sum(processor_s(child.pid) for child in active_children() if child.pid)


def measure_ways(
    *, size: int, batches: int, rounds: int, backbone: str, folder: Path, compiled: bool = True
) -> dict[Way, list[Speed]]:
    """Measure all ways in turns.

    Args:
        size: side of the crops in pixels.
        batches: of 32 photos, in a turn: an epoch.
        rounds: how many turns each has.
        backbone: of the network.
        folder: where photos are put.
        compiled: whether the network is, as in the loop.
    """
    files = [folder / f"{place}.jpg" for place in range(BATCH * batches)]
    content = [draw_photo(PHOTO_PX, look) for look in range(16)]
    for place, file in enumerate(files):
        file.write_bytes(content[place % len(content)])
    samples = [Sample(file, place % 102, place + 1) for place, file in enumerate(files)]
    decoded = Decoded(files, size=size)
    ready = (torch.randn(BATCH, 3, size, size), torch.randint(0, 102, (BATCH,)))

    def read(way: Way) -> Iterator[Batch]:
        if not way.reads:
            return iter([ready] * batches)
        if way.decoded:
            return iter(DataLoader(decoded, batch_size=BATCH, shuffle=True, drop_last=True, num_workers=way.readers))
        facts = {"augmentation": "medium", "batch_size": BATCH, "workers": way.readers, "seed": 1, **NORM}
        return iter(train_loader(Mixture(samples), size=size, **facts))

    networks = {freeze: compile_network(backbone, freeze=freeze, compiled=compiled) for freeze in (0.0, 0.5)}
    steps = {way: make_step(way, networks[way.freeze]) for way in WAYS if way.steps}
    for step in steps.values():
        for _ in range(2):  # compiles
            step(ready)
    found: dict[Way, list[Speed]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            found[way].append(time_turn(read(way), steps.get(way)))
    return found


def times_loop(found: Mapping[Way, Sequence[Speed]], way: Way) -> float:
    """How many times as many photos a second as the loop a way takes: median over the rounds."""
    return statistics.median(
        one.photos_per_s / loop.photos_per_s for one, loop in zip(found[way], found[LOOP], strict=True)
    )


def to_result(found: Mapping[Way, Sequence[Speed]]) -> Result:
    """The table, and the figures: what the loop gains on how it was, and how busy it keeps the cores."""
    rows = []
    for way, speeds in found.items():
        photos_per_s, busy = (statistics.median(column) for column in zip(*speeds, strict=True))
        ratio = "" if way == LOOP else f"{number(times_loop(found, way))} ×"
        rows.append((way.name, number(photos_per_s), ratio, f"{busy:.0%}"))
    columns = ("", "photos/s", "of the loop", f"of {usable_cores()} cores busy")
    figures = {
        "times_before": 1 / times_loop(found, BEFORE),
        "busy_percent": 100 * statistics.median(speed.busy for speed in found[LOOP]),
    }
    return Result((Table("", columns, tuple(rows)),), figures)


def measure(options: Options) -> Result:
    """Measure all ways with the backbone of the checkpoint that ships."""
    keep_freed_memory()
    batches = 1 if options.quick else BATCHES
    with tempfile.TemporaryDirectory() as folder:
        found = measure_ways(
            size=SIZE, batches=batches, rounds=options.rounds(ROUNDS), backbone=BACKBONE, folder=Path(folder)
        )
    return to_result(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=SIZE, help=f"side of the crops in pixels (default: {SIZE})")
    parser.add_argument("--batches", type=int, default=BATCHES, help=f"of 32 photos, a turn (default: {BATCHES})")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"turns each way has (default: {ROUNDS})")
    parser.add_argument("--backbone", default=BACKBONE)
    args = parser.parse_args()
    keep_freed_memory()
    with tempfile.TemporaryDirectory() as folder:
        print_result(to_result(measure_ways(folder=Path(folder), **vars(args))))


if __name__ == "__main__":
    main()
