"""Lightning's module and data module: the training step, the schedule, the metrics, and the loaders of each epoch."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import lightning as L
import torch
import torchmetrics
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import nn
from torch.utils.data import DataLoader
from torchvision.transforms import v2

from classifier.data.samples import Sample
from classifier.errors import TrainingError
from classifier.networks.backbones import find_backbone
from classifier.networks.network import Network
from classifier.training.loop.broken import BrokenNotes
from classifier.training.loop.loaders import eval_loader, train_loader
from classifier.training.loop.losses import TrainingLoss, is_right, known_among
from classifier.training.loop.teachers import Teachers
from classifier.training.mixture import Mixture
from classifier.training.settings import TrainingSettings


class MeanOfClasses(torchmetrics.classification.MulticlassAccuracy):
    """Accuracy, averaged over the classes that have photos.

    torchmetrics' own counts 0 for a class without photos as soon as one photo of another class is taken for it.
    """

    def compute(self) -> torch.Tensor:
        # tp, fn: (classes,) photos of each class that were answered rightly and wrongly.
        right, wrong = torch.as_tensor(self.tp), torch.as_tensor(self.fn)
        present = right + wrong > 0
        return (right[present] / (right + wrong)[present]).mean()


class FineTuning(L.LightningModule):
    """Fine-tuning of a network: the training step, the schedule and the metrics.

    Batches are ((N, 3, H, W) floats, (N,) targets): positions of classes or, with `answers`, numbers of these.

    Args:
        network: what is trained.
        settings: of the training.
        class_count: number of classes.
        steps_per_epoch: of the optimizer.
        class_weights: (classes,) factors of the loss; None for equal ones.
        answers: (answers, classes) probabilities, see `losses.soft_targets`; None where a target is always a position.
        teachers: networks to imitate, if any.
    """

    def __init__(
        self,
        network: Network,
        settings: TrainingSettings,
        *,
        class_count: int,
        steps_per_epoch: int,
        class_weights: torch.Tensor | None = None,
        answers: torch.Tensor | None = None,
        teachers: Teachers | None = None,
    ) -> None:
        super().__init__()
        self.teachers = teachers
        self.network = network.to(memory_format=torch.channels_last)  # quicker convolutions
        self.settings, self.class_count, self.steps_per_epoch = settings, class_count, steps_per_epoch
        self.mixing = v2.RandomChoice(
            [v2.CutMix(num_classes=class_count), v2.MixUp(alpha=0.4, num_classes=class_count)]
        )
        self.loss = TrainingLoss(settings, weight=class_weights)
        self.answers: torch.Tensor | None
        self.register_buffer("answers", answers, persistent=False)
        # Metrics, not sums of our own: they gather from all processes when several train together.
        self.train_loss = torchmetrics.MeanMetric()
        self.train_top1 = torchmetrics.MeanMetric()
        self.exposure_loss = torchmetrics.MeanMetric()
        self.valid = torchmetrics.MetricCollection(
            {
                "top1": torchmetrics.classification.MulticlassAccuracy(class_count, average="micro"),
                "mean_class": MeanOfClasses(class_count, average="macro"),
            }
        )
        self.valid_loss = torchmetrics.MeanMetric()

    @property
    def head_only(self) -> bool:
        """Whether this epoch trains the head alone."""
        return self.current_epoch < self.settings.head_epochs

    def on_fit_start(self) -> None:
        if self.teachers:
            self.teachers.to(self.device)

    def on_train_epoch_start(self) -> None:
        # Together with the data's own seeds: a resumed epoch draws the same dropout and mixing as an unbroken run.
        torch.manual_seed(self.settings.seed * 1_000_003 + self.current_epoch)
        self.train_loss.reset()
        self.train_top1.reset()
        self.exposure_loss.reset()
        # Lightning leaves the modes as they are; all are set here, so that a resumed epoch begins like any other.
        set_trainable(
            self.network, freeze=1.0 if self.head_only else self.settings.freeze, freeze_norm=self.settings.freeze_norm
        )

    def training_step(self, batch: tuple[torch.Tensor, torch.Tensor], batch_index: int) -> torch.Tensor:
        images, targets = batch
        images = images.contiguous(memory_format=torch.channels_last)
        if self.answers is not None:
            targets = self.answers[targets]
        mixed = not self.head_only and torch.rand(()) < self.settings.mix
        if mixed:
            images, targets = self._mix(images, targets)
        labels = targets
        if self.settings.mix_strangers and not self.head_only and targets.ndim == 2:
            images, targets = self._mix_strangers(images, targets)
        # The compiled network serves the long phase only: compiling takes longer than the head's epochs would gain.
        logits = (self.network.forward(images) if self.head_only else self.network(images)).logits
        taught = self.teachers.probabilities(images) if self.teachers else None
        parts = self.loss.parts(logits, targets, taught)
        if not torch.isfinite(parts.total):
            raise TrainingError(
                f"In epoch {self.current_epoch + 1} the loss was no longer a number. Start again with a lower "
                f"--learning-rate than {self.settings.learning_rate:g}; “python -m classifier lr-find” suggests one."
            )
        self.train_loss.update(parts.known.detach())
        if parts.exposure is not None:
            self.exposure_loss.update(parts.exposure.detach())
        if not mixed:  # a mixed photo has two right answers
            self.train_top1.update(is_right(logits, labels).float())
        return parts.total

    def _mix(self, images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mix known photos among themselves: half a stranger would teach that half a flower is none."""
        if targets.ndim == 1:
            mixed: tuple[torch.Tensor, torch.Tensor] = self.mixing(images, targets)
            return mixed
        known = known_among(targets)
        own_images, own_targets = self.mixing(images[known], targets[known])
        images = torch.cat([own_images, images[~known]]).contiguous(memory_format=torch.channels_last)
        return images, torch.cat([own_targets, targets[~known]])

    def _mix_strangers(self, images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mix some strangers with known photos, answers of equal probabilities included (MixOE).

        So the network meets what lies between a class and everything else (https://arxiv.org/abs/2106.03917).
        """
        known = known_among(targets)
        chosen = (~known & (torch.rand(len(targets)) < self.settings.mix_strangers).to(known.device)).nonzero()[:, 0]
        if not len(chosen):
            return images, targets
        partners = known.nonzero()[:, 0]
        partners = partners[torch.randint(len(partners), (len(chosen),)).to(known.device)]
        # In turn, since CutMix and Mixup mix each picture with the one before it.
        pairs = torch.stack([chosen, partners], dim=1).flatten()
        answers = targets[pairs]
        answers[::2] = 1 / self.class_count
        mixed_images, mixed_answers = self.mixing(images[pairs], answers)
        return images.index_copy(0, chosen, mixed_images[::2]), targets.index_copy(0, chosen, mixed_answers[::2])

    def validation_step(self, batch: tuple[torch.Tensor, torch.Tensor], batch_index: int) -> None:
        images, classes = batch
        if not len(classes):  # not one of its photos can be read
            return
        logits = self.network.forward(images.contiguous(memory_format=torch.channels_last)).logits.float()
        # Without label smoothing: this loss is the negative log-likelihood that the reports give, too.
        self.valid.update(logits, classes)
        self.valid_loss.update(nn.functional.cross_entropy(logits, classes), weight=len(classes))

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        optimizer = torch.optim.AdamW(
            list(parameter_groups(self.network, self.settings)), lr=self.settings.learning_rate
        )
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, self._schedule)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def _schedule(self, step: int) -> float:
        """Factor of the peak rates at a step: level for the head's epochs, then one cycle.

        The cycle (https://arxiv.org/abs/1708.07120) rises from a tenth of the peak over a fifth of the steps, then
        falls to 0.005 of it by half a cosine.
        """
        head_steps = self.settings.head_epochs * self.steps_per_epoch
        if step < head_steps:
            # Slowly at first: Adam's moments rest on few batches yet (https://arxiv.org/abs/1908.03265).
            return min(1.0, (step + 1) / 50)
        share = (step - head_steps) / max(1, (self.settings.epochs - self.settings.head_epochs) * self.steps_per_epoch)
        # Low again where the backbone joins in: its first gradients come by way of a head that has just begun.
        if share < 0.2:
            return 0.1 + 0.9 * share / 0.2
        return 0.005 + 0.995 * (1 + math.cos(math.pi * (share - 0.2) / 0.8)) / 2


def set_trainable(network: Network, *, freeze: float, freeze_norm: bool) -> None:
    """Set which layers learn, and which batch norms keep their statistics.

    Args:
        network: its head always learns.
        freeze: part of the backbone's layers, from the first on, that do not learn: 0 for none, 1 for all.
        freeze_norm: whether batch norms keep their statistics even where they learn.
    """
    # Layers are modules with weights of their own, in the order in which the backbone has them.
    layers = [layer for layer in network.features.modules() if any(True for _ in layer.parameters(recurse=False))]
    network.train()
    if freeze == 1:  # the head alone: the backbone computes as in use, without dropout of its own
        network.features.eval()
    for index, layer in enumerate(layers):
        frozen = index < round(freeze * len(layers))
        for parameter in layer.parameters(recurse=False):
            parameter.requires_grad_(not frozen)
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            layer.train(not (frozen or freeze_norm))


def parameter_groups(network: Network, settings: TrainingSettings) -> Iterator[dict[str, Any]]:
    """Parameter groups for the optimizer: the backbone in three from input to output, then the head.

    The learning rate grows from group to group by the same factor, up to the head's. Biases and norms (vectors, not
    matrices) get no weight decay: there are few of them, and pulling a norm's scale to 0 would harm.
    """
    backbone = list(network.features.parameters())
    third = math.ceil(len(backbone) / 3)
    parts = [(backbone[i * third : (i + 1) * third], settings.backbone_lr_ratio ** (1 - i / 3)) for i in range(3)]
    for parameters, factor in [*parts, (list(network.head.parameters()), 1.0)]:
        for decays in (True, False):
            chosen = [parameter for parameter in parameters if (parameter.ndim > 1) == decays]
            decay = settings.weight_decay if decays else 0.0
            if chosen:
                yield {"params": chosen, "lr": settings.learning_rate * factor, "weight_decay": decay}


class PhotoData(L.LightningDataModule):
    """Photos of a training: a loader of its own for every epoch, whose crop size and seeds follow from its number.

    So a resumed run sees what an unbroken one would have seen. With several processes, each reads its own part of the
    photos, and a step still sees `batch_size` in all.

    Args:
        mixture: the photos to learn from.
        valid: the photos to compare epochs by.
        settings: of the training.
        notes: where photos that cannot be read are noted, see `loaders.PhotoDataset`.
    """

    def __init__(
        self,
        mixture: Mixture,
        valid: Sequence[Sample],
        settings: TrainingSettings,
        *,
        notes: BrokenNotes | None = None,
    ) -> None:
        super().__init__()
        self.mixture, self.valid, self.settings, self.notes = mixture, valid, settings, notes
        backbone = find_backbone(settings.backbone)
        self.norm: dict[str, Any] = {"mean": backbone.mean, "std": backbone.std}

    def train_dataloader(self) -> DataLoader[Any]:
        assert self.trainer is not None
        settings, epoch = self.settings, self.trainer.current_epoch
        return train_loader(
            self.mixture,
            size=settings.size_at(epoch),
            augmentation=settings.augmentation,
            batch_size=settings.batch_size,
            workers=settings.workers,
            seed=settings.seed * 1_000_003 + epoch,
            rank=self.trainer.global_rank,
            world_size=self.trainer.world_size,
            notes=self.notes,
            **self.norm,
        )

    def val_dataloader(self) -> DataLoader[Any]:
        assert self.trainer is not None
        settings = self.settings
        mine = self.valid[self.trainer.global_rank :: self.trainer.world_size]
        return eval_loader(
            mine, size=settings.use_size, batch_size=32, workers=settings.workers, notes=self.notes, **self.norm
        )
