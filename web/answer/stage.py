"""The visitor's own photo, with what the model saw of it framed.

The photo never comes back from the server: `assets/js/30-closer-look.js` puts it here from the browser's memory, and
places the frame; `31-overlays.js` paints the canvas.
"""

from __future__ import annotations

from typing import Any

from web.shared.attributes import aria
from web.shared.light import html


def create_stage(name: str, *, overlay: str | None = None, frame: str | None = None) -> html.Div:
    """The photo and a frame on it.

    Args:
        name: tells stages apart.
        overlay: id of a canvas laid over what the model saw; the frame is placed once, by the answer's view.
        frame: id of a frame that the visitor moves.
    """
    lid: Any = html.Canvas(id=overlay, className="own__heat", **aria(hidden="true")) if overlay else None
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
