import gc
import weakref

import pytest
import torch
from tests.toolchain.learn.distil.networks import drawn, make
from torch import nn

from edgec.errors import ModelSourceError
from edgec.learn.distil.features import collect


def test_what_a_block_gives_is_collected_in_the_order_of_running() -> None:
    network = make().eval()
    with collect(network, ["decoder.0", "bottleneck", "decoder.1", "encoder.0"]) as found:
        network(drawn(1, 1, 16, 16))
    assert list(found) == ["encoder.0", "bottleneck", "decoder.1", "decoder.0"]
    block = network.get_submodule("encoder.0")
    torch.testing.assert_close(found["encoder.0"], block(drawn(1, 1, 16, 16)))


def test_hooks_and_features_are_gone_afterwards() -> None:
    network = make()
    with collect(network, ["encoder.0"]) as found:
        network(drawn(1, 1, 16, 16))
    feature = weakref.ref(found["encoder.0"])
    assert not any(module._forward_hooks for module in network.modules())
    del found
    gc.collect()
    assert feature() is None


def test_hooks_are_gone_when_it_fails() -> None:
    network = make()
    with pytest.raises(RuntimeError), collect(network, ["encoder.0"]):
        network(drawn(1, 3, 16, 16))
    assert not any(module._forward_hooks for module in network.modules())


def test_a_block_without_a_feature_map_is_refused() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 1), nn.Flatten())
    with pytest.raises(ModelSourceError, match=r"'1' gives no feature map .* but shape \(1, 8\)"):  # noqa: SIM117
        with collect(network, ["1"]):
            network(drawn(1, 1, 2, 2))
