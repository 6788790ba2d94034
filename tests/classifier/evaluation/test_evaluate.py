import math
from pathlib import Path

import pytest
import torch

from classifier.data.samples import Sample
from classifier.errors import DatasetError
from classifier.evaluation.evaluate import collect, create_report, file_digest
from classifier.evaluation.metrics import (
    Outcome,
    calibration_error,
    class_figures,
    confusion_matrix,
    reliability,
    summarise,
)
from classifier.inference.classifier import Classifier
from classifier.reports.report import Bin, Report
from tests.making.runs import plant_photos, save_untrained

# Four photos of three classes; the second is called class 2 although it is of class 1, the last has a tie-free 0.4.
PROBABILITIES = torch.tensor([[0.1, 0.8, 0.1], [0.2, 0.1, 0.7], [0.05, 0.05, 0.9], [0.4, 0.3, 0.3]])
OUTCOME = Outcome(PROBABILITIES, torch.tensor([1, 1, 2, 0]), (5, 6, 7, 8))


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return Classifier.load(save_untrained(tmp_path_factory.mktemp("tiny") / "tiny.safetensors"), device="cpu")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    paths = plant_photos(tmp_path_factory.mktemp("photos"))
    return [Sample(path, number // 4, number + 1) for number, path in enumerate(paths)]


def test_an_outcome_has_an_entry_for_every_photo():
    with pytest.raises(ValueError, match="one entry a photo"):
        Outcome(PROBABILITIES, torch.tensor([1]), (5,))


def test_the_summary_is_that_of_the_hand_calculation():
    figures = summarise(OUTCOME)
    assert figures["n"] == 4
    assert figures["top1"] == 0.75
    assert figures["top5"] == 1  # of three classes, one is always among the first five
    assert figures["mean_class"] == pytest.approx((1 + 0.5 + 1) / 3, abs=1e-5)
    assert figures["nll"] == pytest.approx(-sum(map(math.log, (0.8, 0.1, 0.9, 0.4))) / 4, abs=1e-5)
    assert figures["brier"] == pytest.approx((0.06 + 1.34 + 0.015 + 0.54) / 4, abs=1e-5)
    assert figures["top1_interval"] == pytest.approx([0.30064, 0.95441], abs=1e-4)


def bins_of(outcome: Outcome, **options: int) -> tuple[Bin, ...]:
    return reliability(outcome.probabilities.max(1).values, outcome.answers == outcome.targets, **options)


def test_answers_that_are_wholly_certain_share_the_last_bin():
    confidence = torch.tensor([1.0] * 10 + [0.94] * 10)
    hits = torch.tensor([False] + [True] * 19)
    assert calibration_error(confidence, hits) == pytest.approx(abs(19 / 20 - 0.97), abs=1e-5)


def test_the_calibration_error_is_that_of_the_bins():
    n = len(OUTCOME.targets)
    gaps = [each.n / n * abs(each.right / each.n - each.confidence) for each in bins_of(OUTCOME)]
    assert summarise(OUTCOME)["ece"] == pytest.approx(sum(gaps), abs=1e-5)


def test_bins_hold_their_upper_edge_and_leave_none_out():
    outcome = Outcome(torch.tensor([[0.5, 0.5], [1.0, 0.0], [0.75, 0.25]]), torch.tensor([0, 0, 1]), (1, 2, 3))
    bins = bins_of(outcome, bins=4)
    assert [(each.low, each.high, each.n, each.right) for each in bins] == [
        (0.25, 0.5, 1, 1), (0.5, 0.75, 1, 0), (0.75, 1.0, 1, 1)
    ]  # fmt: skip


def test_rows_of_the_matrix_are_what_photos_show():
    assert confusion_matrix(OUTCOME).tolist() == [[1, 0, 0], [0, 1, 1], [0, 0, 1]]
    figures = class_figures(OUTCOME, [10, 20, 30])
    assert [(each.class_id, each.n, each.called, each.right) for each in figures] == [
        (10, 1, 1, 1), (20, 2, 1, 1), (30, 1, 2, 1)
    ]  # fmt: skip


def test_a_probability_of_zero_leaves_the_loss_finite():
    outcome = Outcome(torch.tensor([[0.0, 1.0]]), torch.tensor([0]), (1,))
    assert summarise(outcome)["nll"] == pytest.approx(27.63, abs=0.01)


def test_photos_are_collected_in_order_whatever_the_batch(classifier: Classifier, samples: list[Sample]):
    steps: list[int] = []
    outcome = collect(classifier, samples, batch_size=5, progress=lambda name, done, total: steps.append(done))
    assert outcome.image_ids == tuple(range(1, 13))
    assert steps == [5, 10, 12]
    one_by_one = collect(classifier, samples, batch_size=1)
    assert torch.allclose(outcome.probabilities, one_by_one.probabilities, atol=1e-5)


def test_unreadable_photos_are_left_out_and_named(classifier: Classifier, samples: list[Sample], tmp_path: Path):
    broken = tmp_path / "broken.jpg"
    broken.write_text("no photo")
    outcome = collect(classifier, [samples[0], Sample(broken, 1, 99), samples[1]], batch_size=2)
    assert outcome.image_ids == (1, 2)
    ((image_id, reason),) = outcome.unreadable
    assert image_id == 99
    assert "not a picture" in reason
    with pytest.raises(DatasetError, match="None of the 1 photos can be read"):
        collect(classifier, [Sample(broken, 1, 99)])


def test_views_are_averaged(classifier: Classifier, samples: list[Sample]):
    plain, averaged = collect(classifier, samples[:3]), collect(classifier, samples[:3], tta=True)
    assert averaged.probabilities.sum(1).tolist() == pytest.approx([1, 1, 1], abs=1e-5)
    # Photos of one colour look the same in every view.
    assert torch.allclose(plain.probabilities, averaged.probabilities, atol=1e-3)


def test_the_report_says_which_file_was_measured(classifier: Classifier, samples: list[Sample], tmp_path: Path):
    checkpoint = save_untrained(tmp_path / "a.safetensors")
    outcome = collect(classifier, samples)
    report = create_report(outcome, classifier=classifier, checkpoint=checkpoint, split_name="split", split="test")
    assert report.checkpoint["fingerprint"] == file_digest(checkpoint)
    assert report.checkpoint["bytes"] == checkpoint.stat().st_size
    assert report.training.history[0]["epoch"] == 1
    assert len(report.answers) == 12
    assert sum(figures.right for figures in report.per_class) == sum(answer.is_right for answer in report.answers)
    assert Report.from_dict(report.to_dict()) == report
