from pathlib import Path

import pytest
import torch
from PIL import Image
from scipy.stats import binomtest

from classifier.errors import SettingError
from classifier.evaluation.comparison import Comparison, compare, mcnemar_exact, measure_speed
from classifier.evaluation.metrics import Outcome
from classifier.inference.classifier import Classifier
from tests.making.runs import save_untrained


@pytest.mark.parametrize("pair", [(0, 0), (1, 0), (3, 3), (9, 2), (0, 12), (40, 21), (900, 1100)])
def test_mcnemar_is_the_binomial_test_of_the_photos_that_differ(pair: tuple[int, int]):
    expected = binomtest(min(pair), sum(pair)).pvalue if sum(pair) else 1.0
    assert mcnemar_exact(*pair) == pytest.approx(expected, rel=1e-9)
    assert mcnemar_exact(*pair) == mcnemar_exact(*reversed(pair))


def test_photos_are_counted_by_who_is_right():
    targets = torch.tensor([0, 0, 0, 1])
    first = Outcome(torch.tensor([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]]), targets, (1, 2, 3, 4))
    second = Outcome(torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.6, 0.4]]), targets, (1, 2, 3, 4))
    assert compare(first, second) == Comparison(both=1, only_first=1, only_second=1, neither=1)
    assert compare(first, second).n == 4


def test_different_photos_cannot_be_compared():
    first = Outcome(torch.tensor([[0.9, 0.1]]), torch.tensor([0]), (1,))
    second = Outcome(torch.tensor([[0.9, 0.1]]), torch.tensor([0]), (2,))
    with pytest.raises(SettingError, match="same photos"):
        compare(first, second)


def test_speed_is_a_ratio_of_pairs(tmp_path: Path):
    classifier = Classifier.load(save_untrained(tmp_path / "tiny.safetensors"), device="cpu")
    speed = measure_speed(classifier, classifier, [Image.new("RGB", (40, 40))], rounds=4)
    assert speed.first_ms > 0
    assert 0.1 < speed.ratio < 10
