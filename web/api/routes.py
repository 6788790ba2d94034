"""The JSON API: `POST /api/v1/classify`, `GET /api/v1/classes`, `GET /api/v1/openapi.json`.

Answers are those of `predict --json`; errors are problem details (RFC 9457) with the codes of `classifier.errors`.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, TooManyRequests

from classifier.errors import SettingError, TooManyBytes
from web.answer.asking import BUSY, FAULT, FOR_PROGRAMS, explain
from web.answer.upload import NoPhoto
from web.api.openapi import BASE, describe
from web.server.limits import drain
from web.server.monitoring.requests import note_answer
from web.server.visitors import rates
from web.shared.wording import describe_too_large
from web.site import Site

ASK_AGAIN_AFTER_S = 5
_STATUS = {
    "no_photo": 400,
    "bad_setting": 400,
    "too_many_bytes": 413,
    "unsupported_format": 415,
    "no_model": 503,
    BUSY: 503,
    FAULT: 500,
}
# By address below the base; whatever is not listed is answered by `nothing`.
_ALLOWED = {"classify": ("POST", "OPTIONS"), **dict.fromkeys(("classes", "openapi.json"), ("GET", "HEAD", "OPTIONS"))}
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_TITLES = {
    400: "The request is incomplete",
    404: "There is nothing at this address",
    405: "This address does not answer that method",
    413: "The photo is too large",
    415: "The photo is of a kind that cannot be read",
    422: "The photo cannot be read",
    429: "Too many requests",
    500: "Something went wrong on the server",
    503: "No answer can be given now",
}


def register(server: Flask, site: Site) -> None:
    """Attach the API to a server."""
    api = Blueprint("api", __name__, url_prefix=BASE)

    @api.post("/classify", provide_automatic_options=False)
    def classify() -> Response:
        content, name = sent_photo(max_bytes=site.settings.max_upload_bytes)
        top_k = asked_top_k()
        with site.asking(content) as classifier:
            (prediction,) = classifier.predict([content], top_k=top_k)
        note_answer(prediction.verdict)
        return _json({"photo": name, **prediction.to_dict()})

    @api.get("/classes", provide_automatic_options=False)
    def classes() -> Response:
        known = site.classifier.classes if site.classifier is not None else site.collection.classes
        return _json({"classes": [label.to_dict() for label in known]})

    @api.get("/openapi.json", provide_automatic_options=False)
    def openapi() -> Response:
        return _json(describe(max_upload_bytes=site.settings.max_upload_bytes))

    @api.route("/", defaults={"rest": ""}, methods=_METHODS, provide_automatic_options=False)
    @api.route("/<path:rest>", methods=_METHODS, provide_automatic_options=False)
    def nothing(rest: str) -> Response:
        if (allowed := _ALLOWED.get(rest)) is None:
            return problem(404, "not_found", f"The API is described at {BASE}/openapi.json.")
        if request.method == "OPTIONS":
            answer = Response(status=204)
        else:
            answer = problem(405, "method_not_allowed", f"{BASE}/{rest} answers {' and '.join(allowed)} only.")
        answer.headers["Allow"] = ", ".join(allowed)
        return answer

    _register_errors(api, site)
    server.register_blueprint(api)


def sent_photo(*, max_bytes: int) -> tuple[bytes, str | None]:
    """The photo in the current request, from the multipart field `image` or the raw body, and its name if it has one.

    Raises:
        NoPhoto: there is none.
        SettingError: the form has several files.
        TooManyBytes: more than `max_bytes`.
    """
    name = None
    if request.mimetype == "multipart/form-data":
        fields = list(request.files.items(multi=True))
        if len(fields) > 1:
            raise SettingError(
                f"The form has {len(fields)} files, and one photo is classified at a time. Send one form each."
            )
        field = request.files.get("image")
        if field is None:
            raise NoPhoto("The form has no file in its field “image”. Send: curl -F image=@photo.jpg")
        content, name = field.read(max_bytes + 1), field.filename or None
    else:
        if (request.content_length or 0) > max_bytes:
            raise TooManyBytes(describe_too_large(max_bytes))
        content = request.get_data(cache=False)
    if not content:
        raise NoPhoto("The request has no photo. Send it as the body, or as the form field “image”.")
    if len(content) > max_bytes:
        raise TooManyBytes(describe_too_large(max_bytes))
    return content, name


def asked_top_k() -> int:
    """The query's `top_k`, 5 without one.

    Raises:
        SettingError: it is not a whole number from 1 to 1000.
    """
    asked = request.args.get("top_k", "5")
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 4 and 1 <= int(asked) <= 1000):
        raise SettingError(f"top_k is a whole number from 1 to 1000; got “{asked[:20]}”.")
    return int(asked)


def problem(status: int, code: str, detail: str) -> Response:
    """Problem details (https://www.rfc-editor.org/rfc/rfc9457) with a code for programs."""
    body = {"type": "about:blank", "title": _TITLES[status], "status": status, "detail": detail, "code": code}
    return _json(body, status=status, mimetype="application/problem+json")


def _register_errors(api: Blueprint, site: Site) -> None:
    @api.errorhandler(RequestEntityTooLarge)
    def too_large(_: RequestEntityTooLarge) -> Response:
        return refuse(TooManyBytes(describe_too_large(site.settings.max_upload_bytes)))

    @api.errorhandler(TooManyRequests)
    def too_often(_: TooManyRequests) -> Response:
        return problem(429, "too_many_requests", rates.SENTENCE)

    @api.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.code in _TITLES:
            return problem(error.code, error.name.lower().replace(" ", "_"), str(error.description))
        return refuse(error)


def refuse(error: Exception) -> Response:
    """What went wrong with the current request, as problem details."""
    failure = explain(error, FOR_PROGRAMS)
    answer = problem(_STATUS.get(failure.code, 422), failure.code, failure.words)
    if failure.code == BUSY:
        answer.headers["Retry-After"] = str(ASK_AGAIN_AFTER_S)
    elif failure.code != FAULT:
        drain(request)
    return answer


def _json(body: Any, *, status: int = 200, mimetype: str = "application/json") -> Response:
    answer = Response(json.dumps(body, ensure_ascii=False), status=status, mimetype=mimetype)
    answer.headers["Cache-Control"] = "no-store"
    return answer
