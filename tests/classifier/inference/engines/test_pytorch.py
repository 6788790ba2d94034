import numpy as np
import pytest
import torch

from classifier.errors import SettingError
from classifier.inference.engines.pytorch import PyTorchEngine, pick_device
from classifier.networks.network import Network


def test_a_pass_gives_what_the_network_gives() -> None:
    torch.manual_seed(3)
    network = Network("test_efficientnet", 4).eval()
    engine = PyTorchEngine(network)
    batch = np.random.default_rng(1).normal(size=(2, 3, 64, 64)).astype(np.float32)
    output = engine.run(batch)
    with torch.no_grad():
        expected = network(torch.from_numpy(batch))
    for ours, theirs in zip(output, expected, strict=True):
        assert ours.dtype == np.float32
        assert ours == pytest.approx(theirs.numpy(), abs=1e-5)


def test_devices() -> None:
    assert pick_device("cpu") == "cpu"
    assert pick_device("auto") in ("cpu", "cuda", "mps")
    with pytest.raises(SettingError, match=r"“abacus” is not available here; use one of auto, .*cpu"):
        pick_device("abacus")
