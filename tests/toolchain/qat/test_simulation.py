"""The simulated network beside the built graph, operator by operator as that is written."""

import copy

import numpy as np
import pytest
import torch
from tests.tiny import TINY
from tests.toolchain.quantize.networks import Array, measured, network, values

from edgec.errors import QuantizationError, UnsupportedOperatorError
from edgec.export import export
from edgec.graph import Graph
from edgec.passes.simplify import simplify
from edgec.passes.up_convolution import MergeUpConvolutions
from edgec.qat.network import Network
from edgec.qat.simulation import as_network, simulate
from edgec.quantize import answers, quantize_static
from edgec.source import load_source
from edgec.zoo import MODELS
from edgec_targets.target import Int8

SIZE = (32, 48)
LAYOUTS = {
    "uint8, 7 bits": Int8(activation="uint8", reduce_range=True),
    "int8": Int8(activation="int8"),
    "uint8 per tensor": Int8(activation="uint8", per_channel=False),
}


def graph_of(model: str, **options: object) -> Graph:
    return simplify(export(load_source(model, options=options), SIZE).graph).graph


def images(graph: Graph, count: int = 3) -> list[Array]:
    assert graph.input.shape is not None
    return [values(1, int(graph.input.shape[1]), *SIZE, seed=seed) for seed in range(count)]  # type: ignore[arg-type]


def run(module: Network, samples: list[Array]) -> list[Array]:
    with torch.no_grad():
        return [module(torch.from_numpy(sample)).numpy() for sample in samples]


@pytest.fixture(scope="module")
def tiny() -> Graph:
    return graph_of(f"{TINY}:three_classes")


@pytest.fixture(scope="module")
def light() -> Graph:
    return graph_of("unet_light")


@pytest.mark.parametrize("name", ["tiny", "light"])
def test_without_rounding_it_is_the_float_graph(name: str, request: pytest.FixtureRequest) -> None:
    graph: Graph = request.getfixturevalue(name)
    samples = images(graph)
    for found, wanted in zip(run(as_network(graph), samples), answers(graph, samples), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5)


