"""Lightning's trainer: how it is set up for these settings and this machine, and how its run ends."""

import logging
import re
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import lightning as L
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping, EMAWeightAveraging, ModelCheckpoint
from lightning.pytorch.loggers import TensorBoardLogger

from classifier.errors import SettingError, TrainingError
from classifier.inference.engines.pytorch import pick_device
from classifier.training.loop.broken import BrokenPhotos, WatchPhotos
from classifier.training.loop.callbacks import KeepBest, KeepLast, ShowProgress
from classifier.training.loop.memory import memory_problem
from classifier.training.loop.module import FineTuning, PhotoData
from classifier.training.processes import local_world_size, world_size
from classifier.training.settings import TrainingSettings


def make_trainer(
    settings: TrainingSettings,
    keeper: KeepBest,
    *,
    broken: BrokenPhotos,
    device: str = "auto",
    tensorboard: bool = False,
) -> L.Trainer:
    """Trainer for these settings on this machine.

    Args:
        settings: of the training.
        keeper: the callback that keeps the checkpoint; it knows the run's folder.
        broken: gathers the photos that cannot be read.
        device: "auto", "cpu", "cuda" or "mps".
        tensorboard: whether to log for TensorBoard, too.

    Raises:
        SettingError: the device is not there.
    """
    run = keeper.run
    accelerator = pick_device(device)
    processes = local_world_size()
    with quiet():
        return L.Trainer(
            accelerator=accelerator,
            devices=processes,
            num_nodes=max(1, world_size() // processes),
            # In the head's epochs the backbone gets no gradients, which plain "ddp" takes for a mistake.
            strategy="ddp_find_unused_parameters_true" if world_size() > 1 else "auto",
            use_distributed_sampler=False,  # our loaders share out the photos themselves, see `loaders`
            precision=pick_precision(settings.precision, accelerator),  # type: ignore[arg-type]
            max_epochs=settings.epochs,
            accumulate_grad_batches=settings.accumulate,
            callbacks=[WatchPhotos(broken), *make_callbacks(settings, keeper)],
            logger=TensorBoardLogger(run.path, name="tensorboard") if tensorboard else False,
            log_every_n_steps=10,
            limit_val_batches=0 if settings.train_on_valid else 1.0,
            num_sanity_val_steps=0,
            # Crop size and seeds follow from the epoch's number: each epoch has a loader of its own.
            reload_dataloaders_every_n_epochs=1,
            enable_progress_bar=False,
            enable_model_summary=False,
        )


def make_callbacks(settings: TrainingSettings, keeper: KeepBest) -> list[Callback]:
    """Callbacks of a run, in the order in which Lightning calls them in each hook. The order matters.

    `EMAWeightAveraging` swaps the averaged weights in when validation starts and out again when it ends
    (on_validation_epoch_end). `KeepBest` saves in that same hook, so it stands before it: the averaged weights, which
    were validated, are what it finds. `KeepLast` has no validation; it saves in on_save_checkpoint, where the averaging
    puts the averaged weights into the state to be written, so it stands after it.

    `ModelCheckpoint` is last (Lightning moves it there in any case): last.ckpt holds what all others have done.
    """
    averaging: list[Callback] = [EMAWeightAveraging(decay=settings.ema_decay)] if settings.ema_decay else []
    callbacks = [*averaging, keeper] if isinstance(keeper, KeepLast) else [keeper, *averaging]
    callbacks.append(ShowProgress())
    if settings.patience:
        callbacks.append(EarlyStopping("valid_loss", patience=settings.patience))
    callbacks.append(ModelCheckpoint(keeper.run.path, filename="last", save_top_k=1, enable_version_counter=False))
    return callbacks


def run_trainer(trainer: L.Trainer, module: FineTuning, data: PhotoData, *, state: str | None) -> bool:
    """Run the training.

    Args:
        trainer: Lightning's trainer.
        module: what it trains.
        data: with what.
        state: path of last.ckpt to go on from; None for a new run.

    Returns:
        Whether it reached its end; False when Ctrl-C or SIGTERM stopped it.

    Raises:
        TrainingError: the disk or the memory is full, or `state` is damaged.
    """
    # Lightning turns Ctrl-C into an exit, and leaves SIGINT ignored for good.
    handler = signal.getsignal(signal.SIGINT)
    try:
        with quiet():
            trainer.fit(module, datamodule=data, ckpt_path=state, weights_only=True)
    except SystemExit:
        return False
    except (OSError, RuntimeError, MemoryError) as error:
        if trainer.received_sigterm:  # it may have ended the processes that read photos first
            return False
        # Gloo's and NCCL's words when another of the processes that train together has ended.
        if trainer.world_size > 1 and re.search("Connection (closed|reset)|NCCL.*remote", str(error)):
            raise TrainingError("Another process of this training has ended; its own message says why.") from error
        if problem := memory_problem(error):
            raise TrainingError(
                f"{problem}. Go on by --resume with fewer --workers than {data.settings.workers}, or begin another run "
                "with a smaller --batch-size."
            ) from error
        # PyTorch's own reader and writer of files raise plain RuntimeErrors; only their text tells what happened.
        if "PytorchStreamReader" in str(error):
            raise TrainingError(
                f"{state} is damaged, so the run cannot go on. Its best epoch so far is kept: begin another run, "
                "by --start-from it if you like."
            ) from error
        if isinstance(error, OSError) or "PytorchStreamWriter" in str(error):
            raise TrainingError(
                f"The state of the run could not be written or read ({error}). Make room, then go on by --resume."
            ) from error
        raise
    finally:
        signal.signal(signal.SIGINT, handler)
    return True


def pick_precision(name: str, accelerator: str) -> str:
    """Lightning's name of a precision; "auto" is mixed where the device gains by it: bf16 or fp16 on CUDA, else 32."""
    if name == "auto":
        name = "32" if accelerator != "cuda" else "bf16" if torch.cuda.is_bf16_supported() else "16"
    return {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}[name]


def check_tensorboard() -> None:
    """Raises SettingError when TensorBoard's package is missing."""
    if not find_spec("tensorboard"):
        raise SettingError("--tensorboard needs a package that is not here: pip install tensorboard")


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Lightning's and PyTorch's tips and notices away: what matters here is said in our own words."""
    loggers = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric", "torch.utils")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
