"""The visitor's own photo, with what the model saw of it framed. The photo never comes back from the server:
`assets/js/30-closer-look.js` puts it here from the browser's memory, and places the frame."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from dash import html

from web.shared.attributes import aria

LEAST_SIZE = 20


@dataclass(frozen=True)
class PartView:
    """A square part of a photo, in whole per cent.

    size: its side, of the photo's shorter side (LEAST_SIZE to 100); x, y: where it lies in the room that is left,
    from 0 (left, top) to 100 (right, bottom). The default is what the model sees of a whole photo.
    """

    size: int = 100
    x: int = 50
    y: int = 50

    def to_dict(self) -> dict[str, int]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Any) -> PartView:
        """From what a browser sent; anything out of the ordinary becomes the nearest ordinary value."""

        def whole(name: str, low: int, default: int) -> int:
            value = values.get(name) if isinstance(values, dict) else None
            if not isinstance(value, int | float) or not abs(value) < 1e9:
                return default
            return max(low, min(100, round(value)))

        return cls(whole("size", LEAST_SIZE, 100), whole("x", 0, 50), whole("y", 0, 50))


def create_stage(name: str, *, overlay: str | None = None, frame: str | None = None) -> html.Div:
    """The photo and a frame on it.

    Args:
        name: tells stages apart.
        overlay: id of a picture laid over what the model saw; the frame is placed once, by the answer's view.
        frame: id of a frame that the visitor moves.
    """
    lid: Any = html.Img(id=overlay, className="own__heat", alt="") if overlay else None
    if frame:
        lid = html.Span(className="own__corner")
    held: dict[str, Any] = {"id": frame} if frame else {"id": {"type": "own-seen", "index": name}}
    look = "own__seen own__seen--held" if frame else "own__seen"
    return html.Div(
        [
            html.Img(id={"type": "own-photo", "index": name}, className="own__photo", alt="Your photo"),
            html.Div(lid, className=look, **held, **(aria(hidden="true") if frame else {})),
        ],
        className="own",
    )
