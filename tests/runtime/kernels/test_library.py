"""How the kernels are found, and what is said of a network that runs without them."""

import warnings
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from tests.fuzz.sample_bundle import SIZE, onnx_network
from tests.runtime.kernels.cases import Case, Sizes, convolution
from tests.runtime.kernels.conftest import same

from edgec_runtime.engine import LoadOptions
from edgec_runtime.engines import onnxruntime
from edgec_runtime.errors import EngineError
from edgec_runtime.kernels import library

ONE_THREAD = LoadOptions(threads=1)


@pytest.fixture
def case() -> Case:
    return convolution("BinaryConvAdd", Sizes(1, 4, 5, 40, 33, 3, (1,), (1,), 1, 0))


def test_the_instruction_sets_end_with_plain_c(isas: tuple[str, ...]) -> None:
    assert isas[-1] == "c"
    assert len(set(isas)) == len(isas)


def test_without_a_library_the_bodies_run_and_one_warning_says_so(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(library.VARIABLE, str(tmp_path / "none.so"))
    with pytest.warns(
        UserWarning, match=r"none.so is not there.*python -m edgec_runtime.kernels.build"
    ) as told:
        session = onnxruntime.load({"m.onnx": case.model()}, ONE_THREAD)
    assert len(told) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert onnxruntime.load({"m.onnx": case.model()}, ONE_THREAD).binary == "function body"
    assert session.binary == "function body"
    assert same(next(iter(session.run(case.feeds).values())), case.expected[0])


def test_a_file_that_is_no_library_is_told(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.so"
    broken.write_bytes(b"no library")
    monkeypatch.setenv(library.VARIABLE, str(broken))
    with pytest.warns(UserWarning, match="broken.so"):
        assert onnxruntime.load({"m.onnx": case.model()}, ONE_THREAD).binary == "function body"


@pytest.mark.parametrize("name", ["avx1024", "neon"])
def test_an_instruction_set_that_is_not_there_is_an_error(
    case: Case,
    environment: pytest.MonkeyPatch,
    monkeypatch: pytest.MonkeyPatch,
    isas: tuple[str, ...],
    name: str,
) -> None:
    if name in isas:
        pytest.skip(f"this processor has {name}")
    monkeypatch.setenv(library.ISA, name)
    with pytest.raises(EngineError, match="EDGEC_KERNEL_ISA names what"):
        onnxruntime.load({"m.onnx": case.model()}, ONE_THREAD)


def test_a_network_without_our_operators_needs_no_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(library.VARIABLE, "/nowhere/at/all.so")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        session = onnxruntime.load({"m.onnx": onnx_network().SerializeToString()}, ONE_THREAD)
    assert session.binary is None
    assert session.run({"image": np.zeros((1, 1, SIZE, SIZE), np.float32)})["map"].shape == (1, 1, SIZE, SIZE)


def test_weights_that_are_no_constant_are_refused(case: Case, environment: pytest.MonkeyPatch) -> None:
    model = onnx.load_from_string(case.model())
    name = model.graph.initializer[0].name
    del model.graph.initializer[0]
    model.graph.input.append(helper.make_tensor_value_info(name, TensorProto.INT32, [None] * 5))
    with pytest.raises(EngineError, match=r"com\.edgec BinaryConvAdd: input 1 must be a constant"):
        onnxruntime.load({"m.onnx": model.SerializeToString()}, ONE_THREAD)
