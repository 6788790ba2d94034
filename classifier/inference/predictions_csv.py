"""CSV file of predictions, written row by row, so that a stopped command can continue where it stopped."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

from classifier.errors import PhotoError, SettingError
from classifier.files import write_text
from classifier.outputs.claims import claim
from classifier.outputs.kinds import PREDICTIONS
from classifier.outputs.names import name_of, readable_name
from classifier.outputs.tables import BOM, csv_text, from_cell
from classifier.predictions.values import Prediction

OTHER = "Name another file by --csv."


def columns_of(top_k: int) -> list[str]:
    """Columns of a table of predictions with so many classes a row."""
    ranked = [f"{column}_{rank}" for rank in range(1, top_k + 1) for column in ("class_id", "name", "probability")]
    return ["photo", "model", "error", "message", "verdict", "reason", *ranked]


def row_of(photo: str, answer: Prediction | PhotoError, *, model: str, columns: Sequence[str]) -> list[object]:
    """Row of a table of predictions: texts as they are, not yet as cells; "" where a column has nothing to say.

    Args:
        photo: its name.
        answer: of the classifier.
        model: what the prediction comes from.
        columns: of the table, see `columns_of`.
    """
    row: list[object] = [photo, model]
    if isinstance(answer, PhotoError):
        row += [answer.code, str(answer)]
    else:
        row += ["", "", answer.verdict or "", answer.reason or ""]
        for candidate in answer.candidates:
            row += [candidate.class_id, candidate.name, f"{candidate.probability:.6f}"]
    return row + [""] * (len(columns) - len(row))


class PredictionsCsv:
    """CSV file of predictions, a row a photo, open for writing.

    The columns: photo, model, error, message, verdict, reason, then class_id_1, name_1, probability_1 and so on up to
    `top_k`. Cells are written as `outputs.tables` says: a name in one line, never a formula.

    Attributes:
        path: the file.
        model: what the predictions come from; a file holds those of one model only.
        columns: the header.
    """

    def __init__(self, path: Path, *, top_k: int, model: str, inputs: Iterable[Path] = ()) -> None:
        """Open the file, and begin it where there is none. It is changed only if it is such a file.

        Args:
            path: the file.
            top_k: how many classes a row has.
            model: what the predictions come from.
            inputs: files that are read, and never written.

        Raises:
            OutputError: the file exists, but is not such a file, or cannot be written.
            SettingError: it is of another model or number of classes, or damaged.
        """
        claim(path, PREDICTIONS, option="--csv", inputs=inputs)
        self.path, self.model = path, model
        self.columns = columns_of(top_k)
        self._line_end = "\n"
        self._done: set[str] = set()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = not path.is_file() or self._is_beginning()
            if not fresh:
                self._read()
            # Without a buffer: what could not be written to a full disk must not be tried again at closing.
            self._file = path.open("wb" if fresh else "ab", buffering=0)
        except OSError as error:
            raise SettingError(f"{readable_name(path)} cannot be used: {error.strerror}. {OTHER}") from error
        if fresh:
            self._append(BOM + csv_text([self.columns]))

    def has(self, photo: Path) -> bool:
        """Whether the file had a prediction of a photo when it was opened; an error is none, and is tried again."""
        return name_of(photo) in self._done

    def write(self, photo: Path, answer: Prediction | PhotoError) -> None:
        """Write a row at once: a stop loses no prediction.

        Raises:
            SettingError: the file cannot be written, for example since the disk is full.
        """
        row = row_of(name_of(photo), answer, model=self.model, columns=self.columns)
        self._append(csv_text([row], line_end=self._line_end))

    def _append(self, text: str) -> None:
        waiting = memoryview(text.encode())
        try:
            while waiting:
                waiting = waiting[self._file.write(waiting) :]
        except BrokenPipeError:  # the reader of a pipe has gone
            raise
        except OSError as error:
            raise SettingError(
                f"{readable_name(self.path)} cannot be written: {error.strerror}. Free some space and run the same "
                "command again; it continues where it stopped."
            ) from error

    def __enter__(self) -> "PredictionsCsv":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def _is_beginning(self) -> bool:
        """Whether the file has less than its header: nothing yet, or a stop came in the middle of the first line."""
        with self.path.open("rb") as file:
            begun = file.read(65536)
        return any((mark + csv_text([self.columns])).encode().startswith(begun) for mark in (BOM, "")) and (
            not begun.endswith(b"\n")
        )

    def _read(self) -> None:
        """Read which photos are done. Rows of those that could not be read are deleted, and so is one that is cut."""
        content = self.path.read_bytes()
        # A stop may have come in the middle of a row: what follows the last line end is none.
        whole = content[: content.rfind(b"\n") + 1]
        try:
            text = whole.decode("utf-8-sig")
            header, *rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row] or [[]]
        except (UnicodeDecodeError, csv.Error) as error:
            raise SettingError(
                f"{readable_name(self.path)} cannot be continued, and is left as it is: it is not UTF-8 text "
                f"({error}). If a spreadsheet saved it, save it there as “CSV UTF-8”, with commas. Or: {OTHER}"
            ) from error
        if header != self.columns:
            raise SettingError(
                f"{readable_name(self.path)} exists already, with other columns than “predict --csv” with this --top-k "
                f"writes, and is left as it is. {OTHER}"
            )
        if rows and len(rows[-1]) < 2:  # cut in the middle of a cell with a line end, which earlier versions wrote
            rows.pop()
        for row in rows:
            model = row[1] if len(row) > 1 else "no checkpoint"
            if model != self.model:
                raise SettingError(
                    f"{readable_name(self.path)} holds predictions of another checkpoint ({model}, this is "
                    f"{self.model}; +tta marks --tta). {OTHER}"
                )
        self._line_end = "\r\n" if b"\r\n" in content[:65536] else "\n"
        read = [row for row in rows if not "".join(row[2:3])]
        if len(read) < len(rows) or len(whole) < len(content):
            kept = csv_text(([from_cell(cell) for cell in row] for row in [header, *read]), line_end=self._line_end)
            write_text(self.path, BOM + kept)
        self._done = {from_cell(row[0]) for row in read}
