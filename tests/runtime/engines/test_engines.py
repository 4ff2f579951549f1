from importlib import metadata
from typing import Any

import numpy as np
import pytest

from edgec_runtime.engine import Array, LoadOptions
from edgec_runtime.engines import ENGINES, find_engine, load_engine
from edgec_runtime.engines.packages import check_version, installed_version, numbers
from edgec_runtime.errors import EngineError, EngineMissingError, EngineVersionError, UsageError

NAMES = ("onnxruntime", "openvino", "tflite")


def image(lowered: Any, batch: int = 1) -> Array:
    shape = (batch, 16, 16, 1) if lowered.layout == "NHWC" else (batch, 1, 16, 16)
    return np.random.default_rng(0).random(shape, dtype=np.float32)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("threads", [1, 2])
def test_load_run_close(net_type: Any, name: str, threads: int) -> None:
    lowered = net_type().lower(name)
    engine = load_engine(name).load(lowered.files, LoadOptions(threads, exact=True))
    one, three = image(lowered), image(lowered, 3)
    first = engine.run({lowered.input: one})
    assert list(first) == [lowered.output]
    assert first[lowered.output].dtype == np.float32
    batch = engine.run({lowered.input: three})[lowered.output]
    assert batch.shape == three.shape
    for number in range(3):
        alone = engine.run({lowered.input: three[number : number + 1]})[lowered.output]
        np.testing.assert_allclose(alone[0], batch[number], atol=1e-6)
    assert engine.precision == "f32"
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed: open the session again"):
        engine.run({lowered.input: one})


@pytest.mark.parametrize("name", NAMES)
def test_the_networks_bytes_may_go_after_loading(net_type: Any, name: str) -> None:
    lowered = net_type().lower(name)
    files = {key: bytes(bytearray(data)) for key, data in lowered.files.items()}
    engine = load_engine(name).load(files, LoadOptions(1, exact=True))
    expected = engine.run({lowered.input: image(lowered)})[lowered.output]
    files.clear()
    filler = [bytes([255]) * 4096 for _ in range(2000)]  # takes the memory that was freed
    np.testing.assert_array_equal(engine.run({lowered.input: image(lowered)})[lowered.output], expected)
    assert filler


@pytest.mark.parametrize("name", NAMES)
def test_rubbish_is_an_engine_error(net_type: Any, name: str) -> None:
    files = {key: b"rubbish" + bytes(50) for key in net_type().lower(name).files}
    with pytest.raises(EngineError, match="cannot load the network"):
        load_engine(name).load(files, LoadOptions(1))


@pytest.mark.parametrize("name", NAMES)
def test_wrong_files_are_an_engine_error(name: str) -> None:
    with pytest.raises(EngineError, match=r"exactly one \*\.\w+ file, got a\.txt, b\.txt"):
        load_engine(name).load({"a.txt": b"", "b.txt": b""}, LoadOptions(1))


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_name_or_shape_is_an_engine_error(net_type: Any, name: str) -> None:
    lowered = net_type().lower(name)
    engine = load_engine(name).load(lowered.files, LoadOptions(1))
    with pytest.raises(EngineError):
        engine.run({"nobody": image(lowered)})
    with pytest.raises(EngineError):
        engine.run({lowered.input: np.zeros((1, 3, 3, 5), np.float32)})


def test_an_openvino_network_that_is_not_exact_tells_its_type(net_type: Any) -> None:
    lowered = net_type().lower("openvino")
    engine = load_engine("openvino").load(lowered.files, LoadOptions(1, exact=False))
    assert engine.precision in ("f32", "bf16", "f16")


def test_an_unknown_engine_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="choose onnxruntime, openvino, tflite"):
        load_engine("tensorrt")


def _installed(monkeypatch: pytest.MonkeyPatch, **versions: str) -> None:
    known = {name.replace("_", "-"): version for name, version in versions.items()}

    def version(name: str) -> str:
        if name not in known:
            raise metadata.PackageNotFoundError(name)
        return known[name]

    monkeypatch.setattr(metadata, "version", version)


def test_missing_engines_name_their_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    _installed(monkeypatch)
    for name in ENGINES:
        with pytest.raises(EngineMissingError, match=rf"pip install 'edgec-runtime\[{name}\]'"):
            find_engine(name)


def test_the_older_relatives_are_taken_where_they_are_what_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _installed(monkeypatch, onnxruntime_openvino="1.24.1", tflite_runtime="2.14.0")
    assert find_engine("onnxruntime").version() == "1.24.1"
    assert find_engine("openvino").reads == "onnxruntime"
    assert find_engine("openvino").module == "openvino_provider"
    assert find_engine("tflite").prefers == "fp32"
    _installed(monkeypatch, openvino="2025.1.0", onnxruntime_openvino="1.24.1", ai_edge_litert="2.3.0")
    assert find_engine("openvino").module == "openvino"
    assert find_engine("tflite").prefers == "int8-static"


def test_every_extra_of_the_package_is_an_engine() -> None:
    extras = set(metadata.metadata("edgec-runtime").get_all("Provides-Extra") or ())
    assert extras == {*ENGINES, "all"}


@pytest.mark.parametrize("name", NAMES)
def test_versions_are_those_of_the_packages(name: str) -> None:
    packages = {"onnxruntime": "onnxruntime", "openvino": "openvino", "tflite": "ai-edge-litert"}
    assert load_engine(name).version() == metadata.version(packages[name])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.17.0", (1, 17)),
        ("2026.4.1-22982-releases", (2026, 4, 1)),
        ("1.2.3+cpu", (1, 2, 3)),
        ("1.20rc1", (1,)),
    ],
)
def test_numbers(text: str, expected: tuple[int, ...]) -> None:
    assert numbers(text) == expected


def test_versions_are_compared_as_numbers() -> None:
    check_version("onnxruntime", "1.17.0", "1.9")
    check_version("onnxruntime", "1.17", "1.17.0")
    for old in ("1.9.9", "0.99", "1"):
        with pytest.raises(EngineVersionError, match=rf"onnxruntime {old} is too old.*pip install -U"):
            check_version("onnxruntime", old, "1.17")
    assert installed_version("no-such-package") is None
