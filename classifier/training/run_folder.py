"""The folder of a training run: settings.json, metrics.csv, curves.html, left-out.csv and last.ckpt (to resume from).

What can go wrong with files is found out here, before any long work begins.
"""

import csv
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from classifier.data.manifest import manifest_of
from classifier.errors import CheckpointError, SettingError, TrainingError
from classifier.files import write_text
from classifier.training.settings import TrainingSettings

SUFFIX = ".safetensors"
# These change how fast a run goes, not where it goes: the only ones that may differ when it is resumed.
FREE_TO_CHANGE = ("workers", "compile", "precision")


@dataclass(frozen=True)
class RunFolder:
    """The paths of a run; `checkpoint` is where its best epoch goes."""

    path: Path
    checkpoint: Path

    @property
    def settings(self) -> Path:
        return self.path / "settings.json"

    @property
    def metrics(self) -> Path:
        return self.path / "metrics.csv"

    @property
    def curves(self) -> Path:
        return self.path / "curves.html"

    @property
    def left_out(self) -> Path:
        return self.path / "left-out.csv"

    @property
    def state(self) -> Path:
        return self.path / "last.ckpt"

    @property
    def manifest(self) -> Path:
        return manifest_of(self.checkpoint)


def default_path(checkpoint: Path) -> Path:
    """The run's folder if none is named: that of best.safetensors, else one beside the checkpoint, named like it."""
    if checkpoint.stem == "best":
        return checkpoint.parent
    return checkpoint.with_suffix("") if checkpoint.suffix else checkpoint.with_name(f"{checkpoint.name}-run")


def prepare(run: RunFolder, *, again: bool = False) -> None:
    """Make sure that a new run will be able to write where it must, and overwrites nothing. Leaves no trace itself.

    again: the run was stopped before its first epoch was through, and begins anew; its own checkpoint may be there.

    Raises:
        TrainingError: an earlier run or checkpoint is there, or a folder cannot be written.
    """
    if run.state.is_file():
        raise TrainingError(
            f"{run.path} holds an earlier run. Go on with it by --resume, or choose another --output or --run-dir."
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
    for folder in (run.checkpoint.parent, run.path):
        try:
            with tempfile.TemporaryFile(dir=_nearest(folder)) as file:
                file.write(b"room for a line?")
        except OSError as error:
            raise TrainingError(
                f"Nothing can be written to {folder}: {error.strerror}. Choose another --output, or make room."
            ) from error


def _epochs(run: RunFolder) -> int:
    """How many epochs the run has been through."""
    return len(run.metrics.read_text(encoding="utf-8").splitlines()) - 1 if run.metrics.is_file() else 0


def _nearest(folder: Path) -> Path:
    """The folder itself if it is there, else the nearest one above it that is."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())


def check_space(run: RunFolder, parameters: int) -> None:
    """Raises TrainingError when the disk has no room for the run of a network with so many parameters."""
    # 4 bytes each; the state holds weights, their average and two moments, and old and new lie there for a moment.
    needed = 4 * parameters * 10
    free = shutil.disk_usage(_nearest(run.path)).free
    if free < needed:
        raise TrainingError(
            f"The run needs {needed / 1e6:,.0f} MB and {run.path} has {free / 1e6:,.0f} MB free. Make room, or choose "
            "another --output and --run-dir."
        )


def write_settings(run: RunFolder, settings: TrainingSettings, record: Mapping[str, Any]) -> None:
    """Make the run's folders and settings.json. `record`: what else is needed to resume: data, split, output.

    Raises:
        TrainingError: the folder cannot be written.
    """
    try:
        run.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        write_text(run.settings, json.dumps({**record, **asdict(settings)}, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise TrainingError(f"{run.path} cannot be written: {error.strerror}. Allow it, or make room.") from error


def read_settings(run: RunFolder, given: Mapping[str, Any]) -> tuple[TrainingSettings, dict[str, Any]]:
    """The settings and the record of a run that is to be resumed; `given` are the options of the command line.

    Raises:
        CheckpointError: there is no such run, or its file is damaged.
        SettingError: an option differs from what the run began with.
    """
    try:
        values = json.loads(run.settings.read_text(encoding="utf-8"))
        names = {field.name for field in fields(TrainingSettings)}
        known = {name: value for name, value in values.items() if name in names}
        known["sizes"] = tuple(known["sizes"])
    except FileNotFoundError as error:
        raise CheckpointError(
            f"There is nothing to resume: {run.settings} does not exist. Start without --resume."
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{run.settings} is damaged, so the run cannot be resumed; start anew.") from error
    for name, value in given.items():
        if name not in FREE_TO_CHANGE and known.get(name, value) != value:
            raise SettingError(
                f"This run began with --{name.replace('_', '-')} {_shown(known[name])}; got {_shown(value)}. A run is "
                "resumed with the settings it began with: leave the option out, or begin another run."
            )
    known |= {name: value for name, value in given.items() if name in FREE_TO_CHANGE}
    return TrainingSettings(**known), {name: value for name, value in values.items() if name not in names}


def write_metrics(path: Path, history: Sequence[Mapping[str, float | None]]) -> None:
    """The epochs so far as CSV, one line each."""
    columns = list(history[-1])
    lines = [",".join(columns)]
    lines += [",".join(_cell(row.get(column)) for column in columns) for row in history]
    write_text(path, "\n".join(lines) + "\n")


def write_left_out(path: Path, rows: Iterable[tuple[str, str]]) -> None:
    """The files that were no photos, as CSV: file, reason."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("file", "reason"), *rows])


def _cell(value: float | None) -> str:
    return "" if value is None else str(value)


def _shown(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
