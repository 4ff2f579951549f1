import subprocess
import sys

import pytest

import edgec


def test_the_public_names() -> None:
    assert edgec.__all__ == ["Recipe", "bench", "build", "evaluate"]
    for name in edgec.__all__:
        assert callable(getattr(edgec, name))
    with pytest.raises(AttributeError, match="nothing"):
        edgec.nothing  # noqa: B018


def test_importing_edgec_is_light() -> None:
    heavy = "{'torch', 'onnx', 'onnxruntime', 'openvino', 'cv2'}"
    code = f"import sys, edgec; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
