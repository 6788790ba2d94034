"""Training history: epoch by epoch, over all the runs that led to a checkpoint; from the metadata's `training`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from classifier.checkpoint import FurtherInfo, TrainingInfo


@dataclass(frozen=True)
class History:
    """Epochs of one or more runs, each of which went on from the weights of the one before.

    rows: one record an epoch, its `epoch` counted through all runs, from 1.
    starts: the first epoch of every run.
    head_epochs: how many epochs of the first run trained the head alone.
    seen: how many epochs led to the weights: those of each run up to the one that it kept.
    kept: the epoch whose weights the last run kept.
    shares: how much of several checkpoints is in the weights, the last run's last, if they are a mean.
    """

    rows: tuple[Mapping[str, Any], ...]
    starts: tuple[int, ...]
    head_epochs: int
    seen: int
    kept: int | None
    shares: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """Time that all epochs took together."""
        return sum(row.get("seconds") or 0 for row in self.rows)


def history_of(training: TrainingInfo) -> History:
    """History of a training and of those that it went on from."""
    runs = [training]
    while earlier := runs[0].earlier:
        runs.insert(0, earlier)
    rows: list[Mapping[str, Any]] = []
    starts = []
    kept = None
    seen = 0
    for run in runs:
        before = len(rows)
        starts.append(before + 1)
        # The epochs after the kept one are drawn, but the weights that the next run began with know nothing of them.
        seen += run.best_epoch or len(run.history)
        rows += [{**row, "epoch": before + number} for number, row in enumerate(run.history, start=1)]
        kept = before + run.best_epoch if run.best_epoch else None
    head_epochs = int(runs[0].settings.get("head_epochs") or 0)
    return History(tuple(rows), tuple(starts), head_epochs, seen, kept, training.shares)


def further_of(training: TrainingInfo) -> FurtherInfo | None:
    """Further photos that the last training with such photos learnt from, of all that led to a checkpoint."""
    run: TrainingInfo | None = training
    while run and run.further is None:
        run = run.earlier
    return run.further if run else None


def describe_curves(training: TrainingInfo) -> str:
    """What to know about the curves of `figures.draw_training_curves`, in a few sentences."""
    history, planned = history_of(training), training.settings.get("epochs")
    sentences = [
        "Training figures are taken on photos that are cropped, recoloured and mixed by chance, so they may well look "
        "worse than those on the untouched validation photos."
    ]
    if len(history.starts) == 1 and planned and len(history.rows) < planned:
        sentences.append(f"The curves end where the run was stopped, although {planned:,} epochs were planned.")
    if len(history.starts) > 1:
        sentences.append("A number stands where a further run went on from the weights before it.")
    if history.shares:
        sentences.append(
            "Each run’s own figures are shown; the mean of their weights was measured only for this report."
        )
    return " ".join(sentences)
