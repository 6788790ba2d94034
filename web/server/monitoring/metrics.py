"""Metrics of one app, by prometheus_client. No label holds anything that a visitor sent."""

from __future__ import annotations

import resource
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.multiprocess import MultiProcessCollector

from classifier.inference.stages import DECODING, NETWORK
from classifier.machine import resident_bytes
from web.server.monitoring import processes

# Verdict of a model that is not calibrated, and of the nine looks at one photo, which are not judged.
NO_VERDICT, NINE_LOOKS = "none", "nine_looks"
VERDICTS = ("confident", "unsure", "unknown", NO_VERDICT, NINE_LOOKS)
WAITING, REST = "waiting", "rest"
STAGES = (WAITING, DECODING, NETWORK, REST)
DIGITS = 12  # of the digest of the weights
BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25)
# Statuses from which on an answer is a refusal, or a fault.
REFUSED = 400

# When a series began would be a series more for each, and is not known of several processes.
disable_created_metrics()


@dataclass(frozen=True)
class ModelIdentity:
    """What answers: names of the engine and of the backbone, and the digest of the weights."""

    engine: str = "none"
    backbone: str = "none"
    weights: str = "none"


class Metrics:
    """What is counted; in the memory of this process, or in files that the server's processes share."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.answered_at = float("-inf")  # time.monotonic of the last answer of this process
        self._answers = Counter(
            "florascope_answers", "Photos that were answered, by verdict.", ["verdict"], registry=self.registry
        )
        self._refusals = Counter(
            "florascope_refusals",
            "Requests that were refused or failed: by the code of the API's errors, busy and error, else http_STATUS.",
            ["code"],
            registry=self.registry,
        )
        self._stages = Histogram(
            "florascope_stage_seconds",
            "Seconds that a request for an answer spent: waiting for its turn, decoding the photo, in the network, and "
            "on the rest (reading the request, comparing, drawing and writing the answer); together the whole of it.",
            ["stage"],
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self.line = self._gauge("florascope_line_length", "Photos that wait for their turn before the model.")
        self._model = self._gauge(
            "florascope_model_processes",
            "Processes that answer with this model; one with the engine “none” has none.",
            ["engine", "backbone", "weights"],
        )
        resident = self._gauge("florascope_resident_bytes", "Memory of a worker that is in RAM.", ["worker"])
        peak = self._gauge("florascope_peak_resident_bytes", "The most that was in RAM since it started.", ["worker"])
        worker = processes.number()
        self._resident, self._peak = resident.labels(worker), peak.labels(worker)
        self._of_stages = {stage: self._stages.labels(stage) for stage in STAGES}
        self._of_verdicts = {verdict: self._answers.labels(verdict) for verdict in VERDICTS}
        self.note_memory()

    def _gauge(self, name: str, meaning: str, labels: tuple[str, ...] | list[str] = ()) -> Gauge:
        return Gauge(name, meaning, labels, registry=self.registry, multiprocess_mode="livesum")

    def count_answer(self, verdict: str | None) -> None:
        """Count an answer by its verdict, one of `VERDICTS`; None is that of a model without."""
        self._of_verdicts[verdict or NO_VERDICT].inc()
        self.answered_at = monotonic()

    def count_refusal(self, code: str) -> None:
        """Count a refusal by a code of ours: never by text from outside, which would make series without end."""
        self._refusals.labels(code).inc()

    def count_status(self, status: int) -> None:
        """Count an answer with an HTTP status of refusal; others are not counted."""
        if status >= REFUSED:
            self.count_refusal(f"http_{status}")

    def count_seconds(self, seconds: Mapping[str, float]) -> None:
        """Count how long the stages of one request took; those that are missing took no time."""
        for stage, histogram in self._of_stages.items():
            histogram.observe(seconds.get(stage, 0.0))

    def note_memory(self) -> None:
        """Note how much memory this process takes now."""
        if (now := resident_bytes()) is not None:
            self._resident.set(now)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self._peak.set(peak if sys.platform == "darwin" else peak * 1024)

    def note_model(self, model: ModelIdentity) -> None:
        """Note what answers in this process; to be called once."""
        self._model.labels(model.engine, model.backbone, model.weights[:DIGITS]).set(1)

    def collected(self) -> CollectorRegistry:
        """All there is to tell: of every process of the server, if they share files."""
        if (folder := processes.folder()) is None:
            return self.registry
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(folder))
        return registry
