"""The OpenVINO engine: runs the model file on the processor, in single precision or in bfloat16."""

from collections import deque
from functools import lru_cache
from pathlib import Path

import openvino
from openvino.properties import device, hint, inference_num_threads, num_streams

from classifier.errors import EngineError
from classifier.files import HEADER_KEY
from classifier.inference.engines import EngineOutput, Floats, passes_at_once
from classifier.inference.engines.model_file import OUTPUTS, ModelInfo, check_file, remedy


class OpenVINOEngine:
    """OpenVINO engine.

    Args:
        path: of the model file.
        bfloat16: compute in bfloat16: half the time where the processor has instructions for it.
        threads: how many cores a pass may use, all if None.

    Raises:
        EngineError: the file is damaged or foreign, or the processor has no bfloat16.
    """

    device = "cpu"

    def __init__(self, path: Path, *, bfloat16: bool = False, threads: int | None = None) -> None:
        check_file(path)
        self.name, self.path = "openvino-bf16" if bfloat16 else "openvino", path
        core = _core()
        if bfloat16 and "BF16" not in core.get_property("CPU", device.capabilities):
            raise EngineError(
                "The processor has no instructions for bfloat16. The engines “openvino” and “auto” need none: "
                "ENGINE=openvino for the site, --engine openvino for commands."
            )
        places = passes_at_once(threads)
        settings = {
            hint.inference_precision: openvino.Type.bf16 if bfloat16 else openvino.Type.f32,
            hint.performance_mode: hint.PerformanceMode.LATENCY,
            **({inference_num_threads: threads * places, num_streams: places} if threads else {}),
        }
        try:
            model = core.read_model(path)
            self.info = ModelInfo.from_json(model.get_rt_info(["framework", HEADER_KEY]).value, path)
            self._model = core.compile_model(model, "CPU", settings)
            self._outputs = [self._model.output(name) for name in OUTPUTS]
        except RuntimeError as error:
            raise EngineError(f"{path} cannot be used by OpenVINO. {remedy(path)}") from error
        # Requests that are free: they share the weights, and each has its own buffers. So there are as many as passes
        # were made at once, however many threads ask.
        self._free: deque[openvino.InferRequest] = deque()

    def run(self, batch: Floats) -> EngineOutput:
        """One pass over prepared pictures (N, 3, S, S), see `photos.preparing`."""
        try:
            request = self._free.pop()
        except IndexError:
            request = self._model.create_infer_request()
        found = request.infer({0: batch}, share_inputs=True)
        self._free.append(request)
        return EngineOutput(*(found[output] for output in self._outputs))


@lru_cache(maxsize=1)
def _core() -> openvino.Core:
    """The process's one Core, which is never given back.

    Each Core that has compiled a model brings a processor plugin, which gives the thread an alternate signal stack and
    takes it away at its end. Of two, the second then restores the first one's, which is gone, and the next signal that
    Python handles ends the process (seen in 2026.4.1).
    """
    return openvino.Core()
