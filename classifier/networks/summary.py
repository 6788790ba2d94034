"""What a network is made of: layers, parameters, what learns, and the work of one pass.

The work is counted by PyTorch's own FlopCounterMode, so no further package is needed.
"""

from dataclasses import dataclass
from functools import partial

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from classifier.networks.network import Network


@dataclass(frozen=True)
class Layer:
    """One part of the network. output: shape for one photo. macs: multiply-accumulates for one photo."""

    name: str
    kind: str
    output: tuple[int, ...]
    parameters: int
    trainable: int
    macs: int


@dataclass(frozen=True)
class Summary:
    """The parts in order, and the whole."""

    layers: tuple[Layer, ...]
    parameters: int
    trainable: int
    macs: int


def summarise_network(network: Network, *, size: int) -> Summary:
    """Run one empty photo of `size` pixels a side through the network and note what each part does."""
    parts = _parts(network)
    paths = {module: path for path, module in network.named_modules()}
    outputs: dict[str, tuple[int, ...]] = {}
    hooks = [module.register_forward_hook(partial(_note, outputs, name)) for name, module in parts.items()]
    modes = {module: module.training for module in network.modules()}
    counter = FlopCounterMode(display=False)
    try:
        with torch.no_grad(), counter:
            network.eval()(torch.zeros(1, 3, size, size))
    finally:
        for hook in hooks:
            hook.remove()
        for module, training in modes.items():
            module.training = training
    flops = {name.removeprefix("Network."): sum(work.values()) for name, work in counter.get_flop_counts().items()}
    layers = tuple(
        Layer(name, type(module).__name__, outputs[name], *_count(module), flops.get(paths[module], 0) // 2)
        for name, module in parts.items()
        if name in outputs
    )
    return Summary(layers, *_count(network), counter.get_total_flops() // 2)


def _parts(network: Network) -> dict[str, nn.Module]:
    """The backbone's own children, a stage of blocks apart, then the head: 5 to 40 lines for the usual backbones."""
    parts: dict[str, nn.Module] = {}
    inner = network.features.get_submodule("model")
    for name, child in inner.named_children():
        stages = dict(child.named_children()) if isinstance(child, nn.Sequential | nn.ModuleList) else {}
        parts |= {f"{name}.{stage}": module for stage, module in stages.items()} or {name: child}
    return {**parts, "head": network.head}


def _note(outputs: dict[str, tuple[int, ...]], name: str, module: nn.Module, inputs: object, output: object) -> None:
    if isinstance(output, torch.Tensor):
        outputs[name] = tuple(output.shape[1:])


def _count(module: nn.Module) -> tuple[int, int]:
    """Parameters in all, and those that learn."""
    sizes = [(parameter.numel(), parameter.requires_grad) for parameter in module.parameters()]
    return sum(size for size, _ in sizes), sum(size for size, learns in sizes if learns)
