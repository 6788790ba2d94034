"""The settings of a training run. Needs no PyTorch, so that the command line answers --help at once."""

from dataclasses import dataclass
from typing import Any

from classifier.errors import SettingError

PRECISIONS = ("auto", "32", "bf16", "16")


@dataclass(frozen=True)
class TrainingSettings:
    """What a training run is set to; `python -m classifier train --help` explains each in a line.

    The values here are those of a long run on a large set; `recommended` adapts them to the photos at hand.

    learning_rate: the head's peak; the first layers get learning_rate × backbone_lr_ratio, those between lie between.
    batch_size: photos a step, over all processes together.
    sizes: sides in pixels that the fine-tuning epochs are shared out over, e.g. (160, 224): small and quick first.
    eval_size: side for validation and use; None takes 8/7 of the last size, as objects look larger in random crops
        than in whole photos (FixRes, https://arxiv.org/abs/1906.06423).
    mix: probability that a batch is mixed, by CutMix or Mixup in turn by chance.
    freeze: part of the backbone's layers, from the first on, that never learn; 1 trains the head alone.
    freeze_norm: whether batch normalisation keeps the statistics of the pretrained weights.
    start_from: a checkpoint of the same backbone whose weights the run begins with, the head's too if it knows the
        same classes; None begins with the pretrained ones.
    train_on_valid: whether the valid photos are learnt from, too; the last epoch is kept then, not the best.
    """

    backbone: str = "efficientnet_lite2"
    epochs: int = 12
    head_epochs: int = 1
    batch_size: int = 32
    accumulate: int = 1
    learning_rate: float = 1.5e-3
    backbone_lr_ratio: float = 0.2
    weight_decay: float = 0.02
    label_smoothing: float = 0.1
    dropout: float = 0.2
    ema_decay: float = 0.998
    sizes: tuple[int, ...] = (160, 224)
    eval_size: int | None = None
    augmentation: str = "medium"
    mix: float = 0.0
    class_weights: bool = False
    freeze: float = 0.0
    freeze_norm: bool = True
    pretrained: bool = True
    start_from: str | None = None
    patience: int = 0
    train_on_valid: bool = False
    seed: int = 1
    workers: int = 2
    precision: str = "auto"
    compile: bool = False

    def __post_init__(self) -> None:
        checks = {
            "epochs": (self.epochs >= 1, "at least 1"),
            "head_epochs": (0 <= self.head_epochs <= self.epochs, f"between 0 and --epochs ({self.epochs})"),
            "batch_size": (self.batch_size >= 2, "at least 2"),
            "accumulate": (self.accumulate >= 1, "at least 1"),
            "learning_rate": (0 < self.learning_rate <= 10, "above 0 and at most 10"),
            "backbone_lr_ratio": (0 <= self.backbone_lr_ratio <= 10, "between 0 and 10"),
            "weight_decay": (0 <= self.weight_decay <= 1, "between 0 and 1"),
            "label_smoothing": (0 <= self.label_smoothing < 1, "at least 0 and below 1"),
            "dropout": (0 <= self.dropout < 1, "at least 0 and below 1"),
            "ema_decay": (0 <= self.ema_decay < 1, "at least 0 and below 1"),
            "sizes": (bool(self.sizes) and all(32 <= size <= 2048 for size in self.sizes), "between 32 and 2048"),
            "eval_size": (self.eval_size is None or 32 <= self.eval_size <= 2048, "between 32 and 2048"),
            "mix": (0 <= self.mix <= 1, "between 0 and 1"),
            "freeze": (0 <= self.freeze <= 1, "between 0 and 1"),
            "patience": (self.patience >= 0, "at least 0"),
            "seed": (0 <= self.seed < 2**32, "between 0 and 4294967295"),
            "workers": (self.workers >= 0, "at least 0"),
            "precision": (self.precision in PRECISIONS, f"one of {', '.join(PRECISIONS)}"),
        }
        for name, (holds, rule) in checks.items():
            if not holds:
                raise SettingError(f"--{name.replace('_', '-')} is {rule}; got {_shown(getattr(self, name))}.")
        if self.patience and self.train_on_valid:
            raise SettingError(
                "--patience stops by the valid photos, and --train-on-valid learns from them; leave one of the two out."
            )

    @property
    def use_size(self) -> int:
        """Side in pixels for validation and use."""
        return self.eval_size or round(self.sizes[-1] * 8 / 7 / 32) * 32

    def size_at(self, epoch: int) -> int:
        """Side in pixels of the training crops in an epoch (0-based). The head's epochs use the first, quickest."""
        if epoch < self.head_epochs:
            return self.sizes[0]
        share = (epoch - self.head_epochs) / max(1, self.epochs - self.head_epochs)
        return self.sizes[int(share * len(self.sizes))]


def recommended(
    photos: int, classes: int, *, accelerated: bool, new_head: bool = True, **given: Any
) -> TrainingSettings:
    """Settings that suit this many training photos and classes; what is `given` stays as given. new_head: whether the
    head begins untrained.

    Without an accelerator (a graphics card) the smaller backbone and smaller crops keep a run on two processor cores
    to some ten minutes for up to five classes; with one, the larger backbone sees every photo three times as often.

    Raises:
        SettingError: a given value makes no sense.
    """
    # Photos shown in all, repeats included: so many brought small sets to their best; more classes need more.
    visits = (18_000 + 450 * classes) * (3 if accelerated else 1)
    chosen: dict[str, Any] = {
        "backbone": "efficientnet_lite2" if accelerated else "efficientnet_lite0",
        "sizes": (160, 224) if accelerated else (128, 160, 192),
        "epochs": min(30, max(5, round(visits / photos))),
        "batch_size": 32 if photos >= 600 else 16 if photos >= 150 else 8,
    }
    chosen |= given
    # A head that is trained already needs no epochs of its own.
    chosen.setdefault("head_epochs", min(1, chosen["epochs"] - 1) if new_head else 0)
    steps = chosen["epochs"] * max(1, photos // max(1, chosen["batch_size"] * chosen.get("accumulate", 1)))
    # The average looks back over a twentieth of the run: a longer memory would still hold the untrained head.
    chosen.setdefault("ema_decay", round(max(0.0, min(0.998, 1 - 20 / steps)), 4))
    return TrainingSettings(**chosen)


def _shown(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
