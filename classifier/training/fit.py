"""Fine-tuning: the head first, then everything, with learning rates that grow from the first layers to the head.

`fit` carries out a plan: it trains on the train photos and keeps, as a checkpoint, the last epoch that does as well on
the valid photos as the best, within chance; or it trains on both, and keeps the last epoch.
"""

import math
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

import lightning as L
import torch

from classifier.checkpoint import DatasetInfo, FurtherInfo, Metadata, Preprocessing, TrainingInfo
from classifier.data.folder_tree import LeftOut
from classifier.data.further.reading import Further
from classifier.data.manifest import write_manifest
from classifier.data.samples import samples_digest
from classifier.machine import keep_freed_memory
from classifier.networks.backbones import find_backbone
from classifier.networks.network import Network
from classifier.outputs.claims import claim
from classifier.outputs.kinds import LEFT_OUT
from classifier.outputs.names import readable_name
from classifier.photos.streaming import ignore
from classifier.training.curves import write_training_curves
from classifier.training.loop.broken import BrokenNotes, BrokenPhotos
from classifier.training.loop.callbacks import KeepBest, KeepLast
from classifier.training.loop.losses import soft_targets
from classifier.training.loop.module import FineTuning, PhotoData
from classifier.training.loop.teachers import Teachers
from classifier.training.loop.trainer import make_trainer, run_trainer
from classifier.training.mixture import Mixture, balanced_weights
from classifier.training.plan import TrainingPlan, with_learnt_before
from classifier.training.processes import is_first_process, world_size
from classifier.training.runs.folder import RunFolder, check_folder, check_space, read_left_out, write_left_out
from classifier.training.runs.further import write_further
from classifier.training.runs.record import RunRecord, write_record
from classifier.training.settings import TrainingSettings
from classifier.training.start import initial_network


def fit(
    plan: TrainingPlan, run: RunFolder, *, tensorboard: bool = False, warn: Callable[[str], object] = ignore
) -> bool:
    """Train as planned; the checkpoint that is kept is `run.checkpoint`, the rest is in the run's folder.

    Several processes, started by torchrun, share the work; each calls this with the same arguments. A photo that can no
    longer be read is listed in `run.left_out`: another of its class is learnt from in its place, and figures on valid
    photos go without it.

    Args:
        plan: of a new run, or of one that was begun before (`runs.resume.read_plan`).
        run: where it writes.
        tensorboard: whether to log for TensorBoard, too.
        warn: is called with a sentence about each photo that can no longer be read, and about all at the end.

    Returns:
        Whether the training reached its last epoch; False when Ctrl-C stopped it.

    Raises:
        BackboneError: pretrained weights cannot be found.
        SettingError: the device is not there.
        OutputError: files of another program are in the way, or the folder cannot be written.
        TrainingError: the folder holds another run; the disk or the memory is full; the loss is no longer a number;
            too many photos can no longer be read.
    """
    keep_freed_memory()
    state = run.state if plan.resumed and run.state.is_file() else None
    if is_first_process() and not state:
        # Checked here, too: what was free before the photos were looked at may have been taken since.
        check_folder(run, again=plan.resumed)
        if plan.learnt_before is None:
            plan = with_learnt_before(plan)
    elif is_first_process():
        claim(run.left_out, LEFT_OUT, option="--run-dir")  # more photos may be left out now
    settings = plan.settings
    L.seed_everything(settings.seed, verbose=False)
    network = initial_network(plan.collection, settings, start=plan.start, weights=state is None)
    module = _make_module(plan, network)
    if settings.compile:
        module.network.compile(dynamic=False)  # a graph of its own for each of the few sizes: quicker than one for all
    if is_first_process():
        check_space(run, sum(parameter.numel() for parameter in network.parameters()))
        _write_beginning(plan, run)
    metadata = create_metadata(plan)
    keeper = KeepBest(run, metadata, valid_photos=len(plan.valid)) if plan.valid else KeepLast(run, metadata)
    with watch_photos(plan, run, warn=warn) as broken:
        trainer = make_trainer(settings, keeper, broken=broken, device=plan.device, tensorboard=tensorboard)
        data = PhotoData(plan.mixture, plan.valid, settings, notes=broken.notes)
        finished = run_trainer(trainer, module, data, state=str(state) if state else None)
    if trainer.is_global_zero and keeper.history:
        write_training_curves(run.curves, keeper.complete_history(), title=run.checkpoint.name)
    return finished


