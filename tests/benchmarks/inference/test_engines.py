"""The comparison of engines, with engines that compute nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from benchmarks.inference import engines
from benchmarks.inference.engines import call, load_once, make_pair, measure, random_pictures, row
from benchmarks.predict import Comparison, compare
from benchmarks.report.parts import Options
from tests.making.tiny import plant_checkpoint


class CountingEngine:
    name, device = "counting", "cpu"

    def __init__(self) -> None:
        self.passes, self.threads = 0, set[int]()
        self._lock = threading.Lock()

    def run(self, batch: np.ndarray) -> None:
        with self._lock:
            self.passes += 1
            self.threads.add(threading.get_ident())


def test_pictures_are_prepared_ones():
    pictures = random_pictures(3, 32)
    assert (pictures.shape, pictures.dtype) == ((3, 3, 32, 32), np.float32)


def test_a_row_gives_photos_per_second_and_the_ratio_with_its_quartiles():
    found = Comparison(first_ms=100, second_ms=20, ratio=5, ratio_low=4.5, ratio_high=5.5)
    assert row("quick", 2, 8, found) == ("quick", "2", "8", "20", "400", "100", "5 (4.5-5.5)")


def test_both_engines_of_a_pair_run_each_round(monkeypatch: pytest.MonkeyPatch):
    import torch

    monkeypatch.setattr(engines, "PAUSE_S", 0)
    asked: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    first, second = CountingEngine(), CountingEngine()
    compare(make_pair(first, second, random_pictures(1, 8), threads=2), rounds=3)
    assert (first.passes, second.passes) == (4, 4)  # one round does not count
    assert asked == [2] * 8


def test_callers_make_some_passes_each():
    engine = CountingEngine()
    with ThreadPoolExecutor(3) as pool:
        call(engine, random_pictures(1, 8), pool, 3)
    assert engine.passes == 3 * engines.PASSES_A_CALLER


def test_an_engine_that_cannot_run_here_becomes_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path, _ = plant_checkpoint(tmp_path)  # without a model file, so that only PyTorch can run it
    monkeypatch.setattr(engines, "LOADS", 1)
    result = measure(Options(path, quick=True, say=lambda _: None))
    passes, side_by_side, loads = result.tables
    assert passes.rows == side_by_side.rows == ()
    assert [name for name, *_ in loads.rows] == ["torch"]
    assert [note.partition(". ")[0] for note in result.notes] == [
        *("Not measured: openvino-bf16", "Not measured: openvino", "Not measured: onnxruntime")
    ]


def test_loading_is_measured_in_seconds_and_megabytes(tmp_path: Path):
    path, _ = plant_checkpoint(tmp_path)
    found = load_once("torch", path)
    assert found["seconds"] > 0
    assert found["memory_mb"] > 10
