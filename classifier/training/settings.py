"""Settings of a training run. Needs no PyTorch, so that the command line answers --help at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from classifier.errors import SettingError
from classifier.machine import usable_cores
from classifier.photos.limits import PhotoLimits
from classifier.setting_fields import check_values, setting

AUGMENTATION_LEVELS = ("none", "light", "medium", "wild")
PRECISIONS = ("auto", "32", "bf16", "16")
EXPOSURES = ("uniform", "energy")
# What each needs: its options mean nothing without these photos.
NEEDED_PHOTOS = {
    "also_weight": "also",
    **dict.fromkeys(
        ("strangers_share", "mix_strangers", "exposure", "exposure_weight", "energy_known", "energy_strangers"),
        "strangers",
    ),
}


@dataclass(frozen=True)
class TrainingSettings(PhotoLimits):
    """Settings of a training run; `python -m classifier train --help` shows what each means.

    The defaults are those of a long run on a large set; `recommended` adapts them to the photos at hand.

    Raises:
        SettingError: a value breaks its rule, alone or together with another.
    """

    learning_rate: float = setting(
        1.5e-3,
        "peak rate of the head, or “auto”: what lr-find suggests",
        above=0,
        high=10,
        alias="--lr",
        show_default=False,
    )
    backbone: str = setting(
        "efficientnet_lite2",
        "efficientnet_lite0, efficientnet_lite2, or any timm or torchvision name",
        show_default=False,
    )
    epochs: int = setting(12, "passes over the training photos, the head's included", low=1, show_default=False)
    head_epochs: int = setting(1, "epochs at the start that train only the new head", low=0, show_default=False)
    batch_size: int = setting(32, "photos per step, over all processes together", low=2, show_default=False)
    accumulate: int = setting(1, "batches whose gradients are summed before a step", low=1)
    # Early layers know edges and colours, which every task needs: they are changed less than the late ones.
    backbone_lr_ratio: float = setting(
        0.2, "rate of the first layers as a fraction of the head's; layers between get rates between", low=0, high=10
    )
    weight_decay: float = setting(0.02, "weight decay of AdamW, for matrices only", low=0, high=1)
    label_smoothing: float = setting(0.1, "share of the target spread over all classes", low=0, below=1)
    dropout: float = setting(0.2, "dropout before the head", low=0, below=1)
    ema_decay: float = setting(
        0.998,
        "decay of the running average of the weights, which is what is validated and kept; 0 turns it off",
        low=0,
        below=1,
        show_default=False,
    )
    # Small crops first: an epoch costs by the square of the side, and the first epochs only need the rough shapes.
    sizes: tuple[int, ...] = setting(
        (160, 224),
        "sides of the training crops in pixels, small to large; the epochs are shared out over them",
        low=32,
        high=2048,
        show_default=False,
    )
    # 8/7: objects look larger in random crops than in whole photos (FixRes, https://arxiv.org/abs/1906.06423).
    eval_size: int | None = setting(
        None,
        "side in pixels for validation and use (default: 8/7 of the last size)",
        low=32,
        high=2048,
        show_default=False,
    )
    augmentation: str = setting(
        "medium", "none, light, medium, or wild (imitates visitors' photos)", choices=AUGMENTATION_LEVELS
    )
    mix: float = setting(0.0, "probability that a batch is mixed by CutMix or Mixup", low=0, high=1)
    freeze: float = setting(
        0.0,
        "fraction of the backbone's layers, from the first on, that do not learn; 1 trains the head alone",
        low=0,
        high=1,
    )
    patience: int = setting(0, "stop after so many epochs without a lower validation loss; 0 never stops early", low=0)
    start_from: str | None = setting(
        None,
        "checkpoint to start from instead of the pretrained weights; its backbone is taken, and its head if it knows "
        "the same classes",
        show_default=False,
    )
    teachers: tuple[str, ...] = setting(
        (),
        "checkpoints whose mean answer to each training picture is learnt beside its label (distillation)",
        show_default=False,
    )
    teacher_weight: float = setting(
        0.5, "with teachers: share of the loss that follows them; the rest follows the labels", above=0, high=1
    )
    seed: int = setting(1, "seed of everything random, the split of an unsplit folder included", low=0, high=2**32 - 1)
    workers: int = setting(
        2,
        "processes that read photos; with 0 the one that trains does (default: 0 with one or two cores, else 2; one a "
        "core, at most 16, with a graphics card)",
        low=0,
        show_default=False,
    )
    precision: str = setting(
        "auto", f"{', '.join(PRECISIONS)}; auto mixes where the graphics card gains by it", choices=PRECISIONS
    )
    class_weights: bool = setting(False, "give every class the same weight in the loss, however few its photos")
    # Batches of a few photos would spoil the statistics that millions of photos gave.
    freeze_norm: bool = setting(True, "keep the pretrained statistics of batch normalisation")
    pretrained: bool = setting(True, "start from weights trained on ImageNet")
    train_on_valid: bool = setting(
        False, "learn from the valid photos too, for a final figure on test; the last epoch is kept"
    )
    also_weight: float = setting(
        1.0,
        "how often an epoch shows each photo of --also, on average; those of --data it shows once",
        above=0,
        high=100,
    )
    strangers_share: float = setting(0.25, "part of every batch that is strangers", above=0, below=1)
    mix_strangers: float = setting(
        0.0,
        "with --exposure uniform: probability that a stranger is mixed with a known photo by CutMix or Mixup, and the "
        "answer with it",
        low=0,
        high=1,
    )
    exposure: str = setting(
        "uniform",
        "what strangers teach: uniform (equal probabilities) or energy (a margin between the energies of known photos "
        "and strangers)",
        choices=EXPOSURES,
    )
    # The second is that of https://arxiv.org/abs/2010.03759: squared energies are larger than cross-entropies.
    exposure_weight: float | None = setting(
        None, "factor of the strangers' loss (default: 0.5; with energy 0.1)", above=0, high=100, show_default=False
    )
    energy_known: float = setting(
        2.0, "with energy: what the log-sum-exp of the logits should reach on known photos", low=-100, high=100
    )
    energy_strangers: float = setting(-4.0, "with energy: what it should stay below on strangers", low=-100, high=100)
    compile: bool = setting(False, "compile the network first: 1-2 min and a C++ compiler, then quicker steps")

    def __post_init__(self) -> None:
        check_choices(vars(self))

    @property
    def use_size(self) -> int:
        """Side in pixels of the pictures for validation and use."""
        return self.eval_size or round(self.sizes[-1] * 8 / 7 / 32) * 32

    @property
    def exposure_factor(self) -> float:
        """Factor of the strangers' loss."""
        return self.exposure_weight or (0.1 if self.exposure == "energy" else 0.5)

    def size_at(self, epoch: int) -> int:
        """Side in pixels of the training crops in an epoch (from 0). The head's epochs use the first, quickest."""
        if epoch < self.head_epochs:
            return self.sizes[0]
        share = (epoch - self.head_epochs) / max(1, self.epochs - self.head_epochs)
        return self.sizes[int(share * len(self.sizes))]


