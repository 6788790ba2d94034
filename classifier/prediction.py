"""From photos to predictions: the one door that the site and the command line use.

The values need no PyTorch; it is imported when a `Classifier` is loaded.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from classifier.errors import SettingError
from classifier.images import DEFAULT_LIMITS, ImageLimits, open_image
from classifier.labels import LabelClass
from classifier.views import views_of

if TYPE_CHECKING:
    import torch

    from classifier.network import Network


@dataclass(frozen=True)
class Candidate:
    """One class that the photo may show, with its probability (0 to 1)."""

    class_id: int
    name: str
    scientific_name: str | None
    probability: float


@dataclass(frozen=True)
class Prediction:
    """What the classifier says of one photo: the likeliest classes, best first; never empty."""

    candidates: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate:
        """The likeliest class."""
        return self.candidates[0]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as `predict --json` prints them."""
        return {"predictions": [asdict(candidate) for candidate in self.candidates]}


class Classifier:
    """A network, what its outputs are called, and how photos are made ready for it. Safe to use from many threads."""

    def __init__(
        self,
        network: "Network",
        metadata: Mapping[str, Any],
        *,
        device: str = "cpu",
        limits: ImageLimits = DEFAULT_LIMITS,
    ) -> None:
        from classifier.transforms import eval_transform

        self.metadata = metadata
        self.classes = tuple(LabelClass.from_dict(entry) for entry in metadata["classes"])
        self.limits, self.device = limits, device
        self.network = network.to(device).eval()
        self._size = int(metadata["input_size"])
        self._transform = eval_transform(size=self._size, mean=metadata["mean"], std=metadata["std"])
        # One pass at a time: PyTorch spreads a pass over all cores, and passes side by side would fight for them.
        self._lock = threading.Lock()

    @classmethod
    def load(
        cls, path: str | Path, *, device: str = "auto", threads: int | None = None, limits: ImageLimits = DEFAULT_LIMITS
    ) -> "Classifier":
        """Read a checkpoint. `device`: auto, cpu, cuda or mps. `threads`: how many cores a pass may use, all if None.

        Raises:
            CheckpointError: no such file, damaged, or not one of ours.
            SettingError: the device is not there.
        """
        import torch

        from classifier.checkpoint import load_checkpoint

        if threads:
            torch.set_num_threads(threads)
        checkpoint = load_checkpoint(Path(path))
        return cls(checkpoint.network(), checkpoint.metadata, device=pick_device(device), limits=limits)

    def predict(self, images: Sequence[bytes | Image.Image], *, top_k: int = 5) -> tuple[Prediction, ...]:
        """One prediction a photo, in the same order, each with the `top_k` likeliest classes (or all there are).

        Raises:
            PhotoError: a photo is refused; the message is for whoever sent it.
            SettingError: `top_k` is below 1.
        """
        if top_k < 1:
            raise SettingError(f"top_k is at least 1; got {top_k}.")
        if not images:
            return ()
        probabilities = self.probabilities([self.open(image) for image in images])
        values, positions = probabilities.topk(min(top_k, len(self.classes)))
        return tuple(
            Prediction(tuple(self._candidate(*pair) for pair in zip(row, places, strict=True)))
            for row, places in zip(values.tolist(), positions.tolist(), strict=True)
        )

    def open(self, source: bytes | Path | Image.Image) -> Image.Image:
        """The upright RGB picture of a photo, as large as the network needs or larger; raises PhotoError."""
        return open_image(source, limits=self.limits, draft_px=self._size)

    def probabilities(self, images: Sequence[Image.Image], *, tta: bool = False) -> "torch.Tensor":
        """Upright RGB pictures → float tensor (N, classes) on the CPU; each row sums to 1.

        tta: test-time augmentation, the mean over `views_of` each picture; takes as many times as long.
        """
        import torch

        if tta:
            seen = zip(*map(views_of, images), strict=True)
            return torch.stack([self.probabilities(view) for view in seen]).mean(dim=0)

        batch = torch.stack([self._transform(image) for image in images]).to(self.device)
        with self._lock, torch.inference_mode():
            logits = self.network(batch.contiguous(memory_format=torch.channels_last)).logits
        return logits.float().softmax(dim=1).cpu()

    def _candidate(self, probability: float, position: int) -> Candidate:
        label = self.classes[position]
        return Candidate(label.class_id, label.name, label.scientific_name, probability)


def pick_device(name: str) -> str:
    """ "auto" → the best device of this machine; any other name is checked.

    Raises:
        SettingError: the device is not there.
    """
    import torch

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return next(device for device, here in there.items() if here)
    if not there.get(name):
        have = ", ".join(device for device, here in there.items() if here)
        raise SettingError(f"The device “{name}” is not to be had here; use one of auto, {have}.")
    return name
