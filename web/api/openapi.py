"""The API's description of itself, as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1). Pure."""

from __future__ import annotations

from typing import Any

BASE = "/api/v1"
VERSION = "1.0.0"

_PROBABILITY = {"type": "number", "minimum": 0, "maximum": 1}
_CLASS_ID = {"type": "integer"}


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": {**required, **optional}}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _named(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _content(name: str, mimetype: str = "application/json") -> dict[str, Any]:
    return {mimetype: {"schema": _named(name)}}


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": _content("Problem", "application/problem+json")}


SCHEMAS: dict[str, Any] = {
    "Class": _object(
        {"class_id": _CLASS_ID, "name": {"type": "string"}},
        scientific_name={"type": ["string", "null"]},
        family={"type": ["string", "null"]},
    ),
    "Classes": _object({"classes": _list(_named("Class"))}),
    "Candidate": _object(
        {
            "class_id": _CLASS_ID,
            "name": {"type": "string"},
            "scientific_name": {"type": ["string", "null"]},
            "probability": _PROBABILITY,
        }
    ),
    "Neighbour": _object(
        {"image_id": {"type": "integer"}, "class_id": _CLASS_ID, "similarity": {"type": "number", "maximum": 1.01}}
    ),
    "Neighbours": _object(
        {
            "overall": _list(_named("Neighbour")),
            "by_class": {"type": "object", "additionalProperties": _list(_named("Neighbour"))},
        }
    ),
    "Confusion": _object(
        {
            "said": _CLASS_ID,
            "was": _CLASS_ID,
            "count": {"type": "integer", "minimum": 1},
            "image_ids": _list({"type": "integer"}),
        }
    ),
    "TrackRecord": _object(
        {
            "class_id": _CLASS_ID,
            "low_confidence": _PROBABILITY,
            "high_confidence": _PROBABILITY,
            "n": {"type": "integer", "minimum": 0},
            "right": {"type": "integer", "minimum": 0},
            "share": _or_null(_PROBABILITY),
            "low": _PROBABILITY,
            "high": _PROBABILITY,
            "overall_n": {"type": "integer", "minimum": 0},
            "overall_right": {"type": "integer", "minimum": 0},
            "overall_share": _or_null(_PROBABILITY),
            "confusions": _list(_named("Confusion")),
        }
    ),
    "Prediction": _object(
        {
            "photo": {"type": ["string", "null"], "description": "The name that the form gave the file."},
            "predictions": {**_list(_named("Candidate")), "minItems": 1},
            "verdict": {"enum": ["confident", "unsure", "unknown", None]},
            "reason": {
                "enum": ["not_the_subject", "other_kind", None],
                "description": "Of “unknown”: unlike all photos learnt from, or alike and still none of the classes.",
            },
            "coverage_set": _or_null(_list(_named("Candidate"))),
            "coverage": _or_null(_PROBABILITY),
            "neighbours": _or_null(_named("Neighbours")),
            "similarity": {"type": ["number", "null"]},
            "duplicate_of": {
                "type": ["integer", "null"],
                "description": "The image_id of a training photo, as in data/flowers102.csv; for a checkpoint of your "
                "own, as in NAME.manifest.csv beside it.",
            },
            "track_record": _or_null(_named("TrackRecord")),
        }
    ),
    "Problem": _object(
        {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What is wrong and what to do, in a sentence or two."},
            "code": {"type": "string", "description": "For programs: not_an_image, too_many_bytes, busy, …"},
        }
    ),
}


def describe(*, max_upload_bytes: int) -> dict[str, Any]:
    """The document. `max_upload_bytes`: the largest photo that is taken."""
    photo = {"type": "string", "format": "binary", "maxLength": max_upload_bytes}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Florascope",
            "version": VERSION,
            "summary": "Names what a photo shows, and says how far to trust the answer.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": BASE}],
        "paths": {
            "/classify": {
                "post": {
                    "operationId": "classify",
                    "summary": "Classify one photo",
                    "description": "Photos are not kept. The answer is the one of `predict --json`.",
                    "parameters": [
                        {
                            "name": "top_k",
                            "in": "query",
                            "description": "How many classes to name.",
                            "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 5},
                        }
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "multipart/form-data": {"schema": _object({"image": photo})},
                            **{kind: {} for kind in ("image/jpeg", "image/png", "image/webp", "image/*")},
                            "application/octet-stream": {},
                        },
                    },
                    "responses": {
                        "200": {"description": "The answer", "content": _content("Prediction")},
                        "400": _problem("No photo, or a parameter that makes no sense"),
                        "413": _problem(f"More than {max_upload_bytes} bytes"),
                        "415": _problem("A format that is not read"),
                        "422": _problem("Not a picture, damaged, too small, or too many pixels"),
                        "500": _problem("A fault of the server"),
                        "503": _problem("No model, or too many requests at once"),
                    },
                }
            },
            "/classes": {
                "get": {
                    "operationId": "listClasses",
                    "summary": "The classes that can be named",
                    "responses": {"200": {"description": "All of them", "content": _content("Classes")}},
                }
            },
            "/openapi.json": {
                "get": {
                    "operationId": "describe",
                    "summary": "This document",
                    "responses": {"200": {"description": "OpenAPI 3.1", "content": {"application/json": {}}}},
                }
            },
        },
        "components": {"schemas": SCHEMAS},
    }
