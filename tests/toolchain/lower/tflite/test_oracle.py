"""litert-torch converts the same module in another way; 2.5 GB of it are an optional extra."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.toolchain.lower.networks import in_tflite

from edgec.export import export
from edgec.lower import Lowered, lower
from edgec.passes.simplify import simplify
from edgec.source import load_source


@pytest.mark.slow
def test_litert_torch_says_the_same(tmp_path: Path) -> None:
    litert_torch = pytest.importorskip(
        "litert_torch", reason="the oracle is not installed: pip install 'edgec[oracle]'"
    )
    source = load_source("unet_light")
    assert source.module is not None
    image = torch.rand(1, 1, 64, 48, generator=torch.Generator().manual_seed(0))
    module = litert_torch.to_channel_last_io(source.module.eval(), args=[0], outputs=[0]).eval()
    path = tmp_path / "oracle.tflite"
    litert_torch.convert(module, (image.permute(0, 2, 3, 1).contiguous(),)).export(str(path))
    ours = lower(simplify(export(source, (64, 48)).graph).graph, "tflite")
    oracle = Lowered({"model.tflite": path.read_bytes()}, "NHWC", "its own", "its own")
    np.testing.assert_allclose(in_tflite(ours, image.numpy()), in_tflite(oracle, image.numpy()), atol=1e-5)