@pytest.mark.parametrize("int8", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("merged", [False, True], ids=["natural", "merged"])
def test_with_rounding_it_is_the_built_graph(tiny: Graph, int8: Int8, merged: bool) -> None:
    graph = MergeUpConvolutions()(tiny).graph if merged else tiny
    samples = images(graph)
    ranges = measured(graph, samples[:2])
    built, plain = (answers(each, samples) for each in (quantize_static(graph, ranges, int8), graph))
    for found, wanted, real in zip(run(simulate(graph, ranges, int8), samples), built, plain, strict=True):
        step = np.ptp(wanted) / 255
        assert (np.abs(found - wanted) > 1e-6).mean() < 1e-3
        assert np.abs(found - wanted).max() < 2 * step
        assert np.abs(found - real).max() > 1e-4  # rounding shows


def test_a_whole_network_of_the_zoo(light: Graph) -> None:
    samples = images(light, 2)
    ranges, int8 = measured(light, samples), LAYOUTS["uint8, 7 bits"]
    built = answers(quantize_static(light, ranges, int8), samples)
    for found, wanted in zip(run(simulate(light, ranges, int8), samples), built, strict=True):
        assert (np.abs(found - wanted) > 1e-6).mean() < 0.05  # a tie spreads in so deep a network
        assert ((found > 0.5) == (wanted > 0.5)).mean() > 0.999


BINARY = ("blu_net", "blu_net_fast")  # which is a precision of its own
NETWORKS: list[tuple[str, dict[str, object]]] = [
    *((name, {}) for name in MODELS if name not in ("unet3d", *BINARY)),
    ("unet", {"norm": False, "up": "bilinear", "out_channels": 3}),
]


@pytest.mark.parametrize(("name", "options"), NETWORKS)
def test_every_network_of_the_zoo_can_be_simulated(name: str, options: dict[str, object]) -> None:
    graph = graph_of(name, widths=(4, 8), **options)
    samples = images(graph, 2)
    for found, wanted in zip(run(as_network(graph), samples), answers(graph, samples), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5)
    ranges, int8 = measured(graph, samples), LAYOUTS["int8"]
    built = answers(quantize_static(graph, ranges, int8), samples)
    simulated = simulate(graph, ranges, int8)
    for found, wanted in zip(run(simulated, samples), built, strict=True):
        assert (np.abs(found - wanted) > 1e-6).mean() < 0.05
    half = torch.from_numpy(samples[0][..., :16, :16].copy())  # a piece, as training takes it
    assert simulated(half).shape[2:] == (16, 16)


@pytest.mark.parametrize("name", BINARY)
def test_signs_are_not_simulated(name: str) -> None:
    with pytest.raises(UnsupportedOperatorError, match="training cannot simulate"):
        as_network(graph_of(name, widths=(4, 8)))


def test_logits_are_what_the_closing_sigmoid_takes(light: Graph, tiny: Graph) -> None:
    image = torch.from_numpy(images(light, 1)[0])
    module = as_network(light)
    torch.testing.assert_close(torch.sigmoid(module.logits(image)), module(image))
    open_ended = as_network(tiny)
    image = torch.from_numpy(images(tiny, 1)[0])
    assert torch.equal(open_ended.logits(image), open_ended(image))


def test_every_weight_learns_through_the_rounding(tiny: Graph) -> None:
    samples = images(tiny)
    module = simulate(tiny, measured(tiny, samples), LAYOUTS["int8"])
    target = [torch.from_numpy(answer) + 0.3 for answer in answers(tiny, samples)]
    optimizer = torch.optim.Adam(module.parameters(), 1e-2)
    losses = []
    for _ in range(20):
        pairs = zip(samples, target, strict=True)
        loss = torch.stack([((module(torch.from_numpy(s)) - t) ** 2).mean() for s, t in pairs]).mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        assert all(weight.grad is not None and weight.grad.any() for weight in module.weights)
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 4


def test_gradients_end_where_the_integers_do() -> None:
    graph = network("map = Conv (image, w)", w=np.ones((1, 2, 1, 1), np.float32))
    ranges = measured(graph, [np.full((1, 2, 8, 8), value, np.float32) for value in (-1, 1)])
    module = simulate(graph, ranges, LAYOUTS["int8"])
    image = torch.full((1, 2, 8, 8), 0.5)
    image[..., :4] = 3.0  # of a range of -1 to 1
    image.requires_grad_()
    module(image).sum().backward()
    assert image.grad is not None
    assert not image.grad[..., :4].any()
    assert (image.grad[..., 4:] == 1).all()


def test_a_copy_is_independent_and_weights_come_back_by_name(tiny: Graph) -> None:
    samples = images(tiny)
    module = simulate(tiny, measured(tiny, samples), LAYOUTS["int8"])
    twin = copy.deepcopy(module)
    with torch.no_grad():
        twin.weights[0].add_(1)
    (name, moved), *_ = twin.named_weights().items()
    constants = tiny.model.graph.initializers
    assert np.array_equal(moved, module.named_weights()[name] + 1)
    for name, data in module.named_weights().items():
        tensor = constants[name].const_value
        assert tensor is not None
        assert np.array_equal(data, tensor.numpy())
    assert set(module.state_dict()) == {f"weights.{place}" for place in range(len(module.weights))}


def test_weights_that_diverge_are_named(tiny: Graph) -> None:
    samples = images(tiny)
    module = simulate(tiny, measured(tiny, samples), LAYOUTS["int8"])
    with torch.no_grad():
        module.weights[0].fill_(float("nan"))
    with pytest.raises(QuantizationError, match=r"the weight 'down.0.weight' is not finite"):
        run(module, samples)
