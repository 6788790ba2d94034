"""The ONNX Runtime engine: runs the model file on the processor."""

from pathlib import Path

import onnxruntime

from classifier.errors import EngineError
from classifier.files import HEADER_KEY
from classifier.inference.engines import EngineOutput, Floats
from classifier.inference.engines.model_file import OUTPUTS, ModelInfo, check_file, remedy


class ONNXRuntimeEngine:
    """ONNX Runtime engine.

    Args:
        path: of the model file.
        threads: how many cores a pass may use, all if None.

    Raises:
        EngineError: the file is damaged or foreign.
    """

    name = "onnxruntime"
    device = "cpu"

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        check_file(path)
        self.path = path
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or 0
        options.log_severity_level = 4  # what is wrong with a file is said once, by the error
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
            described = self._session.get_modelmeta().custom_metadata_map.get(HEADER_KEY, "")
            self.info = ModelInfo.from_json(described, path)
        except EngineError:
            raise
        except Exception as error:  # the runtime's errors share no class of their own
            raise EngineError(f"{path} cannot be used by ONNX Runtime. {remedy(path)}") from error

    def run(self, batch: Floats) -> EngineOutput:
        """One pass over prepared pictures (N, 3, S, S), see `photos.preparing`."""
        return EngineOutput(*self._session.run(list(OUTPUTS), {"images": batch}))
