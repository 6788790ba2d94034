"""One worker: loads the classifier once, then does part after part, each into one file."""

import io
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifier.errors import ClassifierError, PhotoError
from classifier.inference.batch import answers_of, look_at_all
from classifier.inference.classifier import Classifier
from classifier.inference.cluster.parts import Plan, read_part
from classifier.inference.cluster.photos import Photo, reader
from classifier.inference.cluster.storage import Place
from classifier.inference.predictions_csv import columns_of, row_of
from classifier.outputs.names import escape
from classifier.outputs.tables import BOM, csv_text
from classifier.photos.limits import ImageLimits

# An object store answers after some 10 to 100 ms, but many requests at once.
READERS = 16
# One computes while the other waits for the engine or for the store.
THREADS = 2


@dataclass(frozen=True)
class Job:
    """What every worker has to know; it is sent to other hosts.

    Attributes:
        place: where plan and predictions are.
        plan: the whole work.
        checkpoint: file, which each host has at this path.
        engine: what runs the network, see `engines.choosing`.
        limits: which photos are refused.
        tta: average over six views.
        batch_size: photos a pass; None for what suits the device.
    """

    place: Place
    plan: Plan
    checkpoint: Path
    engine: str
    limits: ImageLimits
    tta: bool = False
    batch_size: int | None = None


@dataclass(frozen=True)
class Done:
    """What became of a part.

    Attributes:
        part: its number.
        photos: how many rows were written.
        failed: how many of them say that a photo could not be read.
        seconds: how long it took.
        trouble: why the part was not written, a sentence; "" if it was.
    """

    part: int
    photos: int = 0
    failed: int = 0
    seconds: float = 0.0
    trouble: str = ""


class Worker:
    """Classifier on one core that does parts."""

    def __init__(self, job: Job) -> None:
        """Load the classifier; raises as `Classifier.load`."""
        self.job = job
        self.classifier = Classifier.load(job.checkpoint, engine=job.engine, device="cpu", threads=1, limits=job.limits)

    def do(self, part: int) -> Done:
        """Do a part: all its rows in one file, which replaces the same one of a worker that was lost just afterwards.

        A photo that cannot be read has a row that says so. Where a storage fails, no file is written: the part is left
        to the next run.
        """
        job, started = self.job, time.perf_counter()
        try:
            photos = read_part(job.place, part)
            rows, failed = self._rows(photos)
            columns = columns_of(job.plan.top_k)
            content = to_parquet(columns, rows) if job.plan.form == "parquet" else to_csv(columns, rows)
            job.place.write(job.plan.file_of(part), content)
        except ClassifierError as error:
            return Done(part, trouble=str(error))
        except Exception as error:  # each storage has errors of its own; the other parts need not wait for this one
            return Done(part, trouble=f"{type(error).__name__}: {error}")
        return Done(part, len(rows), failed, time.perf_counter() - started)

    def _rows(self, photos: Sequence[Photo]) -> tuple[list[list[object]], int]:
        job, remote = self.job, any(photo.size is not None for photo in photos)
        looked = look_at_all(
            self.classifier,
            photos,
            path_of=reader(job.limits),
            tta=job.tta,
            batch_size=job.batch_size,
            readers=READERS if remote else THREADS,
            threads=THREADS,
        )
        columns, rows, failed = columns_of(job.plan.top_k), [], 0
        for photo, answer in answers_of(self.classifier, looked, top_k=job.plan.top_k):
            rows.append(row_of(photo.name, answer, model=job.plan.model, columns=columns))
            failed += isinstance(answer, PhotoError)
        return rows, failed


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A part's file as “predict --csv” would have written it."""
    return (BOM + csv_text([columns, *rows])).encode()


def to_parquet(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """The same table as Parquet: texts in one line as in JSON, numbers as numbers, null where there is nothing."""
    import pyarrow
    import pyarrow.parquet

    fields = [(column, _type_of(column)) for column in columns]
    types = {"class_id": pyarrow.int32(), "probability": pyarrow.float64(), "": pyarrow.string()}
    arrays = [
        pyarrow.array([_value(row[place], kind) for row in rows], type=types[kind])
        for place, (_, kind) in enumerate(fields)
    ]
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(arrays, names=list(columns)), buffer, compression="zstd")
    return buffer.getvalue()


def _type_of(column: str) -> str:
    name = column.rpartition("_")[0]
    return name if name in ("class_id", "probability") else ""


def _value(value: object, kind: str) -> Any:
    if value == "":
        return None
    if kind == "probability":
        return float(str(value))
    return value if kind else escape(str(value))
