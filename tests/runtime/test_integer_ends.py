"""A variant that takes and gives int8 is used like any other."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgec_runtime import Session
from edgec_runtime.bench import bench
from edgec_runtime.bundle import Bundle
from edgec_runtime.errors import EngineError
from edgec_runtime.format.manifest import Affine, Variant
from edgec_runtime.sandbox import verify_in_child
from edgec_runtime.selftest import selftest

VARIANTS = (("tflite", "tflite", "fp32"), ("tflite", "tflite", "int8-static"))


@pytest.fixture
def path(make_bundle: Any, net_type: Any) -> Path:
    found: Path = make_bundle(net_type(channels=3, outputs=2, integers=True), VARIANTS)
    return found


def session(path: Path, precision: str) -> Session:
    return Session.open(path, precision=precision, threads=1)


def test_the_engine_sees_int8_and_the_caller_floats(path: Path) -> None:
    image = np.random.default_rng(5).random((2, 3, 16, 16), np.float32)
    with session(path, "fp32") as floats, session(path, "int8-static") as integers:
        assert integers.variant.input_quantization is not None
        assert integers.variant.output_quantization == Affine(1 / 256, -128)
        engine: Any = integers.engine
        assert {detail["dtype"] for detail in engine._interpreter.get_input_details()} == {np.int8}
        wanted, found = (each.run({"image": image})["map"] for each in (floats, integers))
    assert (found.dtype, found.shape) == (np.float32, wanted.shape)
    assert np.abs(found - wanted).max() < 0.05
    assert np.array_equal(found * 256, np.round(found * 256))


def test_masks_agree(path: Path) -> None:
    image = np.random.default_rng(6).integers(0, 256, (20, 30, 3), np.uint8)
    with session(path, "fp32") as floats, session(path, "int8-static") as integers:
        assert np.mean(floats.segment(image) == integers.segment(image)) > 0.97


def test_it_is_verified_proven_and_measured(path: Path) -> None:
    verify_in_child(path)
    with Bundle.open(path) as bundle:
        result = selftest(bundle, bundle.variant("tflite", "int8-static"), 1)
    assert result.mean_error < 1e-6
    (row,) = bench(path, precisions=["int8-static"], threads=1).measurements
    assert "error" not in row


def test_a_manifest_that_lies_of_the_types_is_an_engine_error(make_bundle: Any, net_type: Any) -> None:
    def floats(variant: Variant) -> Variant:
        return replace(variant, input_quantization=None, output_quantization=None)

    def integers(variant: Variant) -> Variant:
        return replace(variant, output_quantization=Affine(1 / 256, -128))

    image = {"image": np.zeros((1, 1, 16, 16), np.float32)}
    net = net_type(integers=True)
    for precision, change in (("int8-static", floats), ("fp32", integers)):
        path = make_bundle(net, VARIANTS, change={("tflite", precision): change})
        with session(path, precision) as opened, pytest.raises(EngineError):
            opened.run(image)
