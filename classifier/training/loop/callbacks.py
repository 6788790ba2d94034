"""Callbacks of a training: the best weights are kept, and the progress is shown.

The order in which they have to stand is that of `trainer.make_callbacks`, which says why.
"""

import logging
import math
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import lightning as L
import torch
from lightning.pytorch.callbacks import Callback
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from classifier.checkpoint import Metadata, TrainingInfo, halve, load_checkpoint, save_checkpoint
from classifier.networks.network import to_arrays
from classifier.reports.numbers import seconds_in_words
from classifier.training.loop.module import FineTuning
from classifier.training.runs.folder import RunFolder, write_metrics

log = logging.getLogger(__name__)


class KeepBest(Callback):
    """Keeper of the best epoch: prints each epoch's figures, writes metrics.csv, and saves the checkpoint.

    Kept is the last epoch whose top-1 on valid is within a standard error of the highest so far: of epochs whose
    difference may be chance alone, the later ones do better on new photos (docs/experiments.md). It must stand before
    the EMA callback, which swaps the averaged weights out again in the same hook.

    Args:
        run: where the checkpoint and metrics.csv go.
        metadata: of the checkpoint, without the training's results.
        valid_photos: how many there are; the fewer, the more is left to chance.
    """

    def __init__(self, run: RunFolder, metadata: Metadata, *, valid_photos: int) -> None:
        self.run, self.metadata, self.valid_photos = run, metadata, valid_photos
        self.history: list[dict[str, float | None]] = []
        self.started = time.monotonic()

    def on_train_epoch_start(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        self.started = time.monotonic()

    def on_validation_epoch_end(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        # Not on_train_epoch_end, which comes after this hook: by then the averaged weights are swapped out again.
        assert isinstance(module, FineTuning)
        # With several processes, compute() gathers from all of them: every process must take part.
        metrics = {name: float(value) for name, value in module.valid.compute().items()}
        metrics["loss"] = float(module.valid_loss.compute())
        module.valid.reset()
        module.valid_loss.reset()
        row = self._add_row(trainer, module, {f"valid_{name}": value for name, value in metrics.items()})
        best = max(earlier["valid_top1"] or 0.0 for earlier in self.history)  # this epoch's included
        kept = as_good(metrics["top1"], best, n=self.valid_photos)
        if not trainer.is_global_zero:
            return
        if kept:
            self._save(trainer.current_epoch + 1, module.network.state_dict(), metrics)
        log.info(
            "epoch %d of %d: %s, valid loss %.3f, valid top-1 %.1f %%, mean per class %.1f %%, %d s%s",
            trainer.current_epoch + 1, trainer.max_epochs, _train_losses(row), metrics["loss"], 100 * metrics["top1"],
            100 * metrics["mean_class"], row["seconds"], " — saved" if kept else "",
        )  # fmt: skip

    def _add_row(self, trainer: L.Trainer, module: FineTuning, valid: Mapping[str, float]) -> dict[str, float | None]:
        """Add the epoch's figures to the history and to metrics.csv. Every process must take part."""
        row: dict[str, float | None] = {
            "epoch": trainer.current_epoch + 1,
            "train_loss": float(module.train_loss.compute()),
            "train_top1": _average(module.train_top1),
            **({"exposure_loss": float(module.exposure_loss.compute())} if module.exposure_loss.update_called else {}),
            **valid,
            "seconds": round(time.monotonic() - self.started, 1),
        }
        self.history.append({name: value if value is None else round(value, 5) for name, value in row.items()})
        # For TensorBoard and for `EarlyStopping`, which looks for valid_loss among what was logged.
        module.log_dict({name: torch.tensor(value) for name, value in row.items() if value is not None})
        if trainer.is_global_zero:
            write_metrics(self.run.metrics, self.history)
        return row

    def _save(self, epoch: int, state: Mapping[str, torch.Tensor], valid: Mapping[str, float]) -> None:
        training = replace(self.metadata.training, best_epoch=epoch, history=tuple(self.history))
        metrics = {"valid": {name: round(value, 5) for name, value in valid.items()}} if valid else {}
        metadata = replace(self.metadata, training=training, metrics=metrics)
        save_checkpoint(self.run.checkpoint, halve(to_arrays(state)), metadata)

    def complete_history(self) -> TrainingInfo:
        """Write the epochs after the kept one into the checkpoint as well: the site draws the curves from there.

        Returns:
            The training with all its epochs.
        """
        if not self.history or not self.run.checkpoint.is_file():
            return replace(self.metadata.training, history=tuple(self.history))
        saved = load_checkpoint(self.run.checkpoint)
        training = replace(saved.metadata.training, history=tuple(self.history))
        save_checkpoint(self.run.checkpoint, saved.state, replace(saved.metadata, training=training))
        return training

    # Lightning puts this into last.ckpt: a resumed run goes on with the history, and so with the best so far.
    def state_dict(self) -> dict[str, Any]:
        return {"history": self.history}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.history = state["history"]


def as_good(top1: float, best: float, *, n: int) -> bool:
    """Whether a share of right answers is within one standard error of the best one.

    Args:
        top1: the share, 0 to 1.
        best: the highest share so far, 0 to 1.
        n: on how many photos both were counted.
    """
    # The error is taken at (k + 1) / (n + 2), not at k / n, where it would be 0 if all photos are right
    # (https://en.wikipedia.org/wiki/Rule_of_succession).
    likely = (best * n + 1) / (n + 2)
    return top1 >= best - math.sqrt(likely * (1 - likely) / (n + 2))


class KeepLast(KeepBest):
    """Keeper of the last epoch, where there are no valid photos to say which is the best: each replaces the one before.

    It must stand after the EMA callback, which puts the averaged weights into the state that Lightning saves.

    Args:
        run: where the checkpoint and metrics.csv go.
        metadata: of the checkpoint, without the training's results.
    """

    def __init__(self, run: RunFolder, metadata: Metadata) -> None:
        super().__init__(run, metadata, valid_photos=0)

    def on_train_epoch_end(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        assert isinstance(module, FineTuning)
        row = self._add_row(trainer, module, {})
        if trainer.is_global_zero:
            log.info(
                "epoch %d of %d: %s, %d s — saved",
                trainer.current_epoch + 1, trainer.max_epochs, _train_losses(row), row["seconds"],
            )  # fmt: skip

    def on_save_checkpoint(self, trainer: L.Trainer, module: L.LightningModule, checkpoint: dict[str, Any]) -> None:
        # The averaged weights are nowhere but here: without a validation, the EMA callback never swaps them in.
        state = {
            name.removeprefix("network."): value
            for name, value in checkpoint["state_dict"].items()
            if name.startswith("network.")
        }
        if trainer.is_global_zero:
            self._save(trainer.current_epoch + 1, state, {})


def _train_losses(row: Mapping[str, float | None]) -> str:
    """Losses of an epoch's training: of the known photos and, if there are any, of the strangers."""
    exposure = row.get("exposure_loss")
    return f"train loss {row['train_loss']:.3f}" + ("" if exposure is None else f", exposure loss {exposure:.3f}")


def _average(metric: Any) -> float | None:
    """Mean of what was counted; None for nothing (every batch was mixed, so no photo had one right answer)."""
    value = float(metric.compute()) if metric.update_called else math.nan
    return None if math.isnan(value) else value


class ShowProgress(Callback):
    """Progress of each epoch: a bar on a terminal, elsewhere a line now and then, so that a log shows that it runs.

    Args:
        every_s: seconds between two lines.
    """

    def __init__(self, *, every_s: float = 60.0) -> None:
        self.every_s = every_s
        console = Console(stderr=True)
        self.bar = self._new_bar(console) if sys.stderr.isatty() else None
        self.task: Any = None
        self.epoch_started = self.last_line = time.monotonic()

    @staticmethod
    def _new_bar(console: Console) -> Progress:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        return Progress(*columns, console=console, transient=True)

    def on_train_epoch_start(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        self.epoch_started = self.last_line = time.monotonic()
        if self.bar and trainer.is_global_zero:
            self.bar.start()
            name = f"epoch {trainer.current_epoch + 1} of {trainer.max_epochs}"
            self.task = self.bar.add_task(name, total=int(trainer.num_training_batches))

    def on_train_batch_end(
        self, trainer: L.Trainer, module: L.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        if not trainer.is_global_zero:
            return
        if self.bar:
            self.bar.update(self.task, completed=batch_idx + 1)
            return
        now = time.monotonic()
        if now - self.last_line < self.every_s:
            return
        self.last_line = now
        done, total = batch_idx + 1, int(trainer.num_training_batches)
        seconds = (now - self.epoch_started) / done
        photos = len(batch[1]) * trainer.world_size / seconds
        log.info(
            "  epoch %d of %d: step %d of %d, %.1f photos/s, the epoch needs %s more",
            trainer.current_epoch + 1, trainer.max_epochs, done, total, photos,
            seconds_in_words((total - done) * seconds),
        )  # fmt: skip

    def on_validation_start(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        self._stop()

    def on_train_epoch_end(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        self._stop()

    def on_exception(self, trainer: L.Trainer, module: L.LightningModule, exception: BaseException) -> None:
        self._stop()

    def _stop(self) -> None:
        if self.bar and self.task is not None:
            self.bar.remove_task(self.task)
            self.bar.stop()
            self.task = None
