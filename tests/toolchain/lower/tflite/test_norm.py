import numpy as np
import onnx
import pytest
import torch
from tests.toolchain.lower.networks import (
    between_integers,
    check_float,
    image_for,
    in_tflite,
    network,
    node,
    operator_names,
    values,
)
from torch import nn

from edgec.export import export
from edgec.graph import Graph
from edgec.lower import lower
from edgec.passes.simplify import simplify
from edgec.source import Source

SHAPE = (1, 4, 6, 5)
LAST = ["MUL", "ADD"]


def constants(seed: int = 0) -> dict[str, np.ndarray]:
    return {"s": values((4,), seed), "b": values((4,), seed + 1)}


@pytest.mark.parametrize("epsilon", [1e-5, 0.5])
def test_each_channel_by_itself(epsilon: float) -> None:
    check_float(network(SHAPE, node("InstanceNormalization", "x", "s", "b", epsilon=epsilon), **constants()))


def test_a_constant_image_is_no_division_by_zero() -> None:
    flat = node("Mul", "x", "z", to="a")
    check_float(
        network(SHAPE, flat, node("InstanceNormalization", "a", "s", "b"), z=np.float32(0), **constants())
    )


def test_what_follows_is_fused() -> None:
    norm = node("InstanceNormalization", "x", "s", "b", to="a")
    lowered = check_float(network(SHAPE, norm, node("Relu", "a"), **constants()))
    assert operator_names(lowered)[-2:] == LAST


def test_between_integers_it_is_computed_in_float() -> None:
    norm = node("InstanceNormalization", "a", "s", "t", to="b")
    lowered = lower(between_integers(SHAPE, norm, s=values((4,)), t=values((4,), 1)), "tflite")
    assert operator_names(lowered)[-4:] == [*LAST, "QUANTIZE", "DEQUANTIZE"]


@pytest.mark.parametrize("groups", [1, 2, 4, 8])
def test_some_channels_together(groups: int) -> None:
    torch.manual_seed(0)
    norm = nn.GroupNorm(groups, 8, eps=0.01)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    layers = nn.Sequential(nn.Conv2d(3, 8, 3), norm, nn.ReLU(), nn.Conv2d(8, 2, 1))
    source = Source("net", layers.requires_grad_(False), None, 3, 1, None, trained=True)
    check_float(simplify(export(source, (12, 10)).graph).graph, tolerance=1e-4)


@pytest.mark.parametrize("groups", [2, 4])
def test_far_from_zero(groups: int) -> None:
    """One mean alone is off by 2e-4 here: TFLite adds 16,384 pixels one after the other."""
    kind = "InstanceNormalization" if groups == 4 else "GroupNormalization<num_groups = 2>"
    text = f"""<ir_version: 10, opset_import: ["": 21]>
        network (float[1,4,128,128] x) => (float[1,4,128,128] y) <float[1,4,128,128] a> {{
            a = Add(x, far) y = {kind}(a, one, zero) }}"""
    model = onnx.parser.parse_model(text)
    for name, data in (("far", np.float32(100)), ("one", np.ones(4)), ("zero", np.zeros(4))):
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(data, np.float32), name))
    graph = Graph.from_bytes(model.SerializeToString())
    image = image_for(graph)
    far = torch.from_numpy(image + np.float32(100)).double()
    wanted = nn.functional.group_norm(far, groups).numpy()
    np.testing.assert_allclose(in_tflite(lower(graph, "tflite"), image), wanted, atol=3e-5)
