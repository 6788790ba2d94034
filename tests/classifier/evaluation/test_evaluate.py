from pathlib import Path

import pytest
import torch

from classifier.data.samples import Sample
from classifier.errors import DatasetError
from classifier.evaluation.evaluate import collect, create_report, file_digest
from classifier.evaluation.metrics import (
    Outcome,
    reliability,
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


def bins_of(outcome: Outcome, **options: int) -> tuple[Bin, ...]:
    return reliability(outcome.probabilities.max(1).values, outcome.answers == outcome.targets, **options)


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
