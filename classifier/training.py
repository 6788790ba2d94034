"""Fine-tuning: the head first, then everything, with learning rates that grow from the first layers to the head.

`fit` trains on a collection's train split and keeps, as a checkpoint, the epoch that does best on its valid split.
"""

import hashlib
import json
import logging
import math
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import lightning as L
import torch
import torchmetrics
from lightning.pytorch.callbacks import Callback, EarlyStopping, EMAWeightAveraging, ModelCheckpoint, RichProgressBar
from lightning.pytorch.loggers import CSVLogger
from torch import nn
from torch.utils.data import DataLoader
from torchvision.transforms import v2

from classifier.backbones import find_backbone
from classifier.checkpoint import save_checkpoint
from classifier.collection import Collection
from classifier.datasets import Sample, eval_loader, samples_of, train_loader
from classifier.errors import CheckpointError, SettingError
from classifier.network import Network
from classifier.settings import TrainingSettings

log = logging.getLogger(__name__)


class FineTuning(L.LightningModule):
    """The training step, the schedule and the metrics. Batches are ((N, 3, H, W) floats, (N,) class positions)."""

    def __init__(self, network: Network, settings: TrainingSettings, *, class_count: int, steps_per_epoch: int) -> None:
        super().__init__()
        self.network = network.to(memory_format=torch.channels_last)
        self.settings, self.class_count, self.steps_per_epoch = settings, class_count, steps_per_epoch
        self.mixing = v2.RandomChoice(
            [v2.CutMix(num_classes=class_count), v2.MixUp(alpha=0.4, num_classes=class_count)]
        )
        self.loss = nn.CrossEntropyLoss(label_smoothing=settings.label_smoothing)
        self.train_loss = torchmetrics.MeanMetric()
        self.train_top1 = torchmetrics.MeanMetric()
        self.valid = torchmetrics.MetricCollection(
            {
                "top1": torchmetrics.classification.MulticlassAccuracy(class_count, average="micro"),
                "mean_class": torchmetrics.classification.MulticlassAccuracy(class_count, average="macro"),
            }
        )
        self.valid_loss = torchmetrics.MeanMetric()

    @property
    def head_only(self) -> bool:
        """Whether this epoch trains the head alone."""
        return self.current_epoch < self.settings.head_epochs

    def on_train_epoch_start(self) -> None:
        # Together with the data's own seeds: a resumed epoch draws the same dropout and mixing as an unbroken run.
        torch.manual_seed(self.settings.seed * 1_000_003 + self.current_epoch)
        self.train_loss.reset()
        self.train_top1.reset()
        self.network.features.requires_grad_(not self.head_only)
        if self.head_only:
            self.network.features.eval()  # a frozen backbone keeps its batch statistics too

    def training_step(self, batch: tuple[torch.Tensor, torch.Tensor], batch_index: int) -> torch.Tensor:
        images, classes = batch
        images = images.contiguous(memory_format=torch.channels_last)
        targets: torch.Tensor = classes
        mixed = not self.head_only and torch.rand(()) < self.settings.mix
        if mixed:
            images, targets = self.mixing(images, classes)
        # The compiled network serves the long phase only: compiling takes longer than the head's epochs would gain.
        logits = (self.network.forward(images) if self.head_only else self.network(images)).logits
        loss: torch.Tensor = self.loss(logits, targets)
        if not torch.isfinite(loss):
            raise SettingError("The loss is no longer a number: start again with a smaller --learning-rate.")
        self.train_loss.update(loss.detach())
        if not mixed:
            self.train_top1.update((logits.argmax(1) == classes).float())
        return loss

    def validation_step(self, batch: tuple[torch.Tensor, torch.Tensor], batch_index: int) -> None:
        images, classes = batch
        logits = self.network.forward(images.contiguous(memory_format=torch.channels_last)).logits
        self.valid.update(logits, classes)
        self.valid_loss.update(nn.functional.cross_entropy(logits, classes), weight=len(classes))

    def configure_optimizers(self) -> dict[str, Any]:
        optimizer = torch.optim.AdamW(list(self._parameter_groups()), lr=self.settings.learning_rate)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, self._schedule)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def _parameter_groups(self) -> Iterator[dict[str, Any]]:
        """Three groups of the backbone from input to output, then the head; biases and norms without weight decay."""
        backbone = list(self.network.features.parameters())
        third = math.ceil(len(backbone) / 3)
        parts = [
            (backbone[i * third : (i + 1) * third], self.settings.backbone_lr_ratio ** (1 - i / 3)) for i in range(3)
        ]
        for parameters, factor in [*parts, (list(self.network.head.parameters()), 1.0)]:
            for decays in (True, False):
                chosen = [parameter for parameter in parameters if (parameter.ndim > 1) == decays]
                decay = self.settings.weight_decay if decays else 0.0
                if chosen:
                    yield {"params": chosen, "lr": self.settings.learning_rate * factor, "weight_decay": decay}

    def _schedule(self, step: int) -> float:
        """Factor of the peak rates: level for the head's epochs, then one cycle (https://arxiv.org/abs/1708.07120)."""
        head_steps = self.settings.head_epochs * self.steps_per_epoch
        if step < head_steps:
            return min(1.0, (step + 1) / 50)
        share = (step - head_steps) / max(1, (self.settings.epochs - self.settings.head_epochs) * self.steps_per_epoch)
        if share < 0.2:
            return 0.1 + 0.9 * share / 0.2
        return 0.005 + 0.995 * (1 + math.cos(math.pi * (share - 0.2) / 0.8)) / 2


