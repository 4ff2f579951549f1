import pytest

from edgec_runtime.format.names import path_problem


@pytest.mark.parametrize(
    "path", ["a", "model.onnx", "a/b/c/d", "0-9_x.y", "a" * 64, "cpu/int8-static/model.onnx"]
)
def test_allowed(path: str) -> None:
    assert path_problem(path) is None


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a..b", ".hidden", "-a", "_a",
        "A", "a b", "a\\b", "c:", "a\0", "a\n", "é", "\uff41", "a" * 65, "a/b/c/d/e", "~", "a*",
    ],
)  # fmt: skip
def test_refused(path: str) -> None:
    assert path_problem(path) is not None
