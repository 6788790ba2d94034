"""Fine-tuning: the head first, then everything, with learning rates that grow from the first layers to the head.

`fit` trains on a collection's train split and keeps, as a checkpoint, the last epoch that does as well on its valid
split as the best, within chance; or it trains on both, and keeps the last epoch.
"""

import logging
import math
import os
import signal
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import lightning as L
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping, EMAWeightAveraging, ModelCheckpoint
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.utilities import rank_zero_only

from classifier.checkpoint import DatasetInfo, Metadata, Preprocessing, TrainingInfo, read_metadata
from classifier.data.collection import Collection
from classifier.data.manifest import write_manifest
from classifier.data.samples import Sample, samples_digest, samples_of, training_samples
from classifier.errors import SettingError, TrainingError
from classifier.inference.engines.pytorch import pick_device
from classifier.memory import keep_freed_memory
from classifier.networks.backbones import find_backbone
from classifier.reports.curves import write_curves
from classifier.training.callbacks import KeepBest, KeepLast, ShowProgress
from classifier.training.module import FineTuning, PhotoData
from classifier.training.run_folder import RunFolder, check_space, prepare, write_settings
from classifier.training.settings import TrainingSettings
from classifier.training.start import initial_network, new_head_because

log = logging.getLogger(__name__)


def fit(
    collection: Collection,
    settings: TrainingSettings,
    *,
    split_name: str,
    run: RunFolder,
    resume: bool = False,
    device: str = "auto",
    tensorboard: bool = False,
    record: Mapping[str, Any] | None = None,
) -> bool:
    """Train until the last epoch (True) or until Ctrl-C (False); the checkpoint that is kept is `run.checkpoint`.

    What else is left in the run's folder: see `run_folder`. `record` goes to settings.json besides the settings.
    Several processes, started by torchrun, share the work; each calls this with the same arguments.

    Raises:
        DatasetError: no photos, no such split, or, on `resume`, other photos than the run began with.
        BackboneError, SettingError, TrainingError: see their modules; all before any long work begins.
        TrainingError: the disk is full, or the loss is no longer a number.
    """
    keep_freed_memory()
    train = training_samples(collection, split_name=split_name, with_valid=settings.train_on_valid)
    valid = [] if settings.train_on_valid else samples_of(collection, split_name=split_name, split="valid")
    again, resume = resume, resume and run.state.is_file()
    earlier = _earlier(collection, run, settings, resumed=resume)
    metadata = _metadata(collection, settings, split_name=split_name, train=train, earlier=earlier)
    learnt_before = (record or {}).get("learnt_before") or {}
    metadata = replace(metadata, dataset=replace(metadata.dataset, learnt_before=learnt_before))
    if resume:
        _check_same_photos(run, metadata)
    else:
        rank_zero_only(prepare)(run, again=again)
    L.seed_everything(settings.seed, verbose=False)
    network = initial_network(collection, settings, resumed=resume)
    module = FineTuning(
        network,
        settings,
        class_count=len(collection.classes),
        steps_per_epoch=steps_per_epoch(len(train), settings, world_size()),
        class_weights=balanced_weights(train, len(collection.classes)) if settings.class_weights else None,
    )
    if settings.compile:
        module.network.compile(dynamic=False)  # a graph of its own for each of the few sizes: quicker than one for all
    if os.environ.get("RANK", "0") == "0":
        check_space(run, sum(parameter.numel() for parameter in network.parameters()))
        write_settings(run, settings, {**(record or {}), "torch": torch.__version__})
        if collection.name != "flowers102":
            write_manifest(run.manifest, collection.photos)
    keeper = KeepBest(run, metadata, valid_photos=len(valid)) if valid else KeepLast(run, metadata)
    trainer = make_trainer(settings, keeper, device=device, tensorboard=tensorboard)
    with _quiet():
        finished = _run(trainer, module, PhotoData(train, valid, settings), state=str(run.state) if resume else None)
    if trainer.is_global_zero and keeper.history:
        keeper.complete_history()
        write_curves(run.curves, keeper.history, title=run.checkpoint.name)
    return finished


def world_size() -> int:
    """How many processes train together; torchrun says it."""
    return int(os.environ.get("WORLD_SIZE", 1))


