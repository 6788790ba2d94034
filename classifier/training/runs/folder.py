"""Folder of a training run: settings.json, metrics.csv, curves.html and last.ckpt (to resume from).

Also left-out.csv and further.csv, where there is something to list.

What can go wrong with files is found out here, before any long work begins.
"""

import csv
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.data.folder_tree import LeftOut
from classifier.data.manifest import manifest_of
from classifier.errors import TrainingError
from classifier.files import write_text
from classifier.outputs.claims import claim
from classifier.outputs.kinds import (
    CHECKPOINT,
    FURTHER,
    LEFT_OUT,
    MANIFEST,
    RUN_CURVES,
    RUN_METRICS,
    RUN_SETTINGS,
    RUN_STATE,
)
from classifier.outputs.tables import csv_text, from_cell, with_mark

SUFFIX = ".safetensors"


@dataclass(frozen=True)
class RunFolder:
    """Paths of a run.

    Attributes:
        path: its folder.
        checkpoint: where its best epoch goes.
    """

    path: Path
    checkpoint: Path

    @classmethod
    def of(cls, checkpoint: Path, path: Path | None = None) -> "RunFolder":
        """Run whose best epoch goes to `checkpoint`; its folder follows from that unless it is named."""
        return cls(path or default_path(checkpoint), checkpoint)

    @property
    def settings(self) -> Path:
        """Settings and whatever else is needed to resume the run: see `runs.record`."""
        return self.path / "settings.json"

    @property
    def metrics(self) -> Path:
        """Figures of the epochs so far, a line each."""
        return self.path / "metrics.csv"

    @property
    def curves(self) -> Path:
        """Training curves, as a page for the browser."""
        return self.path / "curves.html"

    @property
    def left_out(self) -> Path:
        """Files among the photos that are not pictures, and photos that could no longer be read during the run."""
        return self.path / "left-out.csv"

    @property
    def broken_notes(self) -> Path:
        """Notes of photos that could not be read, while the run goes on; see `loop.broken`."""
        return self.path / ".left-out.notes"

    @property
    def further(self) -> Path:
        """Photos that are learnt from besides those of the collection; see `runs.further`."""
        return self.path / "further.csv"

    @property
    def state(self) -> Path:
        """State after the last finished epoch, which the run continues from."""
        return self.path / "last.ckpt"

    @property
    def manifest(self) -> Path:
        """Which photo is in which split; next to the checkpoint."""
        return manifest_of(self.checkpoint)


def default_output(data: str) -> Path:
    """Checkpoint of a run if none is named: runs/NAME/best.safetensors, NAME being the photos' folder."""
    return Path("runs") / (Path(data).absolute().name or "photos") / "best.safetensors"


def default_path(checkpoint: Path) -> Path:
    """Run folder if none is named: that of best.safetensors, else one next to the checkpoint, with the same name."""
    if checkpoint.stem == "best":
        return checkpoint.parent
    return checkpoint.with_suffix("") if checkpoint.suffix else checkpoint.with_name(f"{checkpoint.name}-run")


def check_folder(run: RunFolder, *, again: bool = False) -> None:
    """Check that a new run will be able to write where it must, and overwrites nothing. Leaves no trace itself.

    Args:
        run: the run.
        again: whether it was stopped before its first epoch was finished, and starts again; its own checkpoint may be
            there.

    Raises:
        OutputError: files of another program are there, or a folder cannot be written.
        TrainingError: an earlier run or checkpoint is there.
    """
    if run.state.is_file():
        raise TrainingError(
            f"{run.path} holds an earlier run. Continue it by --resume, or choose another --output or --run-dir."
        )
    if run.checkpoint.is_dir() or not run.checkpoint.name:
        raise TrainingError(
            f"--output {run.checkpoint} is a folder; name a file, such as {run.checkpoint}/best.safetensors."
        )
    if run.checkpoint.suffix != SUFFIX:
        raise TrainingError(f"--output ends with {SUFFIX}, which is what is written; got {run.checkpoint}.")
    if again and _epochs(run) > 1:
        raise TrainingError(
            f"{run.state} is gone, and without it the run cannot go on. Its best epoch is kept: begin another run, by "
            f"--start-from {run.checkpoint} if you like."
        )
    if run.checkpoint.exists() and not again:
        raise TrainingError(f"{run.checkpoint} is there already, and nothing is overwritten. Choose another --output.")
    outputs = {
        run.settings: RUN_SETTINGS,
        run.metrics: RUN_METRICS,
        run.curves: RUN_CURVES,
        run.left_out: LEFT_OUT,
        run.further: FURTHER,
        run.manifest: MANIFEST,
        run.checkpoint: CHECKPOINT,
        run.state: RUN_STATE,
    }
    for path, kind in outputs.items():
        claim(path, kind, option="--output or --run-dir")


def _epochs(run: RunFolder) -> int:
    """Number of epochs that the run has finished."""
    return len(run.metrics.read_text(encoding="utf-8").splitlines()) - 1 if run.metrics.is_file() else 0


def _nearest(folder: Path) -> Path:
    """The folder itself if it is there, else the nearest one above it that is."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())


def check_space(run: RunFolder, parameters: int) -> None:
    """Raises TrainingError when the disk has no room for the run of a network with so many parameters."""
    # 4 bytes each. The state holds four copies: weights, their average and Adam's two moments; old and new states are
    # there together for a moment (8), and so are the old and the new checkpoint (2).
    needed = 4 * parameters * 10
    free = shutil.disk_usage(_nearest(run.path)).free
    if free < needed:
        raise TrainingError(
            f"The run needs {needed / 1e6:,.0f} MB and {run.path} has {free / 1e6:,.0f} MB free. Make room, or choose "
            "another --output and --run-dir."
        )


def write_metrics(path: Path, history: Sequence[Mapping[str, float | None]]) -> None:
    """Write the epochs so far as CSV, one line each."""
    columns = list(history[-1])
    lines = [",".join(columns)]
    lines += [",".join(_cell(row.get(column)) for column in columns) for row in history]
    write_text(path, "\n".join(lines) + "\n")


def write_left_out(path: Path, left_out: Iterable[LeftOut]) -> None:
    """Write the files that were left out as CSV: file, reason."""
    write_text(path, with_mark(csv_text([("file", "reason"), *((entry.file, entry.reason) for entry in left_out)])))


def read_left_out(path: Path) -> list[LeftOut]:
    """Files that `write_left_out` has written; [] if there is no such list."""
    if not LEFT_OUT.is_kind_of(path):
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [LeftOut(*map(from_cell, row[:2])) for row in list(csv.reader(file))[1:] if len(row) >= 2]


def _cell(value: float | None) -> str:
    return "" if value is None else str(value)
