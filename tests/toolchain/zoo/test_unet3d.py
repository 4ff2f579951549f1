"""A network for volumes learns, and torch exports it to ONNX; bundles are not made of it."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from edgec.zoo import create


def _ball(depth: int, height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A noisy volume with a bright ball, and where that is."""
    axes = [torch.linspace(-1, 1, size) for size in (depth, height, width)]
    inside = (sum(axis**2 for axis in torch.meshgrid(*axes, indexing="ij")) < 0.4).float()[None, None]
    return inside + 0.3 * torch.randn(inside.shape), inside


def test_it_learns_a_ball() -> None:
    torch.manual_seed(0)
    network = create("unet3d", widths=[4, 8])
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    volume, truth = _ball(9, 16, 12)
    losses = []
    for _ in range(12):
        loss = binary_cross_entropy_with_logits(network.logits(volume), truth)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.8 * losses[0]


@pytest.mark.parametrize("size", [(8, 16, 24), (9, 18, 13)])
@pytest.mark.parametrize("outputs", [1, 3])
def test_torch_exports_it_to_onnx(size: tuple[int, ...], outputs: int, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = create("unet3d", widths=[4, 8], out_channels=outputs).eval()
    volume, path = torch.rand(1, 1, *size), tmp_path / "unet3d.onnx"
    torch.onnx.export(network, (volume,), path, dynamo=True, verbose=False)
    session = onnxruntime.InferenceSession(path)
    (found,) = session.run(None, {session.get_inputs()[0].name: volume.numpy()})
    with torch.inference_mode():
        np.testing.assert_allclose(found, network(volume), atol=1e-5)
    assert found.shape == (1, outputs, *size)
