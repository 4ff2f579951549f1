"""Every network of the zoo that takes images becomes a Graph at odd sizes, and says the same there."""

import numpy as np
import pytest
import torch

from edgec.export import export
from edgec.export.probe import noise, run_onnx
from edgec.passes.simplify import simplify
from edgec.source import load_source
from edgec.zoo import MODELS

NETWORKS = [
    *((name, {}) for name in MODELS if name != "unet3d"),
    ("unet", {"norm": False, "up": "bilinear"}),
    ("unet_flex", {"decoder": (6, 10), "bottleneck": 12}),
]


@pytest.mark.parametrize(("name", "options"), NETWORKS)
@pytest.mark.parametrize("size", [(50, 70), (33, 47)])
def test_the_graph_says_what_the_network_says(
    name: str, options: dict[str, object], size: tuple[int, int]
) -> None:
    source = load_source(name, options={"widths": (4, 8), **options})
    graph = simplify(export(source, size).graph).graph
    image = noise(2, source.channels, *size)
    with torch.inference_mode():
        expected = source.module(torch.from_numpy(image)).numpy()
    np.testing.assert_allclose(run_onnx(graph.to_bytes())(image), expected, atol=1e-5)
    lost = 0 if name == "unet_flex" else 4  # levels of the others, which crop
    assert expected.shape[2:] == (size if not lost else tuple(pixels // lost * lost for pixels in size))


def test_a_network_that_resizes_where_sizes_differ_is_free_in_multiples_only() -> None:
    exported = export(load_source("unet_flex", options={"widths": (4, 8)}), None)
    assert exported.multiple_of == 4
    assert run_onnx(exported.graph.to_bytes())(noise(1, 1, 36, 44)).shape == (1, 1, 36, 44)
