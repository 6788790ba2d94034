"""Postprocessing: the output of one pass of the network → predictions. NumPy only, whatever engine made the pass."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from classifier.data.labels import LabelClass
from classifier.photos.hashing import crop_hash
from classifier.predictions.explanation import activation_maps
from classifier.predictions.neighbours import Index
from classifier.predictions.values import (
    ActivationMap,
    Candidate,
    Neighbour,
    Neighbours,
    Prediction,
    Reason,
    TrackRecord,
    Verdict,
)
from classifier.predictions.verdicts import Calibration, signals, softmax

Floats = NDArray[np.float32]
NEIGHBOURS_OVERALL = 8
NEIGHBOURS_A_CLASS = 4


@dataclass(frozen=True)
class NetworkOutput:
    """Output of one pass over N photos.

    Attributes:
        logits: (N, C).
        embeddings: (N, D).
        crops: (N, 3, H, W), the prepared pictures as the network got them.
        feature_maps: (N, K, h, w), where maps are wanted.
    """

    logits: Floats
    embeddings: Floats
    crops: Floats
    feature_maps: Floats | None = None


@dataclass(frozen=True)
class Assessment:
    """Assessment of N photos: what is needed of a pass before predictions are made of it.

    Attributes:
        probabilities: (N, C), rows sum to 1.
        similarities: (N, n) with the training photos of the index; None without one.
        verdicts: of each photo, with the reason of an “unknown”; None without calibration or index.
        whole_photo_seen: (N,) whether the probabilities are of the central square and of the whole photo together.
    """

    probabilities: Floats
    similarities: Floats | None
    verdicts: list[tuple[Verdict, Reason | None]] | None
    whole_photo_seen: NDArray[np.bool_]

    def is_doubtful(self, row: int) -> bool:
        """Whether a photo gets no confident answer; False where there are no verdicts."""
        return self.verdicts is not None and self.verdicts[row][0] != "confident"

    def after_second_look(self, probabilities: Floats, *, rows: Sequence[int]) -> "Assessment":
        """Assessment with other probabilities, (N, C); of the photos `rows` they come from the whole photo, too."""
        seen = np.isin(np.arange(len(probabilities)), rows)
        return replace(self, probabilities=probabilities, whole_photo_seen=seen)


class TrackRecords(Protocol):
    """Track records: how answers like one fared on test photos; `reports.track_record` reads them from a report."""

    def of(self, class_id: int, confidence: float) -> TrackRecord:
        """Of answers with this class and about this probability."""
        ...


@dataclass(frozen=True)
class Postprocessor:
    """Postprocessor: makes predictions of the network's output.

    Attributes:
        classes: in the order of the logits.
        head: (C, D), the weights of the logits, for activation maps.
        calibration: None leaves verdicts and coverage sets out, and probabilities as they are.
        index: None leaves similar photos out, and verdicts too, which need them.
        records: None leaves track records out.
    """

    classes: tuple[LabelClass, ...]
    head: Floats
    calibration: Calibration | None = None
    index: Index | None = None
    records: TrackRecords | None = None

    @property
    def temperature(self) -> float:
        """What the logits are divided by before they become probabilities; 1 without calibration."""
        return self.calibration.temperature if self.calibration else 1.0

    def probabilities(self, logits: Floats) -> Floats:
        """(N, classes) logits → probabilities, calibrated where there is a calibration; rows sum to 1."""
        return softmax(logits, temperature=self.temperature)

    def assess(self, output: NetworkOutput) -> Assessment:
        """Assess the photos of one pass: probabilities, and verdicts where there are a calibration and an index."""
        # Once for all: verdicts, neighbours and the check for training photos read the same (N, n) similarities.
        similarities = self.index.similarities(output.embeddings) if self.index else None
        verdicts = None
        if self.calibration and self.index:
            seen = signals(
                output.logits,
                output.embeddings,
                self.index,
                similarities=similarities,
                temperature=self.temperature,
            )
            verdicts = self.calibration.judge(seen)
        probabilities = self.probabilities(output.logits)
        return Assessment(probabilities, similarities, verdicts, np.zeros(len(probabilities), dtype=bool))

    def predict(self, output: NetworkOutput, assessment: Assessment, *, top_k: int) -> tuple[Prediction, ...]:
        """One prediction a photo, with everything that can be said.

        Args:
            output: of one pass over the photos.
            assessment: of that pass. Where its probabilities come from more than this pass (a second look, test-time
                augmentation), candidates and coverage sets follow them; the rest stays that of the pass.
            top_k: how many candidates a photo, at least 1.
        """
        similarities, judged = assessment.similarities, assessment.verdicts
        answers = []
        for row, shares in enumerate(assessment.probabilities):
            # Stable, so that equal probabilities give the same order everywhere.
            positions = [int(position) for position in np.argsort(-shares, kind="stable")[:top_k]]
            candidates = tuple(self._candidate(shares, position) for position in positions)
            extras: dict[str, Any] = {"whole_photo_seen": bool(assessment.whole_photo_seen[row])}
            if self.records:
                extras["track_record"] = self.records.of(candidates[0].class_id, candidates[0].probability)
            if judged and self.calibration:
                verdict, reason = judged[row]
                (listed,) = self.calibration.coverage_sets(shares[None], [verdict])
                extras |= {
                    "verdict": verdict,
                    "reason": reason,
                    "coverage_set": tuple(self._candidate(shares, position) for position in listed),
                    "coverage": self.calibration.coverage.coverage,
                }
            if self.index and similarities is not None:
                extras |= self._compare(self.index, similarities[row], output.crops[row], positions)
            if output.feature_maps is not None:
                extras["maps"] = self._maps(output.feature_maps[row], output.embeddings[row], positions)
            answers.append(Prediction(candidates, **extras))
        return tuple(answers)

    def _candidate(self, shares: Floats, position: int) -> Candidate:
        label = self.classes[position]
        return Candidate(label.class_id, label.name, label.scientific_name, float(shares[position]))

    def _compare(self, index: Index, similarities: Floats, crop: Floats, positions: Sequence[int]) -> dict[str, Any]:
        by_class = {}
        for position in positions:
            own = np.flatnonzero(index.positions == position)
            by_class[self.classes[position].class_id] = self._nearest(index, similarities, own, NEIGHBOURS_A_CLASS)
        overall = self._nearest(index, similarities, np.arange(len(similarities)), NEIGHBOURS_OVERALL)
        twin = index.duplicate(similarities, crop_hash(crop))
        return {
            "neighbours": Neighbours(overall, by_class),
            "similarity": overall[0].similarity if overall else None,
            "duplicate_of": None if twin is None else int(index.image_ids[twin]),
        }

    def _nearest(self, index: Index, similarities: Floats, rows: NDArray[Any], count: int) -> tuple[Neighbour, ...]:
        values = similarities[rows]
        if len(rows) > count:
            best = np.argpartition(-values, count)[:count]
            rows, values = rows[best], values[best]
        return tuple(
            Neighbour(
                int(index.image_ids[rows[position]]),
                self.classes[int(index.positions[rows[position]])].class_id,
                round(min(1.0, float(values[position])), 4),
            )
            for position in np.argsort(-values, kind="stable")
        )

    def _maps(
        self, feature_map: Floats, embedding: Floats, positions: Sequence[int]
    ) -> dict[int, ActivationMap] | None:
        maps = activation_maps(feature_map, embedding, self.head[list(positions)])
        if maps is None:
            return None
        return {self.classes[position].class_id: found for position, found in zip(positions, maps, strict=True)}
