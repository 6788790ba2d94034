from dataclasses import replace

import numpy as np
import pytest

from classifier.data.labels import LabelClass
from classifier.predictions.neighbours import build_index
from classifier.predictions.postprocessing import NetworkOutput, Postprocessor
from classifier.predictions.verdicts import softmax

CLASSES = tuple(LabelClass(10 + position, name) for position, name in enumerate(("rose", "tulip", "lotus")))
CHANCE = np.random.default_rng(7)
OUTPUT = NetworkOutput(
    logits=np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 0.0]], dtype=np.float32),
    embeddings=CHANCE.normal(size=(2, 8)).astype(np.float32),
    crops=CHANCE.normal(size=(2, 3, 32, 32)).astype(np.float32),
)
PLAIN = Postprocessor(CLASSES, np.zeros((3, 8), dtype=np.float32))
INDEX = build_index(
    CHANCE.normal(size=(12, 8)).astype(np.float32),
    image_ids=range(100, 112),
    positions=[0, 1, 2] * 4,
    hashes=np.zeros((12, 32), dtype=np.uint8),
    weights_digest="x",
)


def test_candidates_come_best_first_with_their_probabilities() -> None:
    first, second = PLAIN.predict(OUTPUT, PLAIN.assess(OUTPUT), top_k=2)
    assert [candidate.class_id for candidate in first.candidates] == [10, 11]
    assert [candidate.probability for candidate in first.candidates] == pytest.approx(softmax(OUTPUT.logits)[0, :2])
    assert [candidate.class_id for candidate in second.candidates] == [10, 11]  # equal ones in the order of the classes
    assert (first.verdict, first.neighbours, first.track_record, first.maps) == (None, None, None, None)


def test_other_probabilities_change_the_candidates_and_leave_the_neighbours() -> None:
    postprocessor = replace(PLAIN, index=INDEX)
    averaged = np.array([[0.1, 0.2, 0.7], [0.2, 0.5, 0.3]], dtype=np.float32)
    assessment = postprocessor.assess(OUTPUT)
    plain = postprocessor.predict(OUTPUT, assessment, top_k=3)
    changed = postprocessor.predict(OUTPUT, assessment.after_second_look(averaged, rows=[1]), top_k=3)
    assert [prediction.whole_photo_seen for prediction in (*plain, *changed)] == [False, False, False, True]
    assert [prediction.best.name for prediction in changed] == ["lotus", "tulip"]
    assert [prediction.best.probability for prediction in changed] == pytest.approx([0.7, 0.5])
    assert [prediction.neighbours.overall for prediction in changed if prediction.neighbours] == [
        prediction.neighbours.overall for prediction in plain if prediction.neighbours
    ]
    assert all(prediction.neighbours for prediction in changed)
