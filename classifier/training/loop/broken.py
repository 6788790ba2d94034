"""Photos that break while a training runs: noted where they are read, named and listed by the first process."""

import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning as L
from lightning.pytorch.callbacks import Callback

from classifier.data.folder_tree import LeftOut, reason_of
from classifier.data.labels import LabelClass
from classifier.data.samples import Sample, too_many_broken
from classifier.errors import PhotoError, TrainingError
from classifier.outputs.names import readable_name
from classifier.photos.streaming import ignore


@dataclass(frozen=True)
class BrokenNotes:
    """Notes of photos that could not be read, in a file that all processes that read photos append to.

    Attributes:
        path: of the file; it is there only once something has been noted.
    """

    path: Path

    def add(self, photo: Path, error: PhotoError) -> None:
        """Add a photo and what is wrong with it. A photo may be added more than once, by different processes."""
        line = json.dumps([os.fspath(photo), reason_of(photo, error)]) + "\n"
        # A disk that is full or gone ends the training by itself; here the photo is left out all the same.
        with suppress(OSError), self.path.open("ab", buffering=0) as file:
            file.write(line.encode())  # unbuffered, so one write: lines of several processes do not mix

    def read(self, start: int = 0) -> tuple[list[tuple[Path, str]], int]:
        """Photos and reasons that were noted after the first `start` bytes, and how many bytes there are now."""
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                whole, end, _ = file.read().rpartition(b"\n")
        except FileNotFoundError:
            return [], start
        notes = [json.loads(line) for line in whole.splitlines()]
        return [(Path(photo), reason) for photo, reason in notes], start + len(whole + end)

    def remove(self) -> None:
        """Remove the file, if it is there."""
        with suppress(OSError):
            self.path.unlink()


class BrokenPhotos:
    """Broken photos of a training: each is named once; the training ends with a sentence if there are too many.

    Args:
        notes: made by those who read the photos.
        train: the photos that are learnt from, further ones included.
        valid: the photos that epochs are compared by.
        classes: by position.
        root: the folder of the photos, which names in the list are relative to.
        advice: what to do when too many are broken, for the end of the sentence.
        warn: is called with a sentence about each photo.
        write_list: is called with all of them whenever there are more.
    """

    def __init__(
        self,
        notes: BrokenNotes,
        train: Sequence[Sample],
        valid: Sequence[Sample],
        *,
        classes: Sequence[LabelClass],
        root: Path | None,
        advice: str,
        warn: Callable[[str], object] = ignore,
        write_list: Callable[[Sequence[LeftOut]], object] = ignore,
    ) -> None:
        self.notes, self.classes, self.root = notes, classes, root
        self.advice, self.warn, self.write_list = advice, warn, write_list
        self.train, self.valid = ({sample.path: sample for sample in part} for part in (train, valid))
        self.reasons: dict[Path, str] = {}
        self._read = 0

    @property
    def left_out(self) -> list[LeftOut]:
        """The broken photos so far and what is wrong with each, in the order in which they were noticed."""
        return [LeftOut(self._file(path), reason) for path, reason in self.reasons.items()]

    def gather(self) -> None:
        """Name and list the photos that have been noted since the last call.

        Raises:
            OSError: the list cannot be written.
            TrainingError: so many are broken that something else must be wrong.
        """
        if new := self._gather():
            if problem := self._problem():
                first = next(iter(new))
                raise TrainingError(f"{problem}, such as {readable_name(first)}: {new[first]} {self.advice}")
            self._name(new)

    def finish(self) -> None:
        """Name and list what has been noted at the very end, and remove the notes."""
        with suppress(OSError):  # the training has ended; its own files say more than this list
            self._name(self._gather())
        self.notes.remove()

    def _gather(self) -> dict[Path, str]:
        notes, self._read = self.notes.read(self._read)
        new = {path: reason for path, reason in notes if path not in self.reasons}
        self.reasons |= new
        if new:
            self.write_list(self.left_out)
        return new

    def _name(self, new: dict[Path, str]) -> None:
        for path, reason in new.items():
            self.warn(f"left out: {readable_name(path)}: {reason}")

    def _problem(self) -> str | None:
        """What makes it useless to go on, as the beginning of a sentence; None if nothing does."""
        for part, photos in (("training", self.train), ("validation", self.valid)):
            broken = sum(path in photos for path in self.reasons)
            if too_many_broken(broken, len(photos)):
                return f"{broken:,} of the {len(photos):,} {part} photos can no longer be read"
        lost = Counter(self.train[path].target for path in self.reasons if path in self.train)
        every = Counter(sample.target for sample in self.train.values())
        for number, count in lost.items():
            if count == every[number]:
                is_class = number < len(self.classes)  # else it is of several classes, or a stranger
                of = f" of “{self.classes[number].name}”" if is_class else " of its kind among the further ones"
                return f"Not one training photo{of} can be read any more"
        return None

    def _file(self, path: Path) -> str:
        inside = self.root and path.is_relative_to(self.root)
        return path.relative_to(self.root).as_posix() if inside and self.root else os.fspath(path)


class WatchPhotos(Callback):
    """Watcher of broken photos: looks for new notes before each batch is used."""

    def __init__(self, broken: BrokenPhotos) -> None:
        self.broken = broken

    def on_train_batch_start(self, trainer: L.Trainer, module: L.LightningModule, batch: Any, batch_idx: int) -> None:
        self._look(trainer)

    def on_validation_batch_start(
        self, trainer: L.Trainer, module: L.LightningModule, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        self._look(trainer)

    def _look(self, trainer: L.Trainer) -> None:
        if trainer.is_global_zero:  # with several processes, all note into the same file
            self.broken.gather()
