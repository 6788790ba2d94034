"""Model file at the end of a command that changed a checkpoint: written where the packages for it are there."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from classifier.cli.printing import warn
from classifier.errors import ClassifierError
from classifier.inference.engines.model_file import model_path
from classifier.outputs.claims import claim
from classifier.outputs.kinds import ONNX


def write_model_file(checkpoint: Path, *, option: str) -> None:
    """Write the model file of a checkpoint, for engines other than PyTorch; a warning where that cannot be done.

    Args:
        checkpoint: its calibration, if it has one, is in the file too.
        option: that names the checkpoint, for the warning.
    """
    from classifier.inference.classifier import Classifier
    from classifier.inference.export import EXPORT_PACKAGES, export

    path = model_path(checkpoint)
    if any(find_spec(package) is None for package in EXPORT_PACKAGES):
        return
    try:
        claim(path, ONNX, option=option, inputs=[checkpoint])
        classifier = Classifier.load(checkpoint, device="cpu", plain=True)
        calibration = classifier.metadata.calibration
        classifier.postprocessor = replace(classifier.postprocessor, calibration=calibration)
        export(classifier, path, kind="onnx")
    except ClassifierError as error:
        warn(f"The model file could not be written; without one that fits, only PyTorch runs this checkpoint. {error}")
    else:
        print(f"{path} is the same model for quick engines (predict and the site use it by themselves).")
