"""The PyTorch engine: runs the network on a processor or a graphics card."""

import threading

import torch

from classifier.errors import SettingError
from classifier.inference.engines import EngineOutput, Floats
from classifier.networks.network import Network


class PyTorchEngine:
    """PyTorch engine. `network` is on `device` ("cpu", "cuda", "mps"), in evaluation mode."""

    name = "torch"

    def __init__(self, network: Network, *, device: str = "cpu") -> None:
        self.device = device
        self.network = network.to(device).eval()
        # One pass at a time: PyTorch spreads a pass over all cores, and passes side by side would fight for them.
        self._lock = threading.Lock()

    def run(self, batch: Floats) -> EngineOutput:
        """One pass over prepared pictures (N, 3, S, S), see `photos.preparing`."""
        with self._lock, torch.inference_mode():
            images = torch.from_numpy(batch).to(self.device).contiguous(memory_format=torch.channels_last)
            return EngineOutput(*(part.float().cpu().numpy() for part in self.network(images)))


def pick_device(name: str) -> str:
    """Device to compute on: the best of this machine for “auto”; any other name is checked.

    Raises:
        SettingError: the device is not there.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return next(device for device, here in there.items() if here)
    if not there.get(name):
        have = ", ".join(device for device, here in there.items() if here)
        raise SettingError(f"The device “{name}” is not available here; use one of auto, {have}.")
    return name
