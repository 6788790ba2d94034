import json
from dataclasses import replace
from typing import Any

import pytest

from classifier.predictions.values import Candidate, Confusion, Neighbour, Neighbours, Prediction, TrackRecord

ROSE, LILY = Candidate(1, "Rose", "Rosa", 0.9), Candidate(2, "Lily", None, 0.1)
NEAREST = Neighbour(7, 1, 0.8)
RECORD = TrackRecord(1, 0.8, 0.95, 4, 3, 0.75, 0.3, 0.95, 40, 38, 0.95, (Confusion(1, 2, 1, (9,)),))


def test_a_plain_prediction_names_what_it_lacks() -> None:
    prediction = Prediction((ROSE, LILY))
    assert prediction.best == ROSE
    values = prediction.to_dict()
    assert values["predictions"][1] == {"class_id": 2, "name": "Lily", "scientific_name": None, "probability": 0.1}
    assert values.pop("whole_photo_seen") is False
    assert {name for name, value in values.items() if value is None} == set(values) - {"predictions"}


def test_a_whole_prediction_is_plain_values() -> None:
    prediction = Prediction(
        (ROSE, LILY),
        verdict="unsure",
        coverage_set=(ROSE,),
        coverage=0.95,
        neighbours=Neighbours((NEAREST,), {1: (NEAREST,), 2: ()}),
        similarity=0.8,
        duplicate_of=7,
        track_record=RECORD,
    )
    values = json.loads(json.dumps(prediction.to_dict()))
    assert values["neighbours"]["by_class"] == {"1": [{"image_id": 7, "class_id": 1, "similarity": 0.8}], "2": []}
    assert values["track_record"]["confusions"] == [{"said": 1, "was": 2, "count": 1, "image_ids": [9]}]
    assert (values["verdict"], values["reason"], values["duplicate_of"]) == ("unsure", None, 7)


@pytest.mark.parametrize(
    ("verdict", "listed", "likeliest", "is_pair"),
    [
        ("unsure", 2, 3, True),
        ("unsure", 2, 2, False),
        ("unsure", 1, 3, False),
        ("unsure", 3, 3, False),
        ("confident", 2, 3, False),
        ("unknown", 2, 3, False),
        (None, 2, 3, False),
    ],
)
def test_a_pair_is_what_an_unsure_answer_leaves_open(verdict: Any, listed: int, likeliest: int, is_pair: bool) -> None:
    candidates = (ROSE, LILY, Candidate(3, "Tulip", None, 0.05))
    prediction = Prediction(candidates[:likeliest], verdict=verdict, coverage_set=candidates[:listed])
    assert prediction.pair == ((ROSE, LILY) if is_pair else None)
    assert replace(prediction, coverage_set=None).pair is None
    assert replace(prediction, coverage_set=(ROSE, Candidate(2, "Lily", None, 0.09))).pair is None
