import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from classifier.errors import SettingError
from classifier.inference import engines
from classifier.inference.engines import passes_at_once
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


@pytest.mark.parametrize(("cores", "threads", "passes"), [(4, None, 1), (4, 1, 4), (4, 2, 2), (4, 3, 1), (2, 8, 1)])
def test_passes_share_the_cores(cores: int, threads: int | None, passes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "usable_cores", lambda: cores)
    assert passes_at_once(threads) == passes


@pytest.mark.parametrize(("threads", "passes"), [(1, 2), (None, 1)])
def test_passes_run_side_by_side_where_each_takes_one_core(
    threads: int | None, passes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "usable_cores", lambda: 2)
    engine = PyTorchEngine(Network("test_efficientnet", 4), threads=threads)
    running, most, lock = 0, 0, threading.Lock()

    def begin(*_: object) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.05)

    def end(*_: object) -> None:
        nonlocal running
        with lock:
            running -= 1

    engine.network.register_forward_pre_hook(begin)
    engine.network.register_forward_hook(end)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(engine.run, [np.zeros((1, 3, 64, 64), dtype=np.float32)] * 8))
    assert most == passes
