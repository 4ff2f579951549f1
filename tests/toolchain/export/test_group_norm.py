import numpy as np
import onnx
import pytest
import torch
from tests.toolchain.lower.networks import in_onnxruntime, values

from edgec.export.group_norm import spell_group_norms
from edgec.graph import Graph
from edgec.lower import lower

SCALE, BIAS = values((8,), 1), values((8,), 2)
NORM = "n = GroupNormalization<num_groups = 4, epsilon = 0.001>({source}, scale, bias)"


def graph(body: str) -> Graph:
    text = f"""<ir_version: 10, opset_import: ["": 21]>
        network (float[batch,8,16,12] x) => (float[batch,8,h,w] n) {{ {body} }}"""
    model = onnx.parser.parse_model(text)
    for name, data in (("scale", SCALE), ("bias", BIAS), ("far", np.float32(1000))):
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(data), name))
    return Graph.from_bytes(model.SerializeToString())


def exactly(image: np.ndarray) -> np.ndarray:
    parameters = (torch.from_numpy(data).double() for data in (SCALE, BIAS))
    return torch.nn.functional.group_norm(torch.from_numpy(image).double(), 4, *parameters, eps=0.001).numpy()


@pytest.mark.parametrize("batch", [1, 3])
def test_it_means_the_same(batch: int) -> None:
    plain, image = graph(NORM.format(source="x")), values((batch, 8, 16, 12))
    spelled = spell_group_norms(plain)
    assert "GroupNormalization" not in {node.op_type for node in spelled.nodes}
    assert spelled.output.name == plain.output.name
    for each in (spelled, plain):
        np.testing.assert_allclose(in_onnxruntime(each.to_bytes(), image), exactly(image), atol=1e-5)


def test_far_from_zero_it_is_right_where_the_definition_is_not() -> None:
    plain, image = graph(f"a = Add(x, far) {NORM.format(source='a')}"), values((1, 8, 16, 12))
    far = image + np.float32(1000)
    found, naive = (in_onnxruntime(each.to_bytes(), image) for each in (spell_group_norms(plain), plain))
    assert np.abs(found - exactly(far)).max() < 1e-3
    assert np.abs(naive - exactly(far)).max() > 0.05, "the premise: ONNX Runtime computes it otherwise now"
    (content,) = lower(plain, "onnxruntime").files.values()
    np.testing.assert_array_equal(in_onnxruntime(content, image), found)


def test_a_graph_without_one_stays() -> None:
    plain = graph("n = Relu(x)")
    assert spell_group_norms(plain) is plain
