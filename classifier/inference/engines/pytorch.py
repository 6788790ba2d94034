"""The PyTorch engine: runs the network on a processor or a graphics card."""

import threading

import torch

from classifier.errors import SettingError
from classifier.inference.engines import EngineOutput, Floats, passes_at_once
from classifier.networks.network import Network


class PyTorchEngine:
    """PyTorch engine.

    Args:
        network: is put on `device`, in evaluation mode.
        device: "cpu", "cuda" or "mps".
        threads: how many cores a pass may use, all if None; whoever builds the engine sets this for PyTorch.
    """

    name = "torch"

    def __init__(self, network: Network, *, device: str = "cpu", threads: int | None = None) -> None:
        self.device = device
        self.network = network.to(device).eval()
        # Only so many passes at a time as there are cores for: more would fight for them.
        self._places = threading.BoundedSemaphore(passes_at_once(threads) if device == "cpu" else 1)

    def run(self, batch: Floats) -> EngineOutput:
        """One pass over prepared pictures (N, 3, S, S), see `photos.preparing`."""
        with self._places, torch.inference_mode():
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