@contextmanager
def watch_photos(plan: TrainingPlan, run: RunFolder, *, warn: Callable[[str], object]) -> Iterator[BrokenPhotos]:
    """Watch for photos that can no longer be read while the block trains; at its end, say how many there are."""
    listed = read_left_out(run.left_out)

    def write_list(broken: Sequence[LeftOut]) -> None:
        known = {entry.file for entry in broken}
        write_left_out(run.left_out, [*(entry for entry in listed if entry.file not in known), *broken])

    again = shlex.join(["python", "-m", "classifier", "train", "--resume", "--run-dir", str(run.path)])
    broken = BrokenPhotos(
        BrokenNotes(run.broken_notes),
        plan.mixture.all_photos,
        plan.valid,
        classes=plan.collection.classes,
        root=plan.collection.root,
        advice=f"Put them back, then go on with: {again}",
        warn=warn,
        write_list=write_list,
    )
    if is_first_process():
        broken.notes.remove()  # those of a run that was killed
    try:
        yield broken
    finally:
        if is_first_process():
            broken.finish()
            if count := len(broken.left_out):
                place = readable_name(run.left_out)
                warn(f"Photos that could not be read, and were left out: {count:,}. The list is {place}.")


def create_metadata(plan: TrainingPlan) -> Metadata:
    """Metadata of the checkpoint that a plan leads to, as far as it is known before the first epoch."""
    settings, collection = plan.settings, plan.collection
    backbone = find_backbone(settings.backbone)
    return Metadata(
        backbone=settings.backbone,
        classes=collection.classes,
        preprocessing=Preprocessing(settings.use_size, backbone.mean, backbone.std),
        dataset=DatasetInfo(
            name=collection.name,
            subject=str(collection.subject),
            split=plan.split_name,
            train_photos=len(plan.train),
            digest=samples_digest(plan.train),
            root=None if collection.name == "flowers102" else str(collection.root),
            learnt_before=plan.learnt_before or {},
        ),
        training=TrainingInfo(
            settings=asdict(settings),
            torch=torch.__version__,
            further=_describe_further(plan.further),
            earlier=plan.earlier,
        ),
    )


def _describe_further(further: Further) -> FurtherInfo | None:
    photos = [*further.also, *further.strangers]
    sources = Counter(photo.source for photo in photos if photo.source)
    return FurtherInfo(len(further.also), len(further.strangers), dict(sorted(sources.items()))) if photos else None


def steps_per_epoch(mixture: Mixture, settings: TrainingSettings, processes: int = 1) -> int:
    """Steps of the optimizer in an epoch; as `loop.loaders.train_loader` makes batches."""
    return math.ceil(mixture.batches(settings.batch_size, processes=processes) / settings.accumulate)


def _make_module(plan: TrainingPlan, network: Network) -> FineTuning:
    mixture, count, backbone = plan.mixture, len(plan.collection.classes), plan.settings.backbone
    weights = balanced_weights(plan.train, count, mixture.further_shown()) if plan.settings.class_weights else None
    return FineTuning(
        network,
        plan.settings,
        class_count=count,
        steps_per_epoch=steps_per_epoch(mixture, plan.settings, world_size()),
        class_weights=torch.tensor(weights) if weights else None,
        answers=soft_targets(mixture.answers, count) if mixture.answers else None,
        teachers=Teachers(plan.teachers, backbone=backbone) if plan.teachers else None,
    )


def _write_beginning(plan: TrainingPlan, run: RunFolder) -> None:
    """Write what the run's folder holds before the first epoch: all that is needed to resume it."""
    collection = plan.collection
    oxford = collection.name == "flowers102"  # its manifest and its photos' place are known without a run's help
    record = RunRecord(
        plan.settings,
        data="flowers102" if oxford else str(collection.root),
        split=plan.split_name,
        output=str(run.checkpoint.absolute()),
        subject=str(collection.subject),
        learnt_before=plan.learnt_before,
        torch=torch.__version__,
        also=tuple(str(path.absolute()) for path in plan.further.also_from),
        strangers=tuple(str(path.absolute()) for path in plan.further.strangers_from),
        known_side=plan.further.known_side,
        taught_by=tuple((str(point.path.absolute()), point.checkpoint.weights.digest) for point in plan.teachers),
    )
    write_record(run, record)
    if plan.further.also or plan.further.strangers:
        write_further(run.further, plan.further, collection.classes)
    if plan.left_out:
        write_left_out(run.left_out, plan.left_out)
    if not oxford:
        write_manifest(run.manifest, collection.photos)
