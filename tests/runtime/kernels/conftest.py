"""The kernels, compiled once for these tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.runtime.kernels.cases import Tensor

from edgec_runtime.engine import LoadOptions
from edgec_runtime.engines import onnxruntime
from edgec_runtime.kernels import build, library

Run = Callable[..., list[Tensor]]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library, from the sources as they are now, without a warning."""
    out = tmp_path_factory.mktemp("kernels") / build.LIBRARY
    build.compile_kernels(out, extra=build.STRICT)
    return out


@pytest.fixture(scope="session")
def isas(compiled: Path) -> tuple[str, ...]:
    return library.Kernels(compiled).isas


@pytest.fixture(scope="module")
def environment(compiled: Path) -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(library.VARIABLE, str(compiled))
        yield patch


@pytest.fixture(scope="module")
def run(environment: pytest.MonkeyPatch) -> Run:
    """Run a network with an instruction set, or without kernels where that is None."""

    def run(model: bytes, feeds: dict[str, Tensor], isa: str | None, threads: int = 1) -> list[Tensor]:
        with environment.context() as patch:
            if isa is None:
                patch.setenv(library.VARIABLE, "none")
            else:
                patch.setenv(library.ISA, isa)
            with onnxruntime.load({"model.onnx": model}, LoadOptions(threads)) as session:
                assert session.binary == ("function body" if isa is None else "kernel")
                return list(session.run(feeds).values())

    return run


def same(found: Tensor, expected: Tensor) -> bool:
    """The same type, shape and bits."""
    return (
        found.dtype == expected.dtype
        and found.shape == expected.shape
        and np.ascontiguousarray(found).tobytes() == np.ascontiguousarray(expected).tobytes()
    )
