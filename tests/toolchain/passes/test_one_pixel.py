import numpy as np
import pytest
import torch
from torch import Tensor, nn

from edgec.export import export
from edgec.passes.one_pixel import DropOnePixelGathers
from edgec.passes.shapes import InferShapes
from edgec.passes.simplify import simplify
from edgec.source import Source

PLACES = np.arange(2).reshape(1, 2, 1, 1)
BODY = """
    mean = GlobalAveragePool(image) flat = Reshape(mean, one) size = Shape<start = 0, end = 1>(image)
    batch = Squeeze(size) images = Range(zero, batch, step) starts = Mul(images, channels)
    spread = Unsqueeze(starts, axes) index = Add(spread, places) found = Gather<axis = 0>(flat, index)
    most = GlobalMaxPool(image) row = Reshape(most, one) other = Gather<axis = 0>(row, index)
    both = Mul(found, other) map = Mul(image, both)
"""
CONSTANTS = {
    "one": np.array([-1]),
    "zero": np.array(0),
    "step": np.array(1),
    "channels": np.array(2),
    "axes": np.array([1, 2, 3]),
    "places": PLACES,
}


class Squeezed(nn.Module):
    """Scaled by its mean, behind a norm in NHWC."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.pool = nn.LayerNorm(3), nn.AdaptiveAvgPool2d(1)

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) -> the same."""
        normal: Tensor = self.norm(image.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return normal * torch.sigmoid(self.pool(normal))


def test_what_torch_exports_is_found() -> None:
    source = Source("net", Squeezed().requires_grad_(False), None, 3, 1, None, trained=True)
    graph = export(source, (8, 8)).graph
    assert "Range" in {node.op_type for node in graph.nodes}, "the premise: torch writes it otherwise now"
    assert not {"Range", "Gather"} & {node.op_type for node in simplify(graph).graph.nodes}


def test_the_map_stays_the_same(network, operators, run) -> None:
    graph = InferShapes()(network(BODY, CONSTANTS, maps=2)).graph
    result = DropOnePixelGathers()(graph)
    assert result.changed
    assert not {"Gather", "Range"} & set(operators(result.graph))
    np.testing.assert_array_equal(run(result.graph), run(graph))


@pytest.mark.parametrize("other", [{"places": PLACES[:, ::-1].copy()}, {"channels": np.array(0)}], ids=str)
def test_other_places_are_left_alone(network, other: dict[str, np.ndarray]) -> None:
    graph = InferShapes()(network(BODY, CONSTANTS | other, maps=2)).graph
    assert not DropOnePixelGathers()(graph).changed
