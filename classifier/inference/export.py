"""Export of a network as a file for other programs: ONNX, or PyTorch's own exported program (.pt2).

The file itself says how photos are prepared for it and what its outputs mean: JSON under the key "florascope", in
ONNX's metadata_props or in the extra files of a .pt2. A file is kept only if its outputs are those of the original.
"""

import io
import logging
import os
import warnings
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn

from classifier.errors import ClassifierError, ExportError, SettingError
from classifier.files import HEADER_KEY, to_json
from classifier.inference.classifier import Classifier
from classifier.inference.engines.model_file import UNSEALED, check_inputs, seal
from classifier.inference.engines.pytorch import PyTorchEngine

FORMATS = ("onnx", "pt2")
EXPORT_PACKAGES = ("onnx", "onnxscript", "onnxruntime")  # that ONNX needs
OUTPUTS = ("probabilities", "logits", "embedding", "feature_map")
# Largest difference allowed between two ways to compute the same in 32-bit floats: of a probability, absolute; of a
# logit, as a share of the largest one (float32 has 7 digits, and a network of 100 layers loses 2 or 3 of them).
MOST_DIFFERENCE = 1e-3

Runner = Callable[[torch.Tensor], dict[str, torch.Tensor]]


class _Exportable(nn.Module):
    """Network with its calibrated softmax: (N, 3, H, W) normalised photos → a tensor each for `OUTPUTS`."""

    def __init__(self, classifier: Classifier) -> None:
        super().__init__()
        self.network = network_of(classifier)
        self.temperature = classifier.postprocessor.temperature

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        logits, embedding, feature_map = self.network(images)
        return (logits / self.temperature).softmax(dim=1), logits, embedding, feature_map


def network_of(classifier: Classifier) -> nn.Module:
    """Network of a classifier.

    Raises:
        ExportError: it does not run in PyTorch, or not on the processor, where a file is compared with it.
    """
    if not isinstance(classifier.engine, PyTorchEngine):
        raise ExportError("Only PyTorch can export a network. Load the checkpoint with the PyTorch engine.")
    if classifier.engine.device != "cpu":
        where = classifier.engine.device
        raise ExportError(f'A network is exported on the processor; this one is on {where}. Load it with device="cpu".')
    return classifier.engine.network


@dataclass(frozen=True)
class Check:
    """Check of a file: the largest differences between its outputs and those of the original.

    Attributes:
        n: inputs.
        real: how many of them are photos; the others are random.
        probability: largest difference in a probability.
        logit: largest difference in a logit, as a share of the largest logit.
        same_answers: whether the likeliest class is the same for every input.
    """

    n: int
    real: int
    probability: float
    logit: float
    same_answers: bool

    @property
    def passes(self) -> bool:
        """Whether the file may be kept."""
        return self.same_answers and max(self.probability, self.logit) <= MOST_DIFFERENCE


def describe(classifier: Classifier) -> dict[str, Any]:
    """Description that an exported file carries: preprocessing, classes in the order of the logits, outputs."""
    metadata, side = classifier.metadata, classifier.input_size
    return {
        "input": {
            "name": "images",
            "shape": ["N", 3, side, side],
            "type": "float32",
            "layout": "NCHW",
            "colour": "RGB",
        },
        "preprocessing": [
            "turn the photo upright by its EXIF orientation, as RGB, transparent parts on white",
            f"resize the short side to {side} pixels (bicubic, antialiased), keeping the shape",
            f"cut out the central square of {side} × {side} pixels",
            "divide by 255, subtract the mean and divide by the std of each channel",
        ],
        "mean": list(metadata.preprocessing.mean),
        "std": list(metadata.preprocessing.std),
        "outputs": {
            "probabilities": "(N, classes), each row sums to 1",
            "logits": f"(N, classes); probabilities = softmax(logits / {classifier.postprocessor.temperature:g})",
            "embedding": "(N, D), what the head reads",
            "feature_map": "(N, C, h, w), what the embedding was pooled from",
        },
        "classes": [label.to_dict() for label in classifier.classes],
        "backbone": metadata.backbone,
        "weights_digest": classifier.weights.digest,
        "calibration": metadata.calibration.to_dict() if metadata.calibration else None,
        "check": {"logits": _reference_logits(classifier)},
        "dataset": metadata.to_dict()["dataset"],
    }


