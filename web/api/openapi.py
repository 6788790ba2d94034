"""Description of the API, as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1). Pure."""

from __future__ import annotations

from typing import Any

from web.api.schemas import describe_schemas, refer

BASE = "/api/v1"
VERSION = "1.0.0"


def _content(name: str, mimetype: str = "application/json") -> dict[str, Any]:
    return {mimetype: {"schema": refer(name)}}


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": _content("Problem", "application/problem+json")}


def describe(*, max_upload_bytes: int) -> dict[str, Any]:
    """The document. `max_upload_bytes`: the largest photo that is taken."""
    photo = {"type": "string", "format": "binary", "maxLength": max_upload_bytes}
    form = {"type": "object", "required": ["image"], "properties": {"image": photo}}
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
                    "description": "Photos are not kept. The answer is the one of `predict --json`, without paths.",
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
                            "multipart/form-data": {"schema": form},
                            **{kind: {} for kind in ("image/jpeg", "image/png", "image/webp", "image/*")},
                            "application/octet-stream": {},
                        },
                    },
                    "responses": {
                        "200": {"description": "The answer", "content": _content("Prediction")},
                        "400": _problem("No photo, several in one form, or a parameter that makes no sense"),
                        "413": _problem(f"More than {max_upload_bytes} bytes"),
                        "415": _problem("A format that is not read"),
                        "422": _problem("Not a picture, damaged, too small, or too many pixels"),
                        "429": _problem("Too many requests of one visitor; Retry-After says when to ask again"),
                        "500": _problem("A fault of the server"),
                        "503": _problem("No model, or too many requests at once: ask again after Retry-After"),
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
        "components": {"schemas": describe_schemas()},
    }
