"""CSV file of predictions, written row by row, so that a stopped command can continue where it stopped."""

import csv
import io
import os
from pathlib import Path
from types import TracebackType

from classifier.errors import PhotoError, SettingError
from classifier.files import write_text
from classifier.predictions.values import Prediction


def readable_name(photo: Path) -> str:
    """Name of a photo as text: bytes of the path that are not UTF-8 become �, so that every output can hold it."""
    return os.fsencode(photo).decode("utf-8", errors="replace")


class PredictionsCsv:
    """CSV file of predictions, a row a photo, open for writing.

    The columns: photo, model, error, message, verdict, reason, then class_id_1, name_1, probability_1 and so on up to
    `top_k`.

    Attributes:
        path: the file.
        model: what the predictions come from; a file holds those of one model only.
        columns: the header.
        done: the photos that the file had a prediction of when it was opened. Those that could not be read are tried
            again.
    """

    def __init__(self, path: Path, *, top_k: int, model: str) -> None:
        """Open the file, and begin it where there is none.

        Raises:
            SettingError: the file is there, but is not such a file, or is of another model or number of classes.
        """
        self.path, self.model = path, model
        self.columns = ["photo", "model", "error", "message", "verdict", "reason"]
        self.columns += [
            f"{column}_{rank}" for rank in range(1, top_k + 1) for column in ("class_id", "name", "probability")
        ]
        self.done: set[str] = set()
        try:
            fresh = not path.exists() or path.stat().st_size == 0
            if not fresh:
                self._cut_unfinished_row()
                self._read()
            self._file = path.open("a", encoding="utf-8", newline="")
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise SettingError(f"{path} cannot be used: {error}. Name another file by --csv.") from error
        self._writer = csv.writer(self._file, lineterminator="\n")
        if fresh:
            self._writer.writerow(self.columns)

    def write(self, photo: Path, answer: Prediction | PhotoError) -> None:
        """Write a row and flush it at once: a stop loses no prediction.

        Raises:
            SettingError: the file cannot be written, for example since the disk is full.
        """
        row: list[object] = [readable_name(photo), self.model]
        if isinstance(answer, PhotoError):
            row += [answer.code, str(answer)]
        else:
            row += ["", "", answer.verdict or "", answer.reason or ""]
            for candidate in answer.candidates:
                row += [candidate.class_id, candidate.name, f"{candidate.probability:.6f}"]
        try:
            self._writer.writerow(row + [""] * (len(self.columns) - len(row)))
            self._file.flush()
        except OSError as error:
            raise SettingError(
                f"{self.path} cannot be written: {error}. Free some space and run the same command again; it continues "
                "where it stopped."
            ) from error

    def __enter__(self) -> "PredictionsCsv":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def _cut_unfinished_row(self) -> None:
        """Cut off what follows the last line end: a stop may have come in the middle of a row."""
        with self.path.open("rb+") as file:
            end = file.read().rfind(b"\n") + 1
            # A file without a single line end was not written here: `_read` refuses it.
            if end:
                file.truncate(end)

    def _read(self) -> None:
        """Read which photos are done; rows of those that could not be read are deleted, for another try."""
        rows: list[dict[str, str]] = []
        with self.path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if list(reader.fieldnames or ()) != self.columns:
                raise SettingError(
                    f"{self.path} exists already, with other columns than “predict --csv” with this --top-k writes. "
                    "Name another file."
                )
            for row in reader:
                if row["model"] != self.model:
                    raise SettingError(
                        f"{self.path} holds predictions of another checkpoint ({row['model']}, this is {self.model}; "
                        "+tta marks --tta). Name another file."
                    )
                rows.append(row)
        read = [row for row in rows if not row["error"]]
        if len(read) < len(rows):
            text = io.StringIO()
            writer = csv.DictWriter(text, self.columns, lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(read)
            write_text(self.path.resolve(), text.getvalue())
        self.done = {row["photo"] for row in read}
