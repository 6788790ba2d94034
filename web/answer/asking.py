"""Asking the classifier: upload → prediction → words. The one place where failures become words, too."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dash import html
from PIL import Image

from classifier.errors import PhotoError, SettingError
from classifier.inference.stages import DECODING, stage
from classifier.photos.reading import open_image
from classifier.photos.thumbnails import data_url
from classifier.predictions.stability import stability
from web.answer.result import create_result, describe_answer
from web.answer.upload import Upload
from web.server.monitoring.metrics import NINE_LOOKS
from web.server.monitoring.requests import note_answer, note_refusal
from web.server.visitors.line import Busy
from web.site import Site

if TYPE_CHECKING:
    from classifier.predictions.stability import Stability

TOP_K = 5
SHOWN_PX = 1024  # long side; the browser shrinks the photos that it can read to the same
NINE_LOOKS_PX = 640  # what photos are decoded at for the nine looks: twice what a look needs, for the tighter ones
BUSY, FAULT = "busy", "error"  # codes, beside those of classifier.errors
FOR_VISITORS: Mapping[str, str] = {
    BUSY: "Many people are asking just now. Your photo is still here: press the button again in a few seconds.",
    FAULT: "Something went wrong on our side, not with your photo. Try again; if it happens again, try another photo.",
}
FOR_PROGRAMS: Mapping[str, str] = {
    BUSY: "Many are asking just now. Try again in a few seconds.",
    FAULT: "Something went wrong on our side, not with the photo. Try again later.",
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What the page gets to show.

    content: the result.
    words: the same in one sentence, for screen readers.
    shown: the photo as a data URL of a small upright JPEG if the browser sent the file as it is, else None.
    """

    content: html.Div
    words: str
    shown: str | None


@dataclass(frozen=True)
class Failure:
    """Why there is no answer.

    code: that of a `ClassifierError`, or `BUSY` or `FAULT`.
    words: a sentence or two for the reader.
    """

    code: str
    words: str


def answer_upload(upload: Upload, *, site: Site) -> Answer:
    """The answer to a photo, or to a part of one.

    Raises:
        PhotoError: nothing came, nothing that can be read as a photo, or there is no model; its message is for the
            visitor.
        Busy: others kept the model busy for too long.
    """
    content = upload.decode(max_bytes=site.settings.max_upload_bytes)
    picture: bytes | Image.Image = content
    with site.asking(content) as classifier:
        with stage(DECODING):
            if upload.uncut:
                picture = upload.view.cut(open_image(content))
            elif not upload.shrunk:
                picture = open_image(content, draft_px=SHOWN_PX)
        (prediction,) = classifier.predict([picture], top_k=TOP_K, maps=True)
    shown = None
    if isinstance(picture, Image.Image) and not upload.uncut:
        picture.thumbnail((SHOWN_PX, SHOWN_PX))
        shown = data_url(picture, "JPEG", quality=90)
    note_answer(prediction.verdict)
    return Answer(create_result(prediction, site=site, view=upload.view), describe_answer(prediction, site=site), shown)


def look_nine_ways(upload: Upload, *, site: Site) -> Stability:
    """The answers to nine views of a photo. The browser sends the photo again, since the server keeps none.

    Raises:
        PhotoError, Busy: as in `answer_upload`.
    """
    content = upload.decode(max_bytes=site.settings.max_upload_bytes)
    with site.asking(content) as classifier:  # decoding too: of large photos, only a few fit in the memory at once
        with stage(DECODING):
            if upload.uncut:
                picture = upload.view.cut(open_image(content))
            else:
                picture = open_image(content, draft_px=NINE_LOOKS_PX)
        found = stability(classifier, picture)
    note_answer(NINE_LOOKS)
    return found


def explain(error: Exception, sentences: Mapping[str, str] = FOR_VISITORS) -> Failure:
    """What went wrong, in words for the reader; it is counted, faults of the server are logged with their details.

    Args:
        error: what was raised while a photo was classified.
        sentences: `FOR_VISITORS` or `FOR_PROGRAMS`.
    """
    if isinstance(error, PhotoError | SettingError):
        failure = Failure(error.code, str(error))
    elif isinstance(error, Busy):
        failure = Failure(BUSY, sentences[BUSY])
    else:
        logger.error("A photo could not be classified", exc_info=error)
        failure = Failure(FAULT, sentences[FAULT])
    note_refusal(failure.code)
    return failure
