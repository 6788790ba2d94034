"""Plan of a training run: all that is decided before the first step. A dry run prints it, `fit` carries it out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from classifier.checkpoint import TrainingInfo, read_metadata
from classifier.data.collection import Collection
from classifier.data.folder_tree import LeftOut
from classifier.data.further.reading import Further
from classifier.data.samples import Sample, samples_of, training_samples
from classifier.errors import CheckpointError
from classifier.inference.engines.pytorch import pick_device
from classifier.networks.backbones import find_backbone
from classifier.photos.limits import PhotoLimits
from classifier.photos.streaming import ignore
from classifier.training.leakage import MEASURED_ON, count_learnt
from classifier.training.mixture import Mixture
from classifier.training.settings import TrainingSettings, check_choices, recommended
from classifier.training.start import StartingPoint


@dataclass(frozen=True)
class TrainingPlan:
    """Plan of a training run.

    Attributes:
        collection: the photos and their classes.
        split_name: the way to split them that is used.
        settings: those that were chosen, and for the rest those that suit the photos.
        train: the photos that are learnt from.
        valid: the photos that epochs are compared by; none with `settings.train_on_valid`.
        device: "auto", "cpu", "cuda" or "mps".
        start: the checkpoint that the run starts from; None for pretrained weights, and for a run whose own state
            has all weights.
        teachers: the checkpoints whose answers it imitates.
        earlier: the training that the run's curves go on from, if there was one.
        learnt_before: how many photos of "valid" and "test" the checkpoint of `start`, or a teacher, has learnt, or
            nearly the same ones; None as long as they have not been counted.
        left_out: the files among the photos that are not pictures.
        further: photos that are learnt from besides those of the collection.
        resumed: whether the plan is of a run that was begun before.
    """

    collection: Collection
    split_name: str
    settings: TrainingSettings
    train: Sequence[Sample] = field(repr=False)
    valid: Sequence[Sample] = field(repr=False)
    device: str = "auto"
    start: StartingPoint | None = None
    teachers: Sequence[StartingPoint] = ()
    earlier: TrainingInfo | None = field(default=None, repr=False)
    learnt_before: Mapping[str, int] | None = None
    left_out: Sequence[LeftOut] = ()
    further: Further = field(default_factory=Further)
    resumed: bool = False

    @cached_property
    def mixture(self) -> Mixture:
        """What the batches are made of."""
        return Mixture.of(self.train, self.further, self.settings, class_count=len(self.collection.classes))

    @property
    def learnt_from(self) -> tuple[StartingPoint, ...]:
        """The checkpoints whose knowledge of photos the network takes over."""
        return (*([self.start] if self.start else []), *self.teachers)

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes for people before the run begins, a sentence each; a warning says that it is one."""
        found = []
        if self.start and (reason := self.start.new_head_reason(self.collection)):
            found.append(f"{reason} So {self.start.path} lends its backbone, and a new head is trained.")
        counts = {split: count for split, count in (self.learnt_before or {}).items() if count}
        if self.learnt_from and counts:
            names = ", or ".join(str(point.path) for point in self.learnt_from)
            photos = " and ".join(f"{count:,} {split} photo{'s' * (count > 1)}" for split, count in counts.items())
            found.append(
                f"WARNING: {names} has learnt from {photos}, or from nearly the same ones: figures on these photos "
                "will promise more than the network keeps on new ones."
            )
        return tuple(found)