def check_choices(values: Mapping[str, Any]) -> None:
    """Check some settings, each alone and those that depend on each other together; the others are still open.

    Raises:
        SettingError: a value breaks its rule; the message names the command-line option.
    """
    check_values(TrainingSettings, values)
    head_epochs, epochs = values.get("head_epochs"), values.get("epochs")
    if head_epochs is not None and epochs is not None and head_epochs > epochs:
        raise SettingError(f"--head-epochs is between 0 and --epochs ({epochs}); got {head_epochs}.")
    if values.get("patience") and values.get("train_on_valid"):
        raise SettingError(
            "--patience stops by the valid photos, and --train-on-valid learns from them; leave one of the two out."
        )
    if values.get("mix_strangers") and values.get("exposure") == "energy":
        # The loss would count a mixed picture as a known photo, and raise logits of what is a stranger in part.
        raise SettingError(
            "--mix-strangers goes with --exposure uniform: the margin of --exposure energy has no place for pictures "
            "that are a known photo in part. Leave one of the two out."
        )
    known, strangers = values.get("energy_known"), values.get("energy_strangers")
    if known is not None and strangers is not None and known <= strangers:
        raise SettingError(f"--energy-known is above --energy-strangers ({strangers:g}); got {known:g}.")


def check_needed_photos(values: Mapping[str, Any], *, also: bool, strangers: bool) -> None:
    """Check that settings of further photos are given only where there are such photos.

    Args:
        values: the settings that are given.
        also: whether there are further known photos.
        strangers: whether there are strangers.

    Raises:
        SettingError: one is given for nothing.
    """
    there = {"also": also, "strangers": strangers}
    for name, needed in NEEDED_PHOTOS.items():
        if name in values and not there[needed]:
            raise SettingError(f"--{name.replace('_', '-')} says something of --{needed}, which is not given.")
    for name in ("energy_known", "energy_strangers"):
        if name in values and values.get("exposure") != "energy":
            raise SettingError(f"--{name.replace('_', '-')} goes with --exposure energy, which is not given.")


def recommended(
    photos: int, classes: int, *, accelerated: bool, new_head: bool = True, **given: Any
) -> TrainingSettings:
    """Settings that suit this many training photos and classes.

    Without an accelerator (a graphics card) the smaller backbone and smaller crops keep a run on two processor cores
    to some ten minutes for up to five classes; with one, the larger backbone sees every photo three times as often.

    Args:
        photos: how many are learnt from.
        classes: how many there are.
        accelerated: whether there is an accelerator.
        new_head: whether the head begins untrained.
        given: settings that stay as given.

    Raises:
        SettingError: a given value breaks its rule.
    """
    check_choices(given)  # what follows divides by some of them
    # Photos shown in all, repeats included: so many brought small sets to their best; more classes need more.
    visits = (18_000 + 450 * classes) * (3 if accelerated else 1)
    chosen: dict[str, Any] = {
        "backbone": "efficientnet_lite2" if accelerated else "efficientnet_lite0",
        "sizes": (160, 224) if accelerated else (128, 160, 192),
        "epochs": min(30, max(5, round(visits / photos))),
        "workers": _readers(usable_cores(), accelerated=accelerated),
        "batch_size": 32 if photos >= 600 else 16 if photos >= 150 else 8,
    }
    chosen |= given
    # A head that is trained already needs no epochs of its own.
    chosen.setdefault("head_epochs", min(1, chosen["epochs"] - 1) if new_head else 0)
    steps = chosen["epochs"] * max(1, photos // max(1, chosen["batch_size"] * chosen.get("accumulate", 1)))
    # The average looks back over a twentieth of the run: a longer memory would still hold the untrained head.
    chosen.setdefault("ema_decay", round(max(0.0, min(0.998, 1 - 20 / steps)), 4))
    return TrainingSettings(**chosen)


def _readers(cores: int, *, accelerated: bool) -> int:
    """Processes that read photos: a graphics card waits for them; on two cores they take more than they save."""
    if accelerated:
        return min(16, cores)
    # Measured on two cores (docs/performance.md, “Training”): steps that share their cores wait for the slower one.
    return 0 if cores <= 2 else 2
