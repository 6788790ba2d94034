"""The settings of a training run. Needs no PyTorch, so that the command line answers --help at once."""

from dataclasses import dataclass

from classifier.errors import SettingError


@dataclass(frozen=True)
class TrainingSettings:
    """What a training run is set to; `python -m classifier train --help` explains each in a line.

    learning_rate: the head's peak; the first layers get learning_rate × backbone_lr_ratio, those between lie between.
    sizes: sides in pixels that the fine-tuning epochs are shared out over, e.g. (160, 224): small and quick first.
    eval_size: side for validation and use; None takes 8/7 of the last size, as objects look larger in random crops
        than in whole photos (FixRes, https://arxiv.org/abs/1906.06423).
    mix: probability that a batch is mixed, by CutMix or Mixup in turn by chance.
    """

    backbone: str = "efficientnet_lite2"
    epochs: int = 12
    head_epochs: int = 1
    batch_size: int = 32
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
    patience: int = 0
    seed: int = 1
    workers: int = 2
    compile: bool = False

    def __post_init__(self) -> None:
        checks = {
            "--epochs is at least 1": self.epochs >= 1,
            "--head-epochs lies between 0 and --epochs": 0 <= self.head_epochs <= self.epochs,
            "--batch-size is at least 2 (batch normalisation needs two photos)": self.batch_size >= 2,
            "--learning-rate is above 0": self.learning_rate > 0,
            "--sizes lists sides of at least 32 pixels": bool(self.sizes) and min(self.sizes) >= 32,
            "--mix lies between 0 and 1": 0 <= self.mix <= 1,
            "--ema-decay lies between 0 and 1": 0 <= self.ema_decay < 1,
        }
        for rule, holds in checks.items():
            if not holds:
                raise SettingError(f"{rule}; got {self}.")

    @property
    def use_size(self) -> int:
        """Side in pixels for validation and use."""
        return self.eval_size or round(self.sizes[-1] * 8 / 7 / 32) * 32

    def size_at(self, epoch: int) -> int:
        """Side in pixels of the training crops in an epoch (0-based). The head's epochs use the last size."""
        if epoch < self.head_epochs:
            return self.sizes[-1]
        share = (epoch - self.head_epochs) / max(1, self.epochs - self.head_epochs)
        return self.sizes[int(share * len(self.sizes))]
