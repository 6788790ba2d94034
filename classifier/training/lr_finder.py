"""Learning rate range test (https://arxiv.org/abs/1506.01186): raise the rate step by step and watch the loss.

Lightning's own finder gives every layer the same rate; ours keeps the ratios between the layers that `fit` uses.
"""

import itertools
import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from classifier.errors import TrainingError
from classifier.inference.engines.pytorch import pick_device
from classifier.networks.backbones import find_backbone
from classifier.photos.streaming import ignore
from classifier.training.loop.broken import BrokenNotes, BrokenPhotos
from classifier.training.loop.loaders import train_loader
from classifier.training.loop.losses import TrainingLoss, soft_targets
from classifier.training.loop.memory import memory_problem
from classifier.training.loop.module import parameter_groups, set_trainable
from classifier.training.loop.teachers import Teachers
from classifier.training.plan import TrainingPlan
from classifier.training.start import initial_network

LOWEST, HIGHEST = 1e-5, 1.0


@dataclass(frozen=True)
class RangeTest:
    """Result of a learning rate range test.

    Attributes:
        rates: of the head, rising.
        losses: smoothed, one for each rate.
        suggestion: a rate for `--learning-rate`; None if the loss never fell.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    suggestion: float | None

    @property
    def rate(self) -> float:
        """Suggested rate; raises TrainingError when there is none."""
        if self.suggestion is None:
            raise TrainingError(
                "The loss did not fall at any learning rate, so none can be suggested. Try more --steps of lr-find; if "
                "it stays so, are the photos in the right folders?"
            )
        return self.suggestion


def range_test(
    plan: TrainingPlan,
    *,
    steps: int = 80,
    step: Callable[[int, int], object] = ignore,
    warn: Callable[[str], object] = ignore,
) -> RangeTest:
    """Train the network that `fit` would begin with, for some batches at rates that rise from 1e-5 to 1.

    Args:
        plan: of the training; its learning rate only sets the ratios between the layers.
        steps: batches; fewer if the loss gets four times as high as the lowest one before.
        step: called with (batches done, `steps`).
        warn: is called with a sentence about each photo that cannot be read; another of its class takes its place.

    Raises:
        BackboneError: pretrained weights cannot be found.
        TrainingError: the memory is full, or too many photos can no longer be read.
    """
    settings = plan.settings
    torch.manual_seed(settings.seed)
    device = torch.device(pick_device(plan.device))
    network = initial_network(plan.collection, settings, start=plan.start)
    network = network.to(device).to(memory_format=torch.channels_last)
    set_trainable(network, freeze=settings.freeze, freeze_norm=settings.freeze_norm)
    optimizer = torch.optim.AdamW(list(parameter_groups(network, settings)))
    ratios = [group["lr"] / settings.learning_rate for group in optimizer.param_groups]
    teachers = Teachers(plan.teachers, backbone=settings.backbone) if plan.teachers else None
    if teachers:
        teachers.to(device)
    loss_of, answers = TrainingLoss(settings), soft_targets(plan.mixture.answers, len(plan.collection.classes))
    rates: list[float] = []
    losses: list[float] = []
    for index, (images, targets) in enumerate(itertools.islice(_batches(plan, warn=warn), steps)):
        # The same factor from batch to batch: what matters about a rate is its order of magnitude.
        rate = LOWEST * (HIGHEST / LOWEST) ** (index / max(1, steps - 1))
        for group, ratio in zip(optimizer.param_groups, ratios, strict=True):
            group["lr"] = rate * ratio
        images = images.to(device).contiguous(memory_format=torch.channels_last)
        taught = teachers.probabilities(images) if teachers else None
        targets = (answers[targets] if len(answers) else targets).to(device)
        loss = loss_of.parts(network(images).logits, targets, taught).total
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        value = loss.item()
        # Beyond this the network is destroyed, and higher rates would only say so again.
        if not math.isfinite(value) or (losses and value > 4 * min(losses)):
            break
        rates.append(rate)
        losses.append(value)
        step(index + 1, steps)
    smooth = smoothed(losses)
    return RangeTest(tuple(rates), tuple(smooth), suggest(rates, smooth))


def smoothed(losses: Sequence[float], beta: float = 0.9) -> list[float]:
    """Running average of losses with decay `beta`, without the bias towards 0 at its beginning."""
    average, values = 0.0, []
    for index, loss in enumerate(losses, start=1):
        average = beta * average + (1 - beta) * loss
        values.append(average / (1 - beta**index))  # the weights so far sum to 1 - beta**index, as in Adam
    return values


def suggest(rates: Sequence[float], losses: Sequence[float]) -> float | None:
    """Rate to suggest: a third of the one where the smoothed loss is lowest; None if it never fell.

    Often the steepest fall is taken instead. In eight tests (two sets of photos, 40 or 80 steps, two or three seeds)
    that lay anywhere between 1e-5 and 1e-3, as noise falls steeply too; this, between 5e-4 and 3e-3.
    """
    lowest = min(range(len(losses)), key=losses.__getitem__, default=0)
    # The very first losses are noise; lowest there means that it only rose.
    return float(f"{rates[lowest] / 3:.1e}") if lowest >= 3 else None


def _batches(plan: TrainingPlan, *, warn: Callable[[str], object]) -> Iterator[list[torch.Tensor]]:
    """Batch after batch; a new shuffle whenever all photos have been shown."""
    # A process that reads ahead may still write a note while the folder is removed.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        notes = BrokenNotes(Path(folder) / "notes")
        broken = BrokenPhotos(
            notes,
            plan.mixture.all_photos,
            (),
            classes=plan.collection.classes,
            root=plan.collection.root,
            advice="Put them back, and try again.",
            warn=warn,
        )
        try:
            for batch in _read_batches(plan, notes):
                broken.gather()
                yield batch
        except (OSError, RuntimeError, MemoryError) as error:
            if problem := memory_problem(error):
                raise TrainingError(f"{problem}. Try again with fewer --workers, or a smaller --batch-size.") from error
            raise


def _read_batches(plan: TrainingPlan, notes: BrokenNotes) -> Iterator[list[torch.Tensor]]:
    settings = plan.settings
    backbone = find_backbone(settings.backbone)
    for epoch in itertools.count():
        yield from train_loader(
            plan.mixture,
            size=settings.sizes[0],
            mean=backbone.mean,
            std=backbone.std,
            augmentation=settings.augmentation,
            batch_size=settings.batch_size,
            workers=settings.workers,
            seed=settings.seed + epoch,
            notes=notes,
        )
