"""Choosing an engine: all there are, and which one runs a checkpoint on this machine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from sys import platform
from typing import cast

from classifier.checkpoint import Checkpoint
from classifier.errors import NOT_LIGHT, ClassifierError, EngineError, SettingError, left_out
from classifier.inference.engines import Engine
from classifier.inference.engines.model_file import FileEngine, check_engine, model_path

AUTO, REFERENCE = "auto", "torch"
# What graphics cards show up as, to be seen without PyTorch, which takes seconds to load and 0.3 GB of memory.
GPU_FILES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")


@dataclass(frozen=True)
class Request:
    """What an engine is to run, and where.

    checkpoint: read from `path`; its model file is next to it.
    device: auto, cpu, cuda or mps.
    threads: how many cores a pass may use, all if None; passes run side by side on the others.
    """

    checkpoint: Checkpoint
    path: Path
    device: str = "auto"
    threads: int | None = None


@dataclass(frozen=True)
class EngineRecord:
    """Record of an engine.

    package: that it needs.
    load: Request → the engine.
    tolerance: largest difference of its logits from the network's, as a share of the largest; None for the network
        itself, which needs no model file.
    """

    package: str
    load: Callable[[Request], Engine]
    tolerance: float | None = None


@dataclass(frozen=True)
class Chosen:
    """The engine that was chosen, loaded and checked, and in words why this one."""

    engine: Engine
    reason: str


def _load_openvino(request: Request, *, bfloat16: bool = False) -> FileEngine:
    from classifier.inference.engines.openvino import OpenVINOEngine

    return OpenVINOEngine(model_path(request.path), bfloat16=bfloat16, threads=request.threads)


def _load_openvino_bf16(request: Request) -> FileEngine:
    return _load_openvino(request, bfloat16=True)


def _load_onnxruntime(request: Request) -> FileEngine:
    from classifier.inference.engines.onnx_runtime import ONNXRuntimeEngine

    return ONNXRuntimeEngine(model_path(request.path), threads=request.threads)


def _load_torch(request: Request) -> Engine:
    import torch

    from classifier.inference.engines.pytorch import PyTorchEngine, pick_device
    from classifier.networks.network import build_network

    if request.threads:
        torch.set_num_threads(request.threads)
    device = pick_device(request.device)
    return PyTorchEngine(build_network(request.checkpoint), device=device, threads=request.threads)


# The quickest first (docs/performance.md): “auto” tries them in this order.
# float32 has 7 digits, and a network of 100 layers loses 2 or 3 of them. bfloat16 has 3: on blocks of colour, of which
# the network is sure of nothing, logits differ by 4 %; what that means for photos, `benchmarks/parity.py` says.
ENGINES: dict[str, EngineRecord] = {
    "openvino-bf16": EngineRecord("openvino", _load_openvino_bf16, tolerance=0.1),
    "openvino": EngineRecord("openvino", _load_openvino, tolerance=1e-3),
    "onnxruntime": EngineRecord("onnxruntime", _load_onnxruntime, tolerance=1e-3),
    REFERENCE: EngineRecord("torch", _load_torch),
}


def choose_engine(name: str, request: Request) -> Chosen:
    """Load an engine for a checkpoint.

    Args:
        name: a key of `ENGINES`, or “auto”: PyTorch on a graphics card if there is one, else the quickest that is
            installed and passes its check.
        request: what it is to run.

    Raises:
        SettingError: no such engine, it is not installed, or the device is not there.
        EngineError: the engine cannot run this checkpoint, its runtime fails, or none can.
        CheckpointError: the weights do not fit the network.
    """
    if name != AUTO:
        return Chosen(load_engine(name, request)[0], "as asked")
    if _wants_gpu(request.device):
        try:
            engine, _ = load_engine(REFERENCE, request)
        except EngineError:
            if request.device != AUTO:
                raise
        else:
            if engine.device != "cpu":
                return Chosen(engine, f"on {engine.device}")
    failures: dict[str, list[str]] = {}
    for candidate in ENGINES:
        try:
            engine, difference = load_engine(candidate, request)
        except (EngineError, SettingError) as error:
            failures.setdefault(str(error), []).append(candidate)
            continue
        if candidate == REFERENCE:
            return Chosen(engine, f"the others cannot be used.{_listed(failures)}")
        return Chosen(
            engine,
            "the first in order of speed that passes its check; its logits are within "
            f"{difference:.2%} of the network's",
        )
    raise EngineError(f"No engine can run {request.path}.{_listed(failures)}")


def _listed(failures: Mapping[str, Sequence[str]]) -> str:
    """A line for each reason, with the engines that it is of; a line, so that a command at its end can be copied."""
    return "".join(f"\n  {', '.join(names)}: {reason}" for reason, names in failures.items())


def load_engine(name: str, request: Request) -> tuple[Engine, float]:
    """Load an engine and check it.

    Returns:
        The engine, and the largest difference of its logits from the network's, as a share of the largest.

    Raises:
        SettingError, EngineError, CheckpointError: see `choose_engine`.
    """
    record = ENGINES.get(name)
    if record is None:
        raise SettingError(f"The engine is one of {', '.join((AUTO, *ENGINES))}; got “{name}”.")
    if find_spec(record.package) is None:
        raise SettingError(_missing(name, record.package))
    if record.tolerance is not None and request.device not in ("auto", "cpu"):
        raise SettingError(f"The engine {name} computes on the processor; for the device {request.device}, use torch.")
    try:
        engine = record.load(request)
        if record.tolerance is None:
            return engine, 0.0
        checkpoint = request.checkpoint
        return engine, check_engine(
            cast(FileEngine, engine),
            digest=checkpoint.weights.digest,
            input_size=checkpoint.metadata.preprocessing.input_size,
            tolerance=record.tolerance,
        )
    except ClassifierError:
        raise
    except Exception as error:  # of a package that is installed but broken, or of the runtime itself
        if isinstance(error, ModuleNotFoundError) and (package := str(error.name).split(".")[0]) in NOT_LIGHT:
            raise SettingError(_missing(name, package)) from error
        raise EngineError(
            f"The engine {name} fails on this machine ({type(error).__name__}: {error}). Take another one, or install "
            f"its package again: pip install --force-reinstall {record.package}"
        ) from error


def _wants_gpu(device: str) -> bool:
    if device != "auto":
        return device != "cpu"
    there = platform == "darwin" or any(Path(file).exists() for file in GPU_FILES)
    return there and find_spec(ENGINES[REFERENCE].package) is not None


def _missing(engine: str, package: str) -> str:
    if package in NOT_LIGHT:
        return left_out(f"The engine {engine}", package)
    return f"The package {package} is missing, which the engine needs: pip install {package}"
