"""Schemas of what the API sends, from the dataclasses that it sends."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from classifier.data.labels import LabelClass
from classifier.predictions.values import Prediction

PLACE = "#/components/schemas/{model}"
_PROBABILITY = {"minimum": 0, "maximum": 1}
_NUMBER = {"minimum": 0}
# What the types of the dataclasses do not say: schema → field → keywords.
DETAILS: dict[str, dict[str, dict[str, Any]]] = {
    "Candidate": {"probability": _PROBABILITY},
    "Neighbour": {"similarity": {"maximum": 1.01}},  # a cosine, which rounding may carry above 1
    "Confusion": {"count": {"minimum": 1}},
    "TrackRecord": {
        "low_confidence": _PROBABILITY,
        "high_confidence": _PROBABILITY,
        "n": _NUMBER,
        "right": _NUMBER,
        "share": _PROBABILITY,
        "low": _PROBABILITY,
        "high": _PROBABILITY,
        "overall_n": _NUMBER,
        "overall_right": _NUMBER,
        "overall_share": _PROBABILITY,
    },
    "Prediction": {
        "predictions": {"minItems": 1},
        "coverage": _PROBABILITY,
        "photo": {"description": "The name that the form gave the file."},
        "reason": {
            "description": "Of “unknown”: unlike all photos learnt from, or alike and still none of the classes."
        },
        "duplicate_of": {
            "description": "The image_id of a training photo, as in data/flowers102.csv; for a checkpoint of your "
            "own, as in NAME.manifest.csv beside it."
        },
        "whole_photo_seen": {
            "description": "Whether the probabilities come from the whole photo, too: so it is where the central "
            "square of a wide or high one leaves doubt."
        },
    },
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong and what to do, in a sentence or two."},
        "code": {"type": "string", "description": "For programs: not_an_image, too_many_bytes, busy, …"},
    },
}


class _Bare(GenerateJsonSchema):
    """Schemas without the titles and defaults of fields, which say nothing to those who read answers."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])


def refer(name: str) -> dict[str, Any]:
    """A reference to a schema by its name."""
    return {"$ref": PLACE.format(model=name)}


@cache
def describe_schemas() -> dict[str, Any]:
    """All schemas by name, as OpenAPI's `components.schemas` holds them."""
    adapters = [(kind, "serialization", TypeAdapter(kind)) for kind in (LabelClass, Prediction)]
    _, document = TypeAdapter.json_schemas(adapters, ref_template=PLACE, schema_generator=_Bare)  # type: ignore[arg-type]
    schemas: dict[str, Any] = document["$defs"]
    for schema in schemas.values():
        del schema["title"], schema["description"]  # the docstrings are for those who read the code
    _send_as_json(schemas)
    for name, fields in DETAILS.items():
        for field, keywords in fields.items():
            _add(schemas[name]["properties"][field], keywords)
    return dict(sorted(schemas.items()))


def _send_as_json(schemas: dict[str, Any]) -> None:
    """Change what `Prediction.to_dict` and the routes change: names, the photo's name, and no maps."""
    schemas["Class"] = schemas.pop("LabelClass")
    schemas["Classes"] = {
        "type": "object",
        "required": ["classes"],
        "properties": {"classes": {"type": "array", "items": refer("Class")}},
    }
    schemas["Problem"] = PROBLEM
    del schemas["ActivationMap"]
    fields = schemas["Prediction"]["properties"]
    del fields["maps"]
    fields = {
        "photo": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "predictions": fields.pop("candidates"),
        **fields,
    }
    schemas["Prediction"] |= {"properties": fields, "required": list(fields)}


def _add(schema: dict[str, Any], keywords: dict[str, Any]) -> None:
    """Add keywords to a field: descriptions to the whole, bounds to the kind that they are about, not to null."""
    whole = "description" in keywords or "anyOf" not in schema
    (schema if whole else schema["anyOf"][0]).update(keywords)