def steps_per_epoch(photos: int, settings: TrainingSettings, processes: int = 1) -> int:
    """Steps of the optimizer in an epoch of `photos`; as `datasets.train_loader` makes batches."""
    share = max(1, min(settings.batch_size, photos) // processes)
    return math.ceil(max(1, photos // processes // share) / settings.accumulate)


def balanced_weights(train: Sequence[Sample], class_count: int) -> torch.Tensor:
    """(classes,) factors of the loss that give every class the same say: photos / (classes × photos of the class)."""
    counts = Counter(sample.target for sample in train)
    return torch.tensor([len(train) / (class_count * max(1, counts[position])) for position in range(class_count)])


def check_tensorboard() -> None:
    """Raises SettingError when TensorBoard's package is missing."""
    if not find_spec("tensorboard"):
        raise SettingError("--tensorboard needs a package that is not here: pip install tensorboard")


def make_trainer(
    settings: TrainingSettings, keeper: KeepBest, *, device: str = "auto", tensorboard: bool = False
) -> L.Trainer:
    """Lightning's trainer for these settings on this machine; raises SettingError if the device is not there."""
    run = keeper.run
    averaging: list[Callback] = [EMAWeightAveraging(decay=settings.ema_decay)] if settings.ema_decay else []
    # In their hooks, the averaged weights are there before the averaging's own for the best, after it for the last.
    callbacks = [*averaging, keeper] if isinstance(keeper, KeepLast) else [keeper, *averaging]
    callbacks.append(ShowProgress())
    if settings.patience:
        callbacks.append(EarlyStopping("valid_loss", patience=settings.patience))
    callbacks.append(ModelCheckpoint(run.path, filename="last", save_top_k=1, enable_version_counter=False))
    accelerator = pick_device(device)
    processes = int(os.environ.get("LOCAL_WORLD_SIZE", 1))
    with _quiet():
        return L.Trainer(
            accelerator=accelerator,
            devices=processes,
            num_nodes=max(1, world_size() // processes),
            # In the head's epochs the backbone gets no gradients, which plain "ddp" takes for a mistake.
            strategy="ddp_find_unused_parameters_true" if world_size() > 1 else "auto",
            use_distributed_sampler=False,
            precision=pick_precision(settings.precision, accelerator),  # type: ignore[arg-type]
            max_epochs=settings.epochs,
            accumulate_grad_batches=settings.accumulate,
            callbacks=callbacks,
            logger=TensorBoardLogger(run.path, name="tensorboard") if tensorboard else False,
            log_every_n_steps=10,
            limit_val_batches=0 if settings.train_on_valid else 1.0,
            num_sanity_val_steps=0,
            reload_dataloaders_every_n_epochs=1,
            enable_progress_bar=False,
            enable_model_summary=False,
        )


def pick_precision(name: str, accelerator: str) -> str:
    """Lightning's name of a precision; "auto" is mixed where the device gains by it: bf16 or fp16 on CUDA, else 32."""
    if name == "auto":
        name = "32" if accelerator != "cuda" else "bf16" if torch.cuda.is_bf16_supported() else "16"
    return {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}[name]


def _run(trainer: L.Trainer, module: FineTuning, data: PhotoData, *, state: str | None) -> bool:
    """Train; False when Ctrl-C or SIGTERM stopped it. Raises TrainingError when the disk is full."""
    # Lightning turns Ctrl-C into an exit, and leaves SIGINT ignored for good.
    handler = signal.getsignal(signal.SIGINT)
    try:
        trainer.fit(module, datamodule=data, ckpt_path=state, weights_only=True)
    except SystemExit:
        return False
    except (OSError, RuntimeError) as error:
        if trainer.received_sigterm:  # it may have ended the processes that read photos first
            return False
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


def _check_same_photos(run: RunFolder, metadata: Metadata) -> None:
    """The run's checkpoint says what it was trained on."""
    if not run.checkpoint.is_file():
        return
    saved = read_metadata(run.checkpoint)
    if saved.classes != metadata.classes:
        raise TrainingError(
            f"The run in {run.path} knows {len(saved.classes)} classes; the photos have "
            f"{len(metadata.classes)}, or others. Give the photos it began with, or begin another run."
        )
    if saved.dataset.digest != metadata.dataset.digest:
        raise TrainingError(
            f"The training photos are not those that the run in {run.path} began with ("
            f"{saved.dataset.train_photos} then, {metadata.dataset.train_photos} now). Begin another run."
        )


def _earlier(
    collection: Collection, run: RunFolder, settings: TrainingSettings, *, resumed: bool
) -> TrainingInfo | None:
    """How the checkpoint that the run goes on with was trained; on resume, from the run's own: the other may be gone.
    With another head another task begins, and its curves with it."""
    if not settings.start_from:
        return None
    if not resumed:
        other = new_head_because(collection, settings.start_from)
        return None if other else read_metadata(Path(settings.start_from)).training
    return read_metadata(run.checkpoint).training.earlier if run.checkpoint.is_file() else None


def _metadata(
    collection: Collection,
    settings: TrainingSettings,
    *,
    split_name: str,
    train: Sequence[Sample],
    earlier: TrainingInfo | None = None,
) -> Metadata:
    backbone = find_backbone(settings.backbone)
    return Metadata(
        backbone=settings.backbone,
        classes=collection.classes,
        preprocessing=Preprocessing(settings.use_size, backbone.mean, backbone.std),
        dataset=DatasetInfo(
            name=collection.name,
            subject=str(collection.subject),
            split=split_name,
            train_photos=len(train),
            digest=samples_digest(train),
            root=None if collection.name == "flowers102" else str(collection.root),
        ),
        training=TrainingInfo(settings=asdict(settings), torch=torch.__version__, earlier=earlier),
    )


@contextmanager
def _quiet() -> Iterator[None]:
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
