"""The PyTorch engine: runs the network on a processor or a graphics card."""

import torch

from classifier.checkpoint import weights_digest
from classifier.errors import SettingError
from classifier.inference.engines import EngineOutput, Floats
from classifier.networks.network import Network, to_arrays


class PyTorchEngine:
    """PyTorch engine. `network` is on `device` ("cpu", "cuda", "mps"), in evaluation mode."""

    def __init__(self, network: Network, *, device: str = "cpu") -> None:
        self.device = device
        self.network = network.to(device).eval()

    @property
    def head(self) -> Floats:
        """(C, D): the weights of the logits."""
        weights: Floats = self.network.head.weight.detach().cpu().numpy()
        return weights

    @property
    def parameters(self) -> int:
        """How many numbers the network has learnt."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    @property
    def weights_digest(self) -> str:
        """`checkpoint.weights_digest` of the weights."""
        return weights_digest(to_arrays(self.network.state_dict()))

    def run(self, batch: Floats) -> EngineOutput:
        """One pass over prepared pictures (N, 3, S, S), see `photos.preparing`."""
        with torch.inference_mode():
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
