"""Classifier: photos → predictions, the one door that the site and the command line use.

Importing this module loads no PyTorch; `Classifier.load` does, with the engine.
"""

import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from classifier.checkpoint import Checkpoint, Metadata, WeightsInfo, load_checkpoint
from classifier.errors import CheckpointError, ReportError, SettingError
from classifier.files import file_digest
from classifier.inference.engines import Engine, Floats
from classifier.inference.engines.choosing import REFERENCE, Request, choose_engine
from classifier.inference.stages import DECODING, NETWORK, stage
from classifier.inference.threads import hold_blas_to_one_thread
from classifier.photos.crops import is_wide, whole_in_square
from classifier.photos.limits import DEFAULT_LIMITS, ImageLimits
from classifier.photos.preparing import prepare
from classifier.photos.reading import open_image
from classifier.predictions.neighbours import index_path, load_index
from classifier.predictions.postprocessing import Assessment, NetworkOutput, Postprocessor
from classifier.predictions.values import Prediction
from classifier.reports.report import read_report, report_path
from classifier.reports.track_record import TrackRecords

log = logging.getLogger(__name__)


class Classifier:
    """A network, what its outputs are called, and how photos are prepared for it. Safe to use from many threads."""

    def __init__(
        self,
        engine: Engine,
        metadata: Metadata,
        weights: WeightsInfo,
        *,
        limits: ImageLimits = DEFAULT_LIMITS,
        postprocessor: Postprocessor | None = None,
        warnings: Sequence[str] = (),
        engine_reason: str = "",
    ) -> None:
        """Put a classifier together; `Classifier.load` does it from a checkpoint.

        Args:
            engine: runs the network.
            metadata: of the checkpoint that the network comes from.
            weights: what is known of its weights.
            limits: which photos are refused.
            postprocessor: makes predictions of the network's output; by default, plain ones.
            warnings: sentences about what could not be used.
            engine_reason: why this engine was chosen.
        """
        self.engine, self.metadata, self.weights, self.limits = engine, metadata, weights, limits
        self.classes = metadata.classes
        self.postprocessor = postprocessor or Postprocessor(self.classes, weights.head)
        self.warnings, self.engine_reason = tuple(warnings), engine_reason

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        engine: str = REFERENCE,
        device: str = "auto",
        threads: int | None = None,
        limits: ImageLimits = DEFAULT_LIMITS,
        plain: bool = False,
    ) -> "Classifier":
        """Read a checkpoint, its index of training photos and its report on test photos, which are next to it.

        A calibration, an index or a report that does not fit is left out, with a warning (also in `warnings`): the
        plain answer is still right. NumPy's BLAS is held to one thread, see `classifier.inference.threads`.

        Args:
            path: of the .safetensors file.
            engine: what runs the network, see `engines.choosing`: “torch”, the reference, or “auto”, the quickest.
            device: auto, cpu, cuda or mps.
            threads: how many cores a pass may use. All (None) give one photo its answer soonest; with 1, several passes
                run side by side, which is quicker for many photos.
            limits: which photos are refused.
            plain: read the checkpoint alone: predictions without verdict, similar photos and track record.

        Raises:
            CheckpointError: no such file, damaged, or not one of ours.
            SettingError: the engine is not installed, or the device is not there.
            EngineError: the engine cannot run this checkpoint.
        """
        hold_blas_to_one_thread()
        checkpoint = load_checkpoint(Path(path))
        chosen = choose_engine(engine, Request(checkpoint, Path(path), device=device, threads=threads))
        facts: dict[str, Any] = {"limits": limits, "engine_reason": chosen.reason}
        if plain:
            return cls(chosen.engine, checkpoint.metadata, checkpoint.weights, **facts)
        postprocessor, warnings = _read_postprocessor(Path(path), checkpoint)
        for warning in warnings:
            log.warning("%s", warning)
        return cls(
            chosen.engine,
            checkpoint.metadata,
            checkpoint.weights,
            postprocessor=postprocessor,
            warnings=warnings,
            **facts,
        )

    @property
    def input_size(self) -> int:
        """Side in pixels of the square that the network sees."""
        return self.metadata.preprocessing.input_size

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

        Args:
            images: photos as bytes of a file, or as pictures.
            top_k: how many classes, at least 1.
            maps: also say, from the same pass, where in the photo each candidate's evidence is.

        Raises:
            PhotoError: a photo is refused; the message is for whoever sent it.
            SettingError: `top_k` is below 1.
        """
        if top_k < 1:
            raise SettingError(f"top_k is at least 1; got {top_k}.")
        if not images:
            return ()
        output, assessment = self.look([self.open(image) for image in images], maps=maps)
        return self.postprocessor.predict(output, assessment, top_k=top_k)

    def open(self, source: bytes | Path | Image.Image) -> Image.Image:
        """The upright RGB picture of a photo, as large as the network needs or larger; raises PhotoError."""
        with stage(DECODING):
            return open_image(source, limits=self.limits, draft_px=self.input_size)

    def probabilities(self, images: Sequence[Image.Image]) -> Floats:
        """Upright RGB pictures → (N, classes) float32, from their central squares alone; each row sums to 1."""
        return self.postprocessor.probabilities(self.forward(images).logits)

    def look(self, images: Sequence[Image.Image], *, maps: bool = False) -> tuple[NetworkOutput, Assessment]:
        """Look at pictures: at their central squares and, where that leaves doubt, at the whole of wide ones, too.

        Doubt is any verdict but “confident”. The two looks count the same: their logits are averaged, which is the
        geometric mean of their probabilities. Verdicts stay those of the first look, which they were fitted on.
        What it gains: docs/trust.md.

        Args:
            images: upright RGB pictures.
            maps: also keep the feature maps of the first look.
        """
        output = self.forward(images, maps=maps)
        assessment = self.postprocessor.assess(output)
        doubtful = [row for row, image in enumerate(images) if assessment.is_doubtful(row) and is_wide(image)]
        if not doubtful:
            return output, assessment
        logits = self.merge_looks(images, output.logits, rows=doubtful)
        return output, assessment.after_second_look(self.postprocessor.probabilities(logits), rows=doubtful)

    def merge_looks(self, images: Sequence[Image.Image], logits: Floats, *, rows: Sequence[int]) -> Floats:
        """Merge a second look, at the whole of some pictures, into the logits of the first.

        Args:
            images: upright RGB pictures.
            logits: (N, classes) of their central squares.
            rows: numbers of the pictures to look at again.
        """
        merged = logits.copy()
        if rows:
            wholes = [whole_in_square(images[row], self.input_size) for row in rows]
            merged[rows] = (merged[rows] + self.forward(wholes).logits) / 2
        return merged

    def forward(self, images: Sequence[Image.Image], *, maps: bool = False) -> NetworkOutput:
        """Upright RGB pictures → what one pass of the network gives, as NumPy arrays."""
        preprocessing = self.metadata.preprocessing
        size, mean, std = preprocessing.input_size, preprocessing.mean, preprocessing.std
        with stage(DECODING):
            batch = np.stack([prepare(image, size=size, mean=mean, std=std) for image in images])
        with stage(NETWORK):
            output = self.engine.run(batch)
        return NetworkOutput(output.logits, output.embeddings, batch, output.feature_maps if maps else None)


def _read_postprocessor(path: Path, checkpoint: Checkpoint) -> tuple[Postprocessor, tuple[str, ...]]:
    """All that was found next to the checkpoint, and in sentences what does not fit."""
    metadata, weights = checkpoint.metadata, checkpoint.weights
    found = Postprocessor(metadata.classes, weights.head, calibration=metadata.calibration)
    warnings = list(metadata.warnings)
    try:
        # A calibrated checkpoint needs its index for the verdicts; another may have one, and lacks nothing without.
        if os.path.lexists(index_path(path)) or metadata.calibration:
            index = load_index(index_path(path), weights_digest=weights.digest, head_shape=weights.head.shape)
            found = replace(found, index=index)
    except CheckpointError as error:
        warnings.append(f"Answers are given without similar photos and without a verdict. {error}")
    try:
        if os.path.lexists(report_path(path)):
            report = read_report(report_path(path))
            found = replace(found, records=TrackRecords.from_report(report, fingerprint=file_digest(path)))
    except ReportError as error:
        warnings.append(f"Answers are given without a track record. {error}")
    return found, tuple(warnings)
