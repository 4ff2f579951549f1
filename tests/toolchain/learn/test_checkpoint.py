from pathlib import Path

import torch
from safetensors.torch import load_file

from edgec.learn.checkpoint import write_checkpoint
from edgec.source.checkpoint import load_weights
from edgec.zoo import create
from edgec.zoo.binary_blocks import set_binary

OPTIONS = {"widths": (8, 16), "bottleneck": 32}


def test_a_binary_network_keeps_the_signs_of_its_weights_and_says_the_same(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, path = create("blu_net_fast", **OPTIONS).eval(), tmp_path / "best.safetensors"
    write_checkpoint(path, network, {}, {})
    tensors = load_file(path)
    signs = {name for name, tensor in tensors.items() if tensor.dtype == torch.int8}
    assert signs == {name for name in tensors if name.endswith(("first.conv.weight", "second.conv.weight"))}
    assert all(set(tensors[name].unique().tolist()) == {-1, 1} for name in signs)
    image = torch.rand(1, 1, 32, 32)
    again = create("blu_net_fast", **OPTIONS).eval()
    load_weights(again, path)
    assert torch.equal(again(image), network(image))


def test_in_full_precision_it_keeps_the_weights(tmp_path: Path) -> None:
    network, path = create("blu_net_fast", **OPTIONS), tmp_path / "best.safetensors"
    set_binary(network, binary=False)
    write_checkpoint(path, network, {}, {})
    assert all(torch.equal(load_file(path)[name], tensor) for name, tensor in network.state_dict().items())
