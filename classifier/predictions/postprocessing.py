"""From what one pass of the network gives to answers: NumPy only, so that any runtime may have made the pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from classifier.data.labels import LabelClass
from classifier.photos.hashing import difference_hash
from classifier.predictions.explanation import activation_maps
from classifier.predictions.neighbours import Index
from classifier.predictions.values import ActivationMap, Candidate, Neighbour, Neighbours, Prediction, TrackRecord
from classifier.predictions.verdicts import Calibration, signals, softmax

Floats = NDArray[np.float32]
NEIGHBOURS_OVERALL = 8
NEIGHBOURS_A_CLASS = 4


@dataclass(frozen=True)
class NetworkOutput:
    """One pass over N photos: logits (N, C), embeddings (N, D), crops (N, 3, H, W) as the network got them, and
    feature maps (N, K, h, w) when maps are wanted."""

    logits: Floats
    embeddings: Floats
    crops: Floats
    feature_maps: Floats | None = None


class TrackRecords(Protocol):
    """Track records: how answers like one fared on test photos; `reports.track_record` reads them from a report."""

    def of(self, class_id: int, confidence: float) -> TrackRecord:
        """Of answers with this class and about this probability."""
        ...


@dataclass(frozen=True)
class Postprocessor:
    """What is known beside the weights. head: the weights (C, D) of the logits; the rest may be missing (None)."""

    classes: tuple[LabelClass, ...]
    head: Floats
    calibration: Calibration | None = None
    index: Index | None = None
    records: TrackRecords | None = None

    @property
    def temperature(self) -> float:
        """What the logits are divided by before they become probabilities; 1 without calibration."""
        return self.calibration.temperature if self.calibration else 1.0

    def answer(self, done: NetworkOutput, *, top_k: int) -> tuple[Prediction, ...]:
        """One prediction a photo, with everything that can be said."""
        probabilities = softmax(done.logits, temperature=self.temperature)
        similarities = self.index.similarities(done.embeddings) if self.index else None
        judged = None
        if self.calibration and self.index and similarities is not None:
            seen = signals(
                done.logits,
                done.embeddings,
                self.index,
                similarities=similarities,
                temperature=self.temperature,
            )
            judged = self.calibration.judge(seen)
        answers = []
        for row, shares in enumerate(probabilities):
            order = np.argsort(-shares, kind="stable")
            places = [int(place) for place in order[:top_k]]
            candidates = tuple(self._candidate(shares, place) for place in places)
            extras: dict[str, Any] = {}
            if self.records:
                extras["track_record"] = self.records.of(candidates[0].class_id, candidates[0].probability)
            if judged and self.calibration:
                verdict, reason = judged[row]
                (listed,) = self.calibration.coverage_sets(shares[None], [verdict])
                extras |= {
                    "verdict": verdict,
                    "reason": reason,
                    "coverage_set": tuple(self._candidate(shares, place) for place in listed),
                    "coverage": self.calibration.coverage.coverage,
                }
            if self.index and similarities is not None:
                extras |= self._compare(self.index, similarities[row], done.crops[row], places)
            if done.feature_maps is not None:
                extras["maps"] = self._maps(done.feature_maps[row], done.embeddings[row], places)
            answers.append(Prediction(candidates, **extras))
        return tuple(answers)

    def _candidate(self, shares: Floats, place: int) -> Candidate:
        label = self.classes[place]
        return Candidate(label.class_id, label.name, label.scientific_name, float(shares[place]))

    def _compare(self, index: Index, similarities: Floats, crop: Floats, places: Sequence[int]) -> dict[str, Any]:
        by_class = {}
        for place in places:
            own = np.flatnonzero(index.positions == place)
            by_class[self.classes[place].class_id] = self._nearest(index, similarities, own, NEIGHBOURS_A_CLASS)
        overall = self._nearest(index, similarities, np.arange(len(similarities)), NEIGHBOURS_OVERALL)
        twin = index.duplicate(similarities, difference_hash(crop))
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
                int(index.image_ids[rows[place]]),
                self.classes[int(index.positions[rows[place]])].class_id,
                round(min(1.0, float(values[place])), 4),
            )
            for place in np.argsort(-values, kind="stable")
        )

    def _maps(self, feature_map: Floats, embedding: Floats, places: Sequence[int]) -> dict[int, ActivationMap] | None:
        maps = activation_maps(feature_map, embedding, self.head[list(places)])
        if maps is None:
            return None
        return {self.classes[place].class_id: found for place, found in zip(places, maps, strict=True)}
