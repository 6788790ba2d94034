from pathlib import Path

import numpy as np
import pytest

from benchmarks.inference import growth
from benchmarks.inference.growth import cost, measure, random_index, random_outputs, row
from benchmarks.report.parts import Options
from classifier.checkpoint import load_checkpoint
from classifier.locations import DEFAULT_CHECKPOINT
from tests.making.tiny import plant_checkpoint


def test_the_index_is_like_one_of_a_network():
    index = random_index(300, 10, 400)
    assert index.coordinates.shape == (300, 256)
    assert index.components.shape == (256, 400)
    assert np.linalg.norm(index.coordinates, axis=1) == pytest.approx(np.ones(300), abs=1e-5)
    assert index.components @ index.components.T == pytest.approx(np.eye(256), abs=1e-5)
    cosines = index.coordinates @ index.coordinates.T
    same = index.positions[:, None] == index.positions[None]
    assert 0.5 < cosines[same].mean() < 0.8
    assert abs(cosines[~same].mean()) < 0.2


def test_passes_look_like_photos_of_the_index():
    index = random_index(300, 10, 400)
    for output in random_outputs(5, index, 10):
        assert output.logits.shape == (1, 10)
        assert index.similarities(output.embeddings).max() > 0.9


@pytest.mark.skipif(not DEFAULT_CHECKPOINT.is_file(), reason="NO CHECKPOINT")
def test_a_cost_has_all_its_parts():
    calibration = load_checkpoint(DEFAULT_CHECKPOINT).metadata.calibration
    assert calibration
    found = cost(200, 12, calibration, 300, rounds=2)
    assert min(found.prepare_s, found.cosines_ms, found.verdict_ms, found.neighbours_ms) > 0
    cells = row(200, 12, found)
    assert cells[:3] == ("200", "12", "0.205")
    assert len(cells) == 8


@pytest.mark.skipif(not DEFAULT_CHECKPOINT.is_file(), reason="NO CHECKPOINT")
def test_what_does_not_fit_into_the_memory_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(growth, "memory_gb", lambda field: 0.001)
    monkeypatch.setattr(growth, "SIZES", ((100, 5), (1_000, 5)))
    monkeypatch.setattr(growth, "pass_ms", lambda checkpoint, options: 7.0)
    result = measure(Options(DEFAULT_CHECKPOINT, quick=True, say=lambda _: None))
    assert [cells[0] for cells in result.tables[0].rows] == ["100"]
    assert "1,000 photos take 0.0 GB to prepare; 0.0 GB were free." in result.notes


def test_without_a_calibration_there_is_nothing_to_measure(tmp_path: Path):
    path, _ = plant_checkpoint(tmp_path)
    (note,) = measure(Options(path)).notes
    assert note == "Not measured: tiny.safetensors has no calibration to make verdicts with."
