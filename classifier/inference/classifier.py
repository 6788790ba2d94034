"""From photos to predictions: the one door that the site and the command line use.

The values need no PyTorch; it is imported when a `Classifier` is loaded.
"""

import logging
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from classifier.data.labels import LabelClass
from classifier.errors import CheckpointError, ReportError, SettingError
from classifier.photos.crops import tta_views
from classifier.photos.reading import DEFAULT_LIMITS, ImageLimits, open_image
from classifier.predictions.values import Candidate, Prediction

if TYPE_CHECKING:
    import torch

    from classifier.checkpoint import Checkpoint
    from classifier.networks.network import Network, Output
    from classifier.predictions.postprocessing import NetworkOutput, Postprocessor

__all__ = ["Candidate", "Classifier", "Prediction", "pick_device"]
log = logging.getLogger(__name__)


class Classifier:
    """A network, what its outputs are called, and how photos are made ready for it. Safe to use from many threads."""

    def __init__(
        self,
        network: "Network",
        metadata: Mapping[str, Any],
        *,
        device: str = "cpu",
        limits: ImageLimits = DEFAULT_LIMITS,
        postprocessor: "Postprocessor | None" = None,
    ) -> None:
        """`postprocessor`: what is known beside the weights; without one, answers are plain."""
        from classifier.networks.transforms import eval_transform
        from classifier.predictions.postprocessing import Postprocessor

        self.metadata = metadata
        self.classes = tuple(LabelClass.from_dict(entry) for entry in metadata["classes"])
        self.limits, self.device = limits, device
        self.network = network.to(device).eval()
        self.postprocessor = postprocessor or Postprocessor(self.classes, network.head.weight.detach().cpu().numpy())
        self.warnings: tuple[str, ...] = ()
        self._size = int(metadata["input_size"])
        self._transform = eval_transform(size=self._size, mean=metadata["mean"], std=metadata["std"])
        # One pass at a time: PyTorch spreads a pass over all cores, and passes side by side would fight for them.
        self._lock = threading.Lock()

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        device: str = "auto",
        threads: int | None = None,
        limits: ImageLimits = DEFAULT_LIMITS,
        beside: bool = True,
    ) -> "Classifier":
        """Read a checkpoint, and what lies beside it: its index of training photos and its report on test photos.

        device: auto, cpu, cuda or mps. threads: how many cores a pass may use, all if None. A calibration, an index or
        a report that does not fit is left out, with a warning (also in `warnings`): the plain answer is still right.
        beside: False reads the checkpoint alone, and answers are plain.

        Raises:
            CheckpointError: no such file, damaged, or not one of ours.
            SettingError: the device is not there.
        """
        import torch

        from classifier.checkpoint import load_checkpoint

        if threads:
            torch.set_num_threads(threads)
        checkpoint = load_checkpoint(Path(path))
        network = checkpoint.network()
        postprocessor, warnings = (
            _postprocessor(Path(path), checkpoint, head=network.head.weight) if beside else (None, ())
        )
        classifier = cls(
            network, checkpoint.metadata, device=pick_device(device), limits=limits, postprocessor=postprocessor
        )
        classifier.warnings = warnings
        for warning in warnings:
            log.warning("%s", warning)
        return classifier

    @property
    def is_calibrated(self) -> bool:
        """Whether the checkpoint was calibrated."""
        return self.postprocessor.calibration is not None

    @property
    def has_index(self) -> bool:
        """Whether there is an index of training photos that fits."""
        return self.postprocessor.index is not None

    def predict(
        self, images: Sequence[bytes | Image.Image], *, top_k: int = 5, maps: bool = False
    ) -> tuple[Prediction, ...]:
        """One prediction a photo, in the same order, each with the `top_k` likeliest classes (or all there are).

        maps: also say, from the same pass, where in the photo each candidate's evidence lies.

        Raises:
            PhotoError: a photo is refused; the message is for whoever sent it.
            SettingError: `top_k` is below 1.
        """
        if top_k < 1:
            raise SettingError(f"top_k is at least 1; got {top_k}.")
        if not images:
            return ()
        return self.postprocessor.answer(self.forward([self.open(image) for image in images], maps=maps), top_k=top_k)

    def open(self, source: bytes | Path | Image.Image) -> Image.Image:
        """The upright RGB picture of a photo, as large as the network needs or larger; raises PhotoError."""
        return open_image(source, limits=self.limits, draft_px=self._size)

    def probabilities(self, images: Sequence[Image.Image], *, tta: bool = False) -> "torch.Tensor":
        """Upright RGB pictures → float tensor (N, classes) on the CPU; each row sums to 1.

        tta: test-time augmentation, the mean over `tta_views` each picture; takes as many times as long.
        """
        import torch

        if tta:
            seen = zip(*map(tta_views, images), strict=True)
            return torch.stack([self.probabilities(view) for view in seen]).mean(dim=0)

        logits = self._forward(self._batch(images)).logits
        return (logits / self.postprocessor.temperature).softmax(dim=1).cpu()

    def forward(self, images: Sequence[Image.Image], *, maps: bool = False) -> "NetworkOutput":
        """Upright RGB pictures → what one pass of the network gives, as NumPy arrays."""
        from classifier.predictions.postprocessing import NetworkOutput

        batch = self._batch(images)
        output = self._forward(batch)
        logits, embeddings, feature_maps = (part.cpu().numpy() for part in output)
        return NetworkOutput(logits, embeddings, batch.numpy(), feature_maps if maps else None)

    def _batch(self, images: Sequence[Image.Image]) -> "torch.Tensor":
        import torch

        return torch.stack([self._transform(image) for image in images])

    def _forward(self, batch: "torch.Tensor") -> "Output":
        import torch

        from classifier.networks.network import Output

        with self._lock, torch.inference_mode():
            output = self.network(batch.to(self.device).contiguous(memory_format=torch.channels_last))
        return Output(*(part.float() for part in output))


def _postprocessor(
    path: Path, checkpoint: "Checkpoint", *, head: "torch.Tensor"
) -> tuple["Postprocessor", tuple[str, ...]]:
    """All that was found beside the weights, and in sentences what does not fit."""
    from classifier.checkpoint import weights_digest
    from classifier.files import file_digest
    from classifier.predictions.neighbours import index_path, load_index
    from classifier.predictions.postprocessing import Postprocessor
    from classifier.predictions.verdicts import Calibration
    from classifier.reports.report import read_report, report_path
    from classifier.reports.track_record import TrackRecords

    found: dict[str, Any] = {}
    warnings = []
    try:
        if "trust" in checkpoint.metadata:
            found["calibration"] = Calibration.from_dict(checkpoint.metadata["trust"])
    except CheckpointError as error:
        warnings.append(f"Answers are given without a verdict. {error}")
    try:
        if index_path(path).is_file() or found:
            found["index"] = load_index(index_path(path), fingerprint=weights_digest(checkpoint.state))
    except CheckpointError as error:
        warnings.append(f"Answers are given without similar photos and without a verdict. {error}")
    try:
        if report_path(path).is_file():
            report = read_report(report_path(path))
            found["records"] = TrackRecords.from_report(report, fingerprint=file_digest(path))
    except ReportError as error:
        warnings.append(f"Answers are given without a track record. {error}")
    return Postprocessor(checkpoint.classes, head.detach().cpu().numpy(), **found), tuple(warnings)


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