def plan_training(
    collection: Collection,
    *,
    split_name: str | None = None,
    start: StartingPoint | None = None,
    device: str = "auto",
    left_out: Sequence[LeftOut] = (),
    further: Further | None = None,
    **choices: Any,
) -> TrainingPlan:
    """Plan a training run: choose the settings that are not given, collect the photos, read what it starts from.

    Args:
        collection: the photos and their classes.
        split_name: the way to split them; the collection's default if not given.
        start: the checkpoint to start from, if it has been read already; else `start_from` is read.
        device: "auto", "cpu", "cuda" or "mps".
        left_out: the files among the photos that are not pictures; the run lists them in left-out.csv.
        further: photos to learn from besides, as `data.further.reading.read_further` finds them.
        choices: fields of `TrainingSettings`; those that are not given are chosen to suit the photos.

    Raises:
        BackboneError: an unknown backbone.
        CheckpointError: the checkpoint to start from, or a teacher, is missing, damaged, or has another backbone or
            other classes.
        DatasetError: the photos are not on this machine, or there is no such split.
        SettingError: a choice breaks its rule, or there is no such device.
    """
    start = start or check_without_photos(choices, device=device)
    if start:
        choices = {"backbone": start.backbone, "start_from": str(start.path), **choices}
        start.check_backbone(choices["backbone"])
        collection = start.with_classes(collection)
    choices = {**asdict(collection.limits), **choices}
    collection = replace(collection, limits=PhotoLimits.among(choices))
    teachers = read_teachers(choices.get("teachers", ()), collection)
    split_name = split_name or collection.default_split
    train = training_samples(collection, split_name=split_name, with_valid=choices.get("train_on_valid", False))
    further = further or Further()
    settings = recommended(
        len(train) + round(choices.get("also_weight", 1) * len(further.also)),
        len(collection.classes),
        accelerated=pick_device(device) != "cpu",
        new_head=start is None or start.new_head_reason(collection) is not None,
        **choices,
    )
    return TrainingPlan(
        collection,
        split_name,
        settings,
        train,
        valid_samples(collection, settings, split_name=split_name),
        device=device,
        start=start,
        teachers=teachers,
        earlier=start.earlier(collection) if start else None,
        left_out=[*left_out, *further.left_out],
        further=further,
    )


def check_without_photos(choices: Mapping[str, Any], *, device: str = "auto") -> StartingPoint | None:
    """Check the choices for a training before its photos are looked at, which may take minutes.

    Returns:
        The checkpoint to start from, if the choices name one.

    Raises:
        BackboneError, CheckpointError, SettingError: as `plan_training`.
    """
    check_choices(choices)
    pick_device(device)
    if "backbone" in choices:
        find_backbone(choices["backbone"])
    for path in choices.get("teachers", ()):
        read_metadata(Path(path))
    return StartingPoint.read(Path(choices["start_from"])) if choices.get("start_from") else None


def read_teachers(paths: Sequence[str], collection: Collection) -> list[StartingPoint]:
    """Teachers from checkpoint files.

    Raises:
        CheckpointError: one is missing or damaged, or knows other classes than the collection has.
    """
    teachers = [StartingPoint.read(Path(path)) for path in paths]
    for teacher in teachers:
        if reason := teacher.new_head_reason(collection):
            raise CheckpointError(f"{teacher.path} cannot be a teacher. {reason} A teacher knows the same classes.")
    return teachers


def valid_samples(collection: Collection, settings: TrainingSettings, *, split_name: str) -> list[Sample]:
    """Photos that the epochs of a run are compared by; none if it learns from them."""
    return [] if settings.train_on_valid else samples_of(collection, split_name=split_name, split="valid")


def with_learnt_before(plan: TrainingPlan, *, step: Callable[[int, int], object] = ignore) -> TrainingPlan:
    """The plan with `learnt_before` counted; as it is if it takes nothing over from a checkpoint.

    Args:
        plan: of a run that has not begun.
        step: called with (photos done, photos in all).
    """
    if not plan.learnt_from:
        return plan
    found = [
        count_learnt(plan.collection, plan.train, split_name=plan.split_name, start=point, step=step)
        for point in plan.learnt_from
    ]
    counts = {split: max(each[split] for each in found) for split in MEASURED_ON}
    if plan.settings.train_on_valid:
        counts["valid"] = 0  # this run learns from them as well: no figure is taken on them
    return replace(plan, learnt_before=counts)
