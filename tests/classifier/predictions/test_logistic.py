import json

import numpy as np
import pytest

from classifier.predictions.logistic import Logistic, fit_logistic


def test_a_logistic_regression_is_found_again_and_survives_json():
    chance = np.random.default_rng(3)
    features = chance.normal(5, 3, (5000, 2))
    odds = 1.5 * (features[:, 0] - 5) / 3 - 0.5
    fitted = fit_logistic(features, chance.random(5000) < 1 / (1 + np.exp(-odds)))
    assert fitted.weights[0] == pytest.approx(1.5, abs=0.15)
    assert fitted.weights[1] == pytest.approx(0, abs=0.15)
    again = Logistic.from_dict(json.loads(json.dumps(fitted.to_dict())))
    assert np.array_equal(again(features), fitted(features))


def test_a_logistic_regression_of_separable_or_constant_columns_stays_finite():
    fitted = fit_logistic(np.array([[0.0, 7], [0, 7], [1, 7], [1, 7]]), np.array([0, 0, 1, 1]))
    assert np.isfinite(fitted.weights).all()
    against = fit_logistic(np.array([[3.0], [2], [1], [0]]), np.array([0, 0, 1, 1]), increasing=True)
    assert against.weights == (0.0,)
    assert 0 < fitted(np.array([[1e9, -1e9]]))[0] < 1
