"""Schemas refuse what the API never sends; `test_routes` shows that they take what it sends."""

import json

import pytest

from classifier.predictions.values import Candidate, Confusion, Neighbour, Neighbours, Prediction, TrackRecord
from web.api.schemas import describe_schemas

jsonschema = pytest.importorskip("jsonschema")
ROSE = Candidate(8, "Rose", None, 0.9)
RECORD = TrackRecord(8, 0.8, 0.95, 18, 17, 17 / 18, 0.7, 0.99, 0, 0, None, (Confusion(8, 3, 2, (1, 2)),))
NEAR = Neighbour(101, 8, 1.0001)
FULL = Prediction((ROSE,), "unsure", None, (ROSE,), 0.95, Neighbours((NEAR,), {8: (NEAR,)}), 1.0, None, RECORD)


def sent(prediction: Prediction) -> dict:
    """A prediction as a program gets it."""
    return json.loads(json.dumps({"photo": None, **prediction.to_dict()}))


def is_valid(answer: object, name: str = "Prediction") -> bool:
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": describe_schemas()}}
    return jsonschema.Draft202012Validator(schema).is_valid(answer)


@pytest.mark.parametrize("prediction", [FULL, Prediction((ROSE,))])
def test_predictions_are_valid(prediction):
    assert is_valid(sent(prediction))
    assert is_valid({**sent(prediction), "photo": "rose.jpg"})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["photo"], 7),
        (["predictions"], []),
        (["predictions", 0, "probability"], 1.1),
        (["predictions", 0, "class_id"], "8"),
        (["verdict"], "perhaps"),
        (["reason"], "not_a_flower"),
        (["coverage"], -0.1),
        (["coverage_set", 0, "name"], None),
        (["neighbours", "overall", 0, "similarity"], 1.2),
        (["neighbours", "by_class", "8"], 3),
        (["similarity"], "close"),
        (["duplicate_of"], 1.5),
        (["track_record", "n"], -1),
        (["track_record", "share"], 2),
        (["track_record", "overall_share"], "none"),
        (["track_record", "confusions", 0, "count"], 0),
    ],
)
def test_other_values_are_not(path, value):
    answer = sent(FULL)
    place = answer
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert not is_valid(answer)


def test_every_field_is_there_and_no_map_is():
    answer = sent(FULL)
    assert set(describe_schemas()["Prediction"]["properties"]) == set(answer)
    for field in answer:
        assert not is_valid({name: value for name, value in answer.items() if name != field}), field


def test_classes_need_a_number_and_a_name():
    assert is_valid({"classes": [{"class_id": 1, "name": "Rose"}]}, "Classes")
    assert not is_valid({"classes": [{"class_id": 1}]}, "Classes")
    assert not is_valid({"classes": [{"class_id": 1, "name": "Rose", "family": 7}]}, "Classes")
