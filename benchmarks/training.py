"""Where the time of a training goes: `python -m benchmarks.training`. Each way to save some, against the loop as it is.

Photos a second of the loop (two processes that read photos, the compiled network), of its step alone and its reading
alone, and of what might be quicker: bfloat16, the fused optimizer, photos decoded once, fewer layers that learn.
Drawn photos with a short side of 288 px, as Oxford's are on this project's machines; random weights.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.table import Table
from torch.utils.data import DataLoader, Dataset

from benchmarks.photos import draw_photo
from classifier.cli.printing import PlainConsole
from classifier.data.samples import Sample
from classifier.memory import keep_freed_memory
from classifier.networks.network import Network
from classifier.photos.reading import open_image
from classifier.training.augmentation import to_tensor, train_transform
from classifier.training.loop.loaders import train_loader
from classifier.training.loop.module import set_trainable
from classifier.training.mixture import Mixture

BATCH, PHOTO_PX = 32, (384, 288)
NORM = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}
Batch = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Way:
    """A way to train; the default is the loop's.

    name: in the table.
    bfloat16: whether passes compute in bfloat16.
    fused: whether the optimizer is PyTorch's fused one.
    freeze: part of the layers that do not learn.
    """

    name: str
    bfloat16: bool = False
    fused: bool = False
    freeze: float = 0.0


WAYS = (
    Way("step alone, as it is"),
    Way("step in bfloat16", bfloat16=True),
    Way("step with the fused optimizer", fused=True),
    Way("step, half of the layers learn", freeze=0.5),
)


class Decoded(Dataset[tuple[torch.Tensor, int]]):
    """Photos that were decoded once, as uint8 tensors in memory."""

    def __init__(self, files: list[Path], *, size: int) -> None:
        self.pictures = [to_tensor(open_image(file, draft_px=2 * size)) for file in files]
        self.transform = train_transform(size=size, augmentation="medium", **NORM)

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return self.transform(self.pictures[index]), 0


def make_step(way: Way, *, backbone: str, compiled: bool) -> Callable[[Batch], None]:
    """A training step."""
    network = Network(backbone, 102).to(memory_format=torch.channels_last)
    set_trainable(network, freeze=way.freeze, freeze_norm=True)
    if compiled:
        network.compile(dynamic=False)
    optimizer = torch.optim.AdamW((p for p in network.parameters() if p.requires_grad), lr=1e-6, fused=way.fused)

    def step(batch: Batch) -> None:
        images = batch[0].contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=way.bfloat16):
            loss = torch.nn.functional.cross_entropy(network(images).logits.float(), batch[1])
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def rate(work: Callable[[], None], *, batches: int) -> float:
    """Photos a second of a piece of work on one batch."""
    started = time.perf_counter()
    for _ in range(batches):
        work()
    return batches * BATCH / (time.perf_counter() - started)


def measure(
    *, size: int, batches: int, backbone: str, folder: Path, compiled: bool = True
) -> Iterator[tuple[str, float]]:
    """Measure all: names, and photos a second; the loop as it is comes first."""
    files = [folder / f"{number}.jpg" for number in range(BATCH * (batches + 3))]
    content = [draw_photo(PHOTO_PX, number) for number in range(16)]
    for number, file in enumerate(files):
        file.write_bytes(content[number % len(content)])
    samples = [Sample(file, number % 102, number + 1) for number, file in enumerate(files)]

    def reading() -> DataLoader:
        return train_loader(
            Mixture(samples), size=size, augmentation="medium", batch_size=BATCH, workers=2, seed=1, **NORM
        )

    ready = (torch.randn(BATCH, 3, size, size), torch.randint(0, 102, (BATCH,)))
    steps = {way.name: make_step(way, backbone=backbone, compiled=compiled) for way in WAYS}
    for step in steps.values():
        for _ in range(2):  # compiles
            step(ready)
    own = steps[WAYS[0].name]
    read = iter(reading())
    next(read)
    yield "the loop as it is", rate(lambda: own(next(read)), batches=batches)
    read = iter(reading())
    next(read)
    yield "reading alone (2 processes)", rate(lambda: next(read) and None, batches=batches)
    decoded = DataLoader(Decoded(files, size=size), batch_size=BATCH, shuffle=True, drop_last=True, num_workers=2)
    kept = iter(decoded)
    next(kept)
    yield "the loop, photos decoded once", rate(lambda: own(next(kept)), batches=batches)
    for name, step in steps.items():
        yield name, rate(lambda step=step: step(ready), batches=batches)  # type: ignore[misc]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=224, help="side of the crops in pixels (default: 224)")
    parser.add_argument("--batches", type=int, default=10, help="of 32 photos, for each row (default: 10)")
    parser.add_argument("--backbone", default="efficientnet_lite2")
    args = parser.parse_args()
    keep_freed_memory()
    table = Table(title=f"Training {args.backbone} at {args.size} px, {torch.get_num_threads()} threads")
    for column in ("", "photos/s", "of the loop"):
        table.add_column(column, justify="right" if column else "left")
    loop = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, photos in measure(size=args.size, batches=args.batches, backbone=args.backbone, folder=Path(folder)):
            loop = loop or photos
            table.add_row(name, f"{photos:.1f}", f"{photos / loop:.2f} ×")
    PlainConsole().print(table)


if __name__ == "__main__":
    main()