class PhotoData(L.LightningDataModule):
    """A loader of its own for every epoch: its crop size and its seeds follow from the epoch's number."""

    def __init__(self, train: Sequence[Sample], valid: Sequence[Sample], settings: TrainingSettings) -> None:
        super().__init__()
        self.train, self.valid, self.settings = train, valid, settings
        backbone = find_backbone(settings.backbone)
        self.norm: dict[str, Any] = {"mean": backbone.mean, "std": backbone.std}

    def train_dataloader(self) -> DataLoader[Any]:
        assert self.trainer is not None
        settings, epoch = self.settings, self.trainer.current_epoch
        return train_loader(
            self.train,
            size=settings.size_at(epoch),
            augmentation=settings.augmentation,
            batch_size=settings.batch_size,
            workers=settings.workers,
            seed=settings.seed * 1_000_003 + epoch,
            **self.norm,
        )

    def val_dataloader(self) -> DataLoader[Any]:
        settings = self.settings
        return eval_loader(self.valid, size=settings.use_size, batch_size=32, workers=settings.workers, **self.norm)


class KeepBest(Callback):
    """After each epoch: print its figures and, if it is the best so far on valid, write the checkpoint.

    It must stand before the EMA callback, which swaps the averaged weights out again in the same hook.
    """

    def __init__(self, output: Path, metadata: dict[str, Any]) -> None:
        self.output, self.metadata = output, metadata
        self.history: list[dict[str, float]] = []
        self.best: tuple[float, float] = (-1.0, 0.0)
        self.started = time.monotonic()

    def on_train_epoch_start(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        self.started = time.monotonic()

    def on_validation_epoch_end(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        assert isinstance(module, FineTuning)
        metrics = {name: float(value) for name, value in module.valid.compute().items()}
        metrics["loss"] = float(module.valid_loss.compute())
        module.valid.reset()
        module.valid_loss.reset()
        if trainer.sanity_checking:
            return
        row = {
            "epoch": trainer.current_epoch + 1,
            "train_loss": float(module.train_loss.compute()),
            "train_top1": float(module.train_top1.compute()),
            **{f"valid_{name}": value for name, value in metrics.items()},
            "seconds": time.monotonic() - self.started,
        }
        self.history.append({name: round(value, 5) for name, value in row.items()})
        module.log_dict({name: torch.tensor(value) for name, value in row.items() if name != "epoch"})
        better = (metrics["top1"], -metrics["loss"]) > self.best
        if better:
            self.best = (metrics["top1"], -metrics["loss"])
            self._save(trainer, module, metrics)
        log.info(
            "epoch %d of %d: train loss %.3f, valid loss %.3f, valid top-1 %.1f %%, mean per class %.1f %%, %d s%s",
            row["epoch"], trainer.max_epochs, row["train_loss"], metrics["loss"], 100 * metrics["top1"],
            100 * metrics["mean_class"], row["seconds"], " — best so far, saved" if better else "",
        )  # fmt: skip

    def _save(self, trainer: L.Trainer, module: FineTuning, metrics: dict[str, float]) -> None:
        if not trainer.is_global_zero:
            return
        valid = {name: round(value, 5) for name, value in metrics.items()}
        training = {**self.metadata["training"], "best_epoch": trainer.current_epoch + 1, "history": self.history}
        metadata = {**self.metadata, "training": training, "metrics": {"valid": valid}}
        save_checkpoint(self.output, module.network.state_dict(), metadata)

    def state_dict(self) -> dict[str, Any]:
        return {"history": self.history, "best": list(self.best)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.history, self.best = state["history"], tuple(state["best"])


def fit(
    collection: Collection,
    settings: TrainingSettings,
    *,
    split_name: str,
    output: Path,
    run_dir: Path,
    resume: bool = False,
    device: str = "auto",
) -> Path:
    """Train, and return the path of the checkpoint of the best epoch (`output`).

    `run_dir` gets settings.json, metrics.csv and last.ckpt (the state to resume from, written after every epoch).

    Raises:
        DatasetError: no photos, no such split, fewer than two classes.
        BackboneError, SettingError, CheckpointError: see their modules; all before any long work begins.
    """
    train, valid = (samples_of(collection, split_name=split_name, split=split) for split in ("train", "valid"))
    last = run_dir / "last.ckpt"
    if resume and not last.is_file():
        raise CheckpointError(f"There is nothing to resume: {last} does not exist. Start without --resume.")
    if not resume and last.is_file():
        raise CheckpointError(
            f"{run_dir} holds an earlier run. Go on with it by --resume, or choose another --output or --run-dir."
        )
    L.seed_everything(settings.seed, verbose=False)
    network = Network(settings.backbone, len(collection.classes), pretrained=not resume, dropout=settings.dropout)
    steps_per_epoch = max(1, len(train) // settings.batch_size)
    module = FineTuning(network, settings, class_count=len(collection.classes), steps_per_epoch=steps_per_epoch)
    if settings.compile:
        module.network.compile()
    run_dir.mkdir(parents=True, exist_ok=True)
    metadata = _metadata(collection, settings, split_name=split_name, train=train)
    (run_dir / "settings.json").write_text(json.dumps(metadata["training"], indent=2) + "\n", encoding="utf-8")
    trainer = _trainer(settings, KeepBest(output, metadata), run_dir=run_dir, device=device)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*(num_workers|log_every_n_steps|does not have many workers).*")
        trainer.fit(
            module,
            datamodule=PhotoData(train, valid, settings),
            ckpt_path=str(last) if resume else None,
            weights_only=True,
        )
    return output


def _trainer(settings: TrainingSettings, keep_best: KeepBest, *, run_dir: Path, device: str) -> L.Trainer:
    callbacks: list[Callback] = [keep_best]
    if settings.ema_decay:
        callbacks.append(EMAWeightAveraging(decay=settings.ema_decay))
    if settings.patience:
        callbacks.append(EarlyStopping("valid_loss", patience=settings.patience))
    callbacks.append(ModelCheckpoint(run_dir, filename="last", save_top_k=1, enable_version_counter=False))
    interactive = bool(getattr(__import__("sys").stderr, "isatty", bool)())
    if interactive:
        callbacks.append(RichProgressBar())
    return L.Trainer(
        accelerator=device,
        max_epochs=settings.epochs,
        callbacks=callbacks,
        logger=CSVLogger(run_dir, name=None, version=""),
        num_sanity_val_steps=0,
        reload_dataloaders_every_n_epochs=1,
        enable_progress_bar=interactive,
        enable_model_summary=False,
    )


def _metadata(
    collection: Collection, settings: TrainingSettings, *, split_name: str, train: Sequence[Sample]
) -> dict[str, Any]:
    backbone = find_backbone(settings.backbone)
    return {
        "backbone": settings.backbone,
        "classes": [label.to_dict() for label in collection.classes],
        "input_size": settings.use_size,
        "mean": list(backbone.mean),
        "std": list(backbone.std),
        "dataset": {
            "name": collection.name,
            "split": split_name,
            "train_photos": len(train),
            "fingerprint": fingerprint(train),
            "root": None if collection.name == "flowers102" else str(collection.root),
        },
        "training": {**asdict(settings), "torch": torch.__version__},
    }


def fingerprint(samples: Sequence[Sample]) -> str:
    """SHA-256 (hex, first 16 digits) over the image ids and classes that were trained on, in order of id."""
    rows = sorted((sample.image_id, sample.target) for sample in samples)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]
