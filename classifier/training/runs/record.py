"""Record of a training run in its settings.json: what is needed to resume it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from classifier.errors import CheckpointError, SettingError, TrainingError
from classifier.files import to_json, write_text
from classifier.setting_fields import shown
from classifier.training.runs.folder import RunFolder
from classifier.training.settings import TrainingSettings

# Where photos are. They may be moved while a run is stopped.
PHOTOS = ("data", "also", "strangers")
# These change how fast a run goes, not where it goes: the only ones that may differ when it is resumed.
FREE_TO_CHANGE = ("workers", "compile", "precision")


@dataclass(frozen=True)
class RunRecord:
    """Record of a run in settings.json: what is needed to resume it.

    Attributes:
        settings: of the training.
        data: the folder of the photos, or "flowers102".
        split: the way to split them.
        output: where the checkpoint goes; in the file, relative to the run's folder if it is inside.
        subject: what the classes are kinds of, as `Subject` writes it; None if it follows from the photos.
        learnt_before: see `TrainingPlan`.
        torch: the version of PyTorch that the run began with.
        also: folders and tables of further known photos.
        strangers: the same of strangers.
        known_side: see `data.further.reading.Further`.
        taught_by: absolute path and digest of the weights of each teacher.
    """

    settings: TrainingSettings
    data: str
    split: str
    output: str
    subject: str | None = None
    learnt_before: Mapping[str, int] | None = None
    torch: str | None = None
    also: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    known_side: int | None = None
    taught_by: tuple[tuple[str, str], ...] = ()

    def check_given(self, given: Mapping[str, Any]) -> None:
        """Check that what is given when the run is resumed is what it began with.

        Args:
            given: fields of the settings, and "split", "output"; None counts as not given. "data", "also" and
                "strangers" may differ, and "teachers", too: they can be moved, see `resume.read_plan`.

        Raises:
            SettingError: something differs that would change the result.
        """
        for name, value in given.items():
            if name in (*FREE_TO_CHANGE, *PHOTOS) or value is None or (name == "teachers" and self.taught_by):
                continue
            began = getattr(self, name) if name in ("split", "output") else getattr(self.settings, name)
            same = _resolved(began) == _resolved(value) if name == "output" else began == value
            if not same:
                raise SettingError(
                    f"This run began with --{name.replace('_', '-')} {shown(began)}; got {shown(value)}. A run is "
                    "resumed with what it began with: leave the option out, or begin another run."
                )


def write_record(run: RunFolder, record: RunRecord) -> None:
    """Make the run's folders and write settings.json.

    Raises:
        TrainingError: the folder cannot be written.
    """
    values = {name: value for name, value in vars(record).items() if name != "settings"}
    home, output = run.path.absolute(), Path(record.output).absolute()
    if output.is_relative_to(home):
        values["output"] = str(output.relative_to(home))  # so that the folder can be moved as a whole
    try:
        run.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        text = to_json({**values, **asdict(record.settings)}, indent=2)
        write_text(run.settings, f"{text}\n")
    except OSError as error:
        raise TrainingError(f"{run.path} cannot be written: {error.strerror}. Allow it, or make room.") from error


def read_record(path: Path) -> RunRecord:
    """Record of the run in a folder, from its settings.json.

    Raises:
        CheckpointError: there is no such run, or its file is damaged.
    """
    file = RunFolder(path, path).settings
    names = {each.name for each in fields(TrainingSettings)}
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        chosen = {name: value for name, value in values.items() if name in names}
        several = {name: tuple(value) for name, value in chosen.items() if isinstance(value, list)}
        settings = TrainingSettings(**{**chosen, **several})
        needed, others = ("data", "split", "output"), ("subject", "learnt_before", "torch", "known_side")
        beside = {name: values[name] for name in needed} | {name: values.get(name) for name in others}
        beside |= {name: tuple(values.get(name) or ()) for name in ("also", "strangers")}
        beside["taught_by"] = tuple((str(place), str(digest)) for place, digest in values.get("taught_by") or ())
        return RunRecord(settings, **{**beside, "output": str(_output_in(path, Path(beside["output"])))})
    except FileNotFoundError as error:
        raise CheckpointError(f"There is nothing to resume: {file} does not exist. Start without --resume.") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{file} is damaged, so the run cannot be resumed; start a new one.") from error


def _output_in(folder: Path, output: Path) -> Path:
    """Where the checkpoint of a run goes, now that its folder is this one.

    Earlier versions wrote an absolute path: of a run that was moved with its checkpoint, that is the old place.
    """
    moved = folder / output.name
    return moved if output.is_absolute() and moved.is_file() else folder / output


def _resolved(path: str | Path) -> Path:
    return Path(path).expanduser().resolve()
