"""Upload: what a browser sent about one photo. Pure and limited; nothing is kept."""

from __future__ import annotations

import binascii
from dataclasses import asdict, dataclass
from typing import Any

from PIL import Image

from classifier.errors import NotAnImage, PhotoError, TooManyBytes
from web.shared.wording import describe_too_large

LEAST_SIZE = 20
MOST_KEY_CHARACTERS = 64
MOST_TURNS = 1_000_000


class NoPhoto(PhotoError):
    """Classify was asked for without a photo."""

    code = "no_photo"


@dataclass(frozen=True)
class PartView:
    """A square part of a photo, in whole per cent. The default is what the model sees of a whole photo.

    size: its side, of the photo's shorter side (LEAST_SIZE to 100).
    x, y: where it lies in the room that is left, from 0 (left, top) to 100 (right, bottom).
    """

    size: int = 100
    x: int = 50
    y: int = 50

    def to_dict(self) -> dict[str, int]:
        """Plain values for the browser."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Any) -> PartView:
        """The view in what a browser sent; anything out of the ordinary becomes the nearest ordinary value."""

        def whole(name: str, low: int, default: int) -> int:
            value = values.get(name) if isinstance(values, dict) else None
            if not isinstance(value, int | float) or not abs(value) < 1e9:
                return default
            return max(low, min(100, round(value)))

        return cls(whole("size", LEAST_SIZE, 100), whole("x", 0, 50), whole("y", 0, 50))

    def cut(self, picture: Image.Image) -> Image.Image:
        """This part of an upright picture: what `boxOf` in `assets/js/30-closer-look.js` shows framed."""
        side = max(1, round(min(picture.size) * self.size / 100))
        left, top = round((picture.width - side) * self.x / 100), round((picture.height - side) * self.y / 100)
        return picture.crop((left, top, left + side, top + side))


WHOLE = PartView()


@dataclass(frozen=True)
class Upload:
    """One photo, or a part of one, as the page's store has it.

    key: the browser's own name for the photo, at most `MOST_KEY_CHARACTERS`; it comes back with the answer.
    turn: which of the photo's parts this is, counted by the browser; 0 for the whole photo.
    content: the data URL that should hold the photo, as it came: it is checked when it is decoded.
    shrunk: whether the browser has made the photo small and upright already; else it is the file as the visitor has it.
    view: which part of the photo it is.
    uncut: whether `content` is the whole photo all the same, and the part is yet to be cut out.
    """

    key: str
    turn: int
    content: Any
    shrunk: bool
    view: PartView
    uncut: bool

    @classmethod
    def from_store(cls, data: Any) -> Upload:
        """Read `{"key": …, "url": "data:image/jpeg;base64,…", "turn": …, "shrunk": …, "view": …, "uncut": …}`.

        Whatever a browser sends gives an upload: what is missing or makes no sense becomes the default.
        """
        record: dict[str, Any] = data if isinstance(data, dict) else {}
        turn = record.get("turn")
        return cls(
            key=str(record.get("key", ""))[:MOST_KEY_CHARACTERS],
            turn=turn if isinstance(turn, int) and 0 <= turn < MOST_TURNS else 0,
            content=record.get("url"),
            shrunk=record.get("shrunk") is not False,
            view=PartView.from_dict(record.get("view")),
            uncut=record.get("uncut") is True,
        )

    def decode(self, *, max_bytes: int) -> bytes:
        """The bytes of the photo.

        Raises:
            NoPhoto: nothing came, or a record without a photo.
            TooManyBytes: more than `max_bytes`; known from the length, before decoding.
            NotAnImage: not a base64 data URL, or an empty file.
        """
        if not self.content:
            raise NoPhoto("There is no photo yet. Choose or drop one first.")
        if not isinstance(self.content, str):
            raise NotAnImage("That did not arrive as a photo. Choose the file again.")
        head, comma, payload = self.content.partition(",")
        if not comma or not head.startswith("data:") or not head.endswith(";base64"):
            raise NotAnImage("That did not arrive as a photo. Choose the file again.")
        # Four characters of base64 carry three bytes; padding makes this two bytes too many at most.
        if len(payload) // 4 * 3 > max_bytes + 2:
            raise TooManyBytes(describe_too_large(max_bytes))
        try:
            photo = binascii.a2b_base64(payload, strict_mode=True)  # base64.b64decode would copy the text first
        except ValueError as error:
            raise NotAnImage("The photo was damaged on its way here. Choose the file again.") from error
        if not photo:
            raise NotAnImage("This file is empty. Choose another photo.")
        return photo