def _reference_logits(classifier: Classifier) -> list[list[float]]:
    """Logits for `check_inputs`, as the model file keeps them."""
    logits = classifier.engine.run(check_inputs(classifier.input_size)).logits
    return [[float(f"{value:.6g}") for value in row] for row in logits]


def export(classifier: Classifier, path: Path, *, kind: str, photos: Sequence[Image.Image] = ()) -> Check:
    """Export a network, and compare the file with the original on random inputs and on photos.

    Args:
        classifier: that runs in PyTorch on the processor.
        path: the file to write.
        kind: one of `FORMATS`.
        photos: upright RGB pictures to compare on.

    Raises:
        SettingError: `kind` is not one of `FORMATS`, or a package that it needs is not installed.
        ExportError: the network cannot be exported, the outputs of the file differ from the original, or it cannot be
            written. Nothing is left behind.
    """
    if kind not in FORMATS:
        raise SettingError(f"--format is one of {', '.join(FORMATS)}; got “{kind}”.")
    write, load = {"onnx": (_write_onnx, _load_onnx), "pt2": (_write_pt2, _load_pt2)}[kind]
    if kind == "onnx":
        for package in EXPORT_PACKAGES:
            _package(package)
    network = _Exportable(classifier).eval()
    side = classifier.input_size
    random = torch.randn(3, 3, side, side, generator=torch.Generator().manual_seed(0))
    batches = [random, random[:1]]  # two sizes: an export may have frozen the one that it was traced with
    if photos:
        batches.append(torch.from_numpy(classifier.forward(photos).crops))
    path = Path(os.path.realpath(path))  # of a link, the file that it leads to is replaced
    partial = path.with_name(f".{path.stem[:50]}.{os.getpid()}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")  # PyTorch's exporters print and warn a lot; nothing of it helps the user
            write(network, random, partial, describe(classifier))
        check = _check(network, load(partial), batches, real=len(photos))
        if not check.passes:
            raise ExportError(
                f"The outputs of the exported network differ from the original: probabilities by up to "
                f"{check.probability:.1e}, logits by {check.logit:.1e} of the largest ({MOST_DIFFERENCE:g} "
                "is allowed). The file was not kept; try the other --format."
            )
        partial.replace(path)
    except ClassifierError:
        raise
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error}. Free some space, or name another --output.") from error
    except Exception as error:  # exporters, checkers and runtimes share no class of errors
        reason = (str(error).strip() or "without a word").splitlines()[0]
        raise ExportError(
            f"The network cannot be exported as {kind} ({type(error).__name__}: {reason}). Try the other --format; "
            "PyTorch runs the checkpoint as it is."
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink()
    return check


def _check(network: nn.Module, run: Runner, batches: Sequence[torch.Tensor], *, real: int) -> Check:
    probability, logit, same = 0.0, 0.0, True
    for batch in batches:
        with torch.inference_mode():
            wanted = dict(zip(OUTPUTS, network(batch), strict=True))
        got = run(batch)
        probability = max(probability, float((got["probabilities"] - wanted["probabilities"]).abs().max()))
        logit = max(logit, float((got["logits"] - wanted["logits"]).abs().max() / wanted["logits"].abs().max()))
        # Where two classes tie to the last digit, either may be the likeliest.
        answers = wanted["probabilities"].gather(1, got["probabilities"].argmax(1)[:, None])[:, 0]
        same &= bool((answers >= wanted["probabilities"].max(1).values - 1e-5).all())
    return Check(sum(map(len, batches)), real, probability, logit, same)


def _write_pt2(network: nn.Module, example: torch.Tensor, path: Path, description: dict[str, Any]) -> None:
    program = torch.export.export(network, (example,), dynamic_shapes=({0: torch.export.Dim("batch")},))
    # Not to the path: PyTorch takes only names that are UTF-8, and ends the process when the disk is full.
    buffer = io.BytesIO()
    torch.export.save(program, buffer, extra_files={f"{HEADER_KEY}.json": to_json(description)})
    path.write_bytes(buffer.getvalue())


def _load_pt2(path: Path) -> Runner:
    with path.open("rb") as file:
        module = torch.export.load(file).module()

    def run(batch: torch.Tensor) -> dict[str, torch.Tensor]:
        with torch.inference_mode():
            return dict(zip(OUTPUTS, module(batch), strict=True))

    return run


def _write_onnx(network: nn.Module, example: torch.Tensor, path: Path, description: dict[str, Any]) -> None:
    onnx = _package("onnx")
    for name in ("onnxscript", "onnx_ir", "torch.onnx"):
        logging.getLogger(name).setLevel(logging.WARNING)
    program = torch.onnx.export(
        network,
        (example,),
        dynamo=True,
        input_names=["images"],
        output_names=list(OUTPUTS),
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        external_data=False,
        optimize=False,  # see `_simplify`
    )
    assert program is not None
    _simplify(program.model)
    model = program.model_proto
    # HEADER_KEY has everything; classes, mean and std also stand alone, where other tools look for them by name.
    values = {HEADER_KEY: {**description, "file_digest": UNSEALED}}
    values |= {name: description[name] for name in ("classes", "mean", "std")}
    for name, value in values.items():
        model.metadata_props.add(key=name, value=to_json(value))
    _halve_initializers(onnx, model.graph)
    onnx.checker.check_model(model)
    path.write_bytes(seal(model.SerializeToString()))


def _simplify(model: Any) -> None:
    """Compute in the graph what is constant, in place: as PyTorch's own optimizer does, less one rule.

    That rule multiplies batch normalisation into the weights before it, which half precision then cannot hold exactly.
    Engines do so themselves when they load the file.
    """
    from onnxscript import optimizer, rewriter

    rules = [rule for rule in rewriter._DEFAULT_REWRITE_RULES if "BatchNorm" not in str(rule.name)]
    optimizer.inline(model)
    for _ in range(2):  # what is rewritten may be constant, and the other way round
        optimizer.fold_constants(model, onnx_shape_inference=True)
        rewriter.RewritePass(rules)(model)
        optimizer.remove_unused_nodes(model)


def _halve_initializers(onnx: Any, graph: Any) -> None:
    """Keep weights that half precision holds exactly (see `checkpoint.halve`) in half precision: half the size.

    A Cast after each makes single precision of them again; engines do that once, when they load the file.
    """
    casts = []
    for tensor in graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.ndim < 2 or not (values.astype(np.float16) == values).all():
            continue
        name = tensor.name
        tensor.CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        casts.append(onnx.helper.make_node("Cast", [tensor.name], [name], to=onnx.TensorProto.FLOAT))
    for node in graph.node:
        del node.metadata_props[:]  # where in PyTorch's code each comes from: 2 MB
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)  # a node stands before those that read its output


def _load_onnx(path: Path) -> Runner:
    runtime = _package("onnxruntime")
    session = runtime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])

    def run(batch: torch.Tensor) -> dict[str, torch.Tensor]:
        answers = session.run(list(OUTPUTS), {"images": batch.numpy()})
        return {name: torch.from_numpy(answer) for name, answer in zip(OUTPUTS, answers, strict=True)}

    return run


def _package(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        raise SettingError(
            f"Exporting to ONNX needs the package {name}: pip install onnx onnxruntime onnxscript"
        ) from error
