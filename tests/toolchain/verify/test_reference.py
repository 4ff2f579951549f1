from pathlib import Path

import numpy as np
from tests.tiny import TINY

from edgec.source import load_source
from edgec.verify import reference_outputs


def test_a_module_and_its_onnx_file_answer_alike(tmp_path: Path) -> None:
    from edgec.export import export

    source = load_source(f"{TINY}:binary")
    path = tmp_path / "tiny.onnx"
    path.write_bytes(export(source, (32, 32)).graph.to_bytes())
    image = np.random.default_rng(0).random((1, 1, 32, 32), np.float32)
    ours, theirs = reference_outputs(source, [image]), reference_outputs(load_source(str(path)), [image])
    np.testing.assert_allclose(ours[0], theirs[0], atol=1e-5)
