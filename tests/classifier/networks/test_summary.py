from classifier.networks.network import Network
from classifier.networks.summary import summarise_network
from classifier.training.loop.module import set_trainable


def test_the_summary_counts_parameters_and_work() -> None:
    network = Network("test_efficientnet", 3)
    set_trainable(network, freeze=1.0, freeze_norm=True)
    summary = summarise_network(network, size=64)
    assert summary.parameters == sum(value.numel() for value in network.parameters())
    assert summary.trainable == sum(value.numel() for value in network.head.parameters())
    head = summary.layers[-1]
    assert (head.name, head.kind, head.output, head.macs) == ("head", "Linear", (3,), 3 * network.head.in_features)
    stem = summary.layers[0]
    convolution = network.features.get_submodule("model.conv_stem")
    assert stem.macs == convolution.weight.numel() * 32 * 32  # type: ignore[union-attr, operator]
    assert summary.macs == sum(layer.macs for layer in summary.layers)
    assert network.dropout.training
