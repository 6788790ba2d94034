import json

import numpy as np
import pytest

from classifier.checkpoint import read_metadata
from classifier.locations import DEFAULT_CHECKPOINT
from classifier.predictions.verdicts import Calibration, log_sum_exp, softmax


def test_softmax_and_log_sum_exp_stand_extreme_logits():
    logits = np.array([[1e4, -1e4, 0.0], [0.0, 0.0, 0.0]], dtype=np.float32)
    assert softmax(logits).sum(axis=1) == pytest.approx([1, 1])
    assert log_sum_exp(logits) == pytest.approx([1e4, np.log(3)])


def test_a_calibration_survives_json():
    calibration = read_metadata(DEFAULT_CHECKPOINT).calibration
    assert Calibration.from_dict(json.loads(json.dumps(calibration.to_dict()))) == calibration


def test_the_verdict_is_unknown_where_familiarity_is_below_zero():
    calibration = read_metadata(DEFAULT_CHECKPOINT).calibration
    seen = np.random.default_rng(5).normal(0, 50, (200, len(calibration.known.weights))).astype(np.float32)
    unknown = [verdict == "unknown" for verdict, _ in calibration.judge(seen)]
    assert (calibration.familiarity(seen) < 0).tolist() == unknown
    assert all((reason is None) == (verdict != "unknown") for verdict, reason in calibration.judge(seen))
