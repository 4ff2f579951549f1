import pytest
import torch
from torch import Tensor, nn

from edgec.anatomy import dissect, list_layers
from edgec.anatomy.filters import filter_norms, filters_of
from edgec.errors import ExportError
from edgec.zoo import create


@pytest.mark.parametrize("name", ["unet_light", "eunet", "unet3d"])
def test_the_layers_add_up_to_their_levels(name: str) -> None:
    network = create(name, widths=(4, 8), in_channels=1)
    shape = (1, 16, 32, 48) if name == "unet3d" else (1, 32, 48)
    layers = list_layers(network, shape)
    for level in dissect(network.to("meta"), shape).levels:
        within = [layer for layer in layers if layer.level == level.name]
        assert sum(layer.parameters for layer in within) == level.parameters
        assert sum(layer.macs for layer in within) == level.macs


def test_a_layer_tells_its_kind_and_shape_in_the_order_of_running() -> None:
    layers = list_layers(create("unet_light", widths=(4,)), (1, 32, 48))
    assert [layer.name for layer in layers][:3] == ["encoder.0.0.0", "encoder.0.0.1", "encoder.0.0.2"]
    by_name = {layer.name: layer for layer in layers}
    assert by_name["encoder.0.1.0"].kind == "Conv2d 3x3 depthwise"
    assert by_name["encoder.0.0.1"].kind == "Conv2d 1x1"
    assert by_name["encoder.0.0.1"].output == (4, 32, 48)
    assert by_name["up.0"].kind == "ConvTranspose2d 2x2"
    assert by_name["up.0"].output == (4, 32, 48)
    assert layers[-1].name == "head"


def test_norms_and_zeros_are_those_of_each_filter() -> None:
    conv = nn.Conv2d(2, 3, 1, bias=False)
    with torch.no_grad():
        conv.weight.copy_(torch.tensor([[3.0, 4.0], [0.0, 0.0], [0.0, 1.0]])[..., None, None])
    found = filters_of(conv)
    assert found is not None
    assert (found.count, found.least, found.most, found.mean) == (3, 0.0, 5.0, 2.0)
    assert found.std == pytest.approx((14 / 3) ** 0.5)
    assert found.sparsity == pytest.approx(0.5)


@pytest.mark.parametrize("groups", [1, 2])
def test_filters_of_a_transposed_convolution_are_those_of_its_outputs(groups: int) -> None:
    layer = nn.ConvTranspose2d(4, 6, 2, stride=2, groups=groups, bias=False)
    norms = filter_norms(layer, layer.weight.detach())
    assert norms.shape == (6,)
    for channel in range(6):
        only = torch.zeros(1, 6, 1, 1)
        only[0, channel] = 1.0
        layer.zero_grad()
        (layer(torch.ones(1, 4, 1, 1)) * only).sum().backward()
        own = layer.weight.detach()[layer.weight.grad != 0]  # with an input of ones, where it has a say
        assert norms[channel] == pytest.approx(float(own.double().norm()))


def test_a_norm_has_a_filter_of_one_weight_for_each_channel_and_a_relu_has_none() -> None:
    found = filters_of(nn.BatchNorm2d(3))
    assert found is not None
    assert (found.count, found.mean, found.std, found.sparsity) == (3, 1.0, 0.0, 0.0)
    assert filters_of(nn.ReLU()) is None


def test_the_network_is_left_as_it_was() -> None:
    network = create("unet_light", widths=(4,))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    list_layers(network, (1, 32, 32))
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_a_network_that_torch_cannot_follow_is_refused() -> None:
    class Branching(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x if float(x.sum()) > 0 else -x

    with pytest.raises(ExportError, match="cannot follow"):
        list_layers(Branching(), (1, 8, 8))
