from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import parity
from benchmarks.parity import Parity, compare, main, measure
from benchmarks.report.parts import Options
from classifier.errors import EngineError
from classifier.inference.classifier import Classifier
from classifier.inference.engines.model_file import model_path
from classifier.inference.export import export
from tests.making.tiny import plant_checkpoint


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path, _ = plant_checkpoint(tmp_path_factory.mktemp("parity"))
    export(Classifier.load(path, device="cpu"), model_path(path), kind="onnx")
    return path


def test_engines_are_compared_photo_by_photo(
    checkpoint: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["--checkpoint", str(checkpoint), "--engines", "onnxruntime"]
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "onnxruntime" in said
    assert "100.00%" in said
    assert "yes" in said
    monkeypatch.setattr(parity, "MOST_DIFFERENCE", 0.0)
    assert main(asked) == 1
    assert " no " in capsys.readouterr().out


def test_an_engine_that_was_named_and_cannot_be_used_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = plant_checkpoint(tmp_path)
    with pytest.raises(EngineError, match="There is no model file"):
        compare(path, ["onnxruntime"], "test")
    assert main(["--checkpoint", str(path), "--engines", "onnxruntime"]) == 1
    assert capsys.readouterr().err.startswith("error: There is no model file")


def test_others_that_cannot_run_here_are_rows_that_say_so(tmp_path: Path) -> None:
    found = measure(Options(plant_checkpoint(tmp_path)[0]))
    assert {row[1] for row in found.tables[0].rows} == {"cannot run here"}
    assert found.figures == {}


def test_the_part_counts_engines_that_fall_short(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(path: Path, *, engine: str, device: str) -> Classifier:
        if engine in ("torch", "onnxruntime"):
            return Classifier.load(path, engine=engine, device=device)
        raise EngineError("This processor has no bfloat16.")

    monkeypatch.setattr(parity, "Classifier", SimpleNamespace(load=load))
    found = measure(Options(checkpoint))
    assert found.figures == {"falls_short": 0}
    assert {row[0]: row[-1] for row in found.tables[0].rows if row[-1]} == {"onnxruntime": "yes"}
    monkeypatch.setattr(parity, "MOST_DIFFERENCE", 0.0)
    assert measure(Options(checkpoint, quick=True)).figures == {"falls_short": 1}


@pytest.mark.parametrize(
    ("engine", "found", "enough"),
    [
        ("openvino", Parity(0.0009, 1, 0.9), True),
        ("openvino", Parity(0.0009, 0.999, 1), False),
        ("openvino", Parity(0.0011, 1, 1), False),
        ("openvino-bf16", Parity(0.2, 0.998, 0.995), True),
        ("openvino-bf16", Parity(0.0, 0.997, 1), False),
        ("openvino-bf16", Parity(0.0, 1, 0.994), False),
    ],
)
def test_how_far_an_engine_may_differ_depends_on_its_precision(engine: str, found: Parity, enough: bool) -> None:
    assert found.is_enough(engine) is enough
