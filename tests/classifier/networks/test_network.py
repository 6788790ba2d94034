import numpy as np
import torch

from classifier.networks.network import Network, to_arrays, to_tensors


def test_weights_survive_the_way_to_arrays_and_back() -> None:
    state = Network("test_efficientnet", 3).state_dict()
    arrays = to_arrays(state)
    assert {name: array.shape for name, array in arrays.items()} == {
        name: tuple(tensor.shape) for name, tensor in state.items()
    }
    assert any(array.shape == () for array in arrays.values())  # batch normalisation counts its batches
    back = to_tensors(arrays)
    assert all(torch.equal(back[name], tensor) for name, tensor in state.items())
    arrays["head.bias"][:] = 7
    assert not np.any(back["head.bias"].numpy() == 7)  # a copy: changing one leaves the other


def test_logits_embedding_and_map_come_from_one_pass() -> None:
    network = Network("test_efficientnet", 3).eval()
    output = network(torch.zeros(2, 3, 64, 64))
    assert output.logits.shape == (2, 3)
    assert output.feature_map.shape[:2] == output.embedding.shape
