"""Kinds of files that commands write, and how each is recognised as one that we wrote."""

import json
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from classifier.files import HEADER_KEY
from classifier.outputs.tables import read_header

# What the pages that we write have in their head, and the pictures in a text chunk; then the kind: "report", "curves".
GENERATOR = "Florascope"
_HEAD_BYTES = 4096
FURTHER_COLUMNS = ("role", "place", "file", "class_ids", "side", "digest", "source")
MANIFEST_COLUMNS = ("image_id", "class_id", "width", "height", "mean_r", "mean_g", "mean_b")


@dataclass(frozen=True)
class Kind:
    """Kind of a file.

    Attributes:
        words: for a sentence, such as "a report of “evaluate --report”".
        matches: whether a file is of this kind; may raise OSError or ValueError for one that is not.
        streams: whether it is written from its beginning to its end, so that it may be a pipe or a device, too.
    """

    words: str
    matches: Callable[[Path], bool]
    streams: bool = False

    def is_kind_of(self, path: Path) -> bool:
        """Whether a file is of this kind, as far as its content says."""
        try:
            return self.matches(path)
        except (OSError, ValueError, RecursionError, zipfile.BadZipFile):
            return False


def table_columns(*columns: str) -> Callable[[Path], bool]:
    """Recogniser of a table whose first columns are these."""
    return lambda path: tuple(read_header(path)[: len(columns)]) == columns


def generator_mark(kind: str) -> str:
    """Mark that a file of a kind has: "Florascope report"."""
    return f"{GENERATOR} {kind}"


def _manifest(path: Path) -> bool:
    return any(set(MANIFEST_COLUMNS) <= set(read_header(path, delimiter=delimiter)) for delimiter in ",;")


def _marked(kind: str) -> Callable[[Path], bool]:
    mark = f'name="generator" content="{generator_mark(kind)}"'.encode()

    def matches(path: Path) -> bool:
        with path.open("rb") as file:
            return mark in file.read(_HEAD_BYTES)

    return matches


def _png_of(kind: str) -> Callable[[Path], bool]:
    def matches(path: Path) -> bool:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        return head.startswith(b"\x89PNG") and generator_mark(kind).encode() in head

    return matches


def _json_with(*keys: str) -> Callable[[Path], bool]:
    def matches(path: Path) -> bool:
        with path.open("rb") as file:
            if not file.read(_HEAD_BYTES).lstrip().startswith(b"{"):
                return False  # a film of some GB need not be read
        values = json.loads(path.read_text(encoding="utf-8"))
        return isinstance(values, dict) and set(keys) <= set(values)

    return matches


def _safetensors_with(*keys: str) -> Callable[[Path], bool]:
    def matches(path: Path) -> bool:
        values = read_safetensors_header(path)
        return values is not None and set(keys) <= set(values)

    return matches


def read_safetensors_header(path: Path) -> dict[str, Any] | None:
    """Our JSON in the header of a safetensors file; None for a file of another program."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            values = json.loads((file.metadata() or {}).get(HEADER_KEY, "null"))
    except SafetensorError:
        return None
    return values if isinstance(values, dict) else None


def _onnx(path: Path) -> bool:
    with path.open("rb") as file:
        return HEADER_KEY in _onnx_keys(file)


def _onnx_keys(file: BinaryIO) -> Collection[str]:
    """Keys of a model's metadata_props: a walk over the outermost fields of the protobuf message ModelProto.

    See https://protobuf.dev/programming-guides/encoding: each field is a tag (number × 8 + type) and a value; the
    network itself, field 7, is skipped.
    """
    keys = set()
    while (tag := _varint(file)) is not None:
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            _varint(file)
        elif kind == 2:  # a length, and so many bytes
            length = _varint(file) or 0
            if number == 14:  # StringStringEntryProto: field 1 is the key
                entry = file.read(length)
                keys.add(entry[2 : 2 + entry[1]].decode() if entry[:1] == b"\x0a" and len(entry) > 1 else "")
            else:
                file.seek(length, 1)
        else:
            break  # ModelProto has no fields of other types: this is no ONNX file
    return keys


def _varint(file: BinaryIO) -> int | None:
    """Read a protobuf number of at most 64 bits; None at the end of the file, or where there is none."""
    value = 0
    for shift in range(0, 70, 7):
        byte = file.read(1)
        if not byte:
            return None
        value |= (byte[0] & 127) << shift
        if byte[0] < 128:
            return value if value < 2**40 else None  # lengths of a TB are no lengths
    return None


def _pt2(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith(f"/extra/{HEADER_KEY}.json") for name in archive.namelist())


def _mean(path: Path) -> bool:
    values = read_safetensors_header(path) or {}
    training = values.get("training")
    return "classes" in values and isinstance(training, dict) and bool(training.get("shares"))


CHECKPOINT = Kind("a checkpoint of Florascope", _safetensors_with("classes"))
MEAN = Kind("a mean of checkpoints", _mean)  # each is a checkpoint, too
INDEX = Kind("an index of training photos", _safetensors_with("fingerprint"))
ONNX = Kind("an ONNX file of “export”", _onnx)
PT2 = Kind("a .pt2 file of “export”", _pt2)
PREDICTIONS = Kind("a table of “predict --csv”", table_columns("photo", "model", "error", "message"), streams=True)
REPORT_JSON = Kind("a report of “evaluate --report”", _json_with("schema", "checkpoint", "summary", "per_class"))
REPORT_PAGE = Kind("a page of “evaluate --report”", _marked("report"))
RUN_SETTINGS = Kind("the settings of a training run", _json_with("data", "split", "output", "backbone", "epochs"))
RUN_METRICS = Kind("the figures of a training run", table_columns("epoch", "train_loss"))
# Never renewed: a state that is there is resumed.
RUN_STATE = Kind("the state of a training run", lambda path: False)
RUN_CURVES = Kind("the curves of a training run", _marked("curves"))
LEFT_OUT = Kind("a list of files that were left out", table_columns("file", "reason"))
FURTHER = Kind("a list of further photos of a training run", table_columns(*FURTHER_COLUMNS))
MANIFEST = Kind("a manifest of photos", _manifest)
LR_PAGE = Kind("a curve of “lr-find”", _marked("lr-find"))
LR_PICTURE = Kind("a picture of “lr-find”", _png_of("lr-find"))
ALL = (
    *(CHECKPOINT, INDEX, ONNX, PT2, PREDICTIONS, REPORT_JSON, REPORT_PAGE, RUN_SETTINGS, RUN_METRICS, RUN_CURVES),
    *(LEFT_OUT, FURTHER, MANIFEST, LR_PAGE, LR_PICTURE),
)  # fmt: skip
