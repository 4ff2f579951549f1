from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgec_runtime import Session
from edgec_runtime.engine import Array
from edgec_runtime.errors import (
    EngineError,
    EngineMissingError,
    EngineVersionError,
    InputError,
    UsageError,
    VariantError,
)

VARIANTS = [
    ("cpu", "fp32"),
    ("cpu", "int8-static"),
    ("openvino", "fp32"),
    ("openvino", "int8-static"),
    ("tflite", "fp32"),
]


def image(channels: int = 1, size: int = 16, batch: int = 1) -> Array:
    return np.random.default_rng(3).random((batch, channels, size, size), dtype=np.float32)


def reference(path: Path, value: Array) -> Array:
    with Session.open(path, target="cpu", precision="fp32", threads=1) as session:
        return session.run({"image": value})["map"]


@pytest.mark.parametrize(("target", "precision"), VARIANTS)
def test_every_variant_answers_as_the_reference(every_engine: Path, target: str, precision: str) -> None:
    value = image(batch=3)
    with Session.open(every_engine, target=target, precision=precision, threads=1, exact=True) as session:
        found = session.run({"image": value})
    assert list(found) == ["map"]
    assert found["map"].shape == (3, 1, 16, 16)
    assert found["map"].dtype == np.float32
    np.testing.assert_allclose(
        found["map"], reference(every_engine, value), atol=1e-5 if precision == "fp32" else 1e-2
    )


@pytest.mark.parametrize("target", ["cpu", "openvino", "tflite"])
def test_an_answer_outlives_the_next_run(every_engine: Path, target: str) -> None:
    with Session.open(every_engine, target=target, threads=1) as session:
        first = session.run({"image": image()})["map"]
        kept = first.copy()
        session.run({"image": np.zeros((1, 1, 16, 16), np.float32)})
    np.testing.assert_array_equal(first, kept)


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino", "tflite"])
def test_three_channels_and_classes_keep_their_order(make_bundle: Any, net_type: Any, engine: str) -> None:
    net = net_type(channels=3, outputs=5, activation="Softmax")
    path = make_bundle(net, [("cpu", "onnxruntime", "fp32"), ("other", engine, "fp32")])
    value = image(3, batch=2)
    with Session.open(path, target="other", threads=1, exact=True) as session:
        found = session.run({"image": value})["map"]
        pixels = (value[0].transpose(1, 2, 0) * 255).astype(np.uint8)
        mask = session.segment(pixels)
    np.testing.assert_allclose(found, reference(path, value), atol=1e-5)
    assert found.shape == (2, 5, 16, 16)
    assert mask.max() > 0


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_a_network_of_any_size(make_bundle: Any, net_type: Any, engine: str) -> None:
    path = make_bundle(net_type(size=None), [("cpu", engine, "fp32")])
    with Session.open(path, threads=1) as session:
        for height, width in ((16, 16), (8, 24), (4, 4)):
            found = session.run({"image": np.zeros((1, 1, height, width), np.float32)})
            assert found["map"].shape == (1, 1, height, width)
        assert session.segment(np.zeros((21, 13), np.uint8)).shape == (21, 13)
        with pytest.raises(InputError, match="multiples of 4"):
            session.run({"image": np.zeros((1, 1, 18, 16), np.float32)})


@pytest.mark.parametrize("shape", [(16, 16), (40, 31), (7, 90, 1), (33, 16, 3), (5, 5, 4), (1, 1)])
def test_a_mask_has_the_images_size(every_engine: Path, shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    with Session.open(every_engine, target="cpu", threads=1) as session:
        mask = session.segment(pixels)
        likely = session.probabilities(pixels)
    assert mask.shape == shape[:2]
    assert mask.dtype == np.uint8
    assert likely.shape == (1, *shape[:2])
    np.testing.assert_array_equal(mask, likely[0] >= 0.5)


def test_without_a_target_the_first_that_runs_here_in_int8(every_engine: Path, make_bundle: Any) -> None:
    with Session.open(every_engine) as session:
        assert (session.variant.target, session.variant.precision) == ("cpu", "int8-static")
        assert session.precision_in_force == "int8+f32"
        assert session.threads >= 1
    only_elsewhere = make_bundle(
        variants=[("board", "onnxruntime", "int8-static"), ("openvino", "openvino", "fp32")],
        change={("board", "int8-static"): lambda v: _with(v, architectures=("riscv64",))},
    )
    with Session.open(only_elsewhere, threads=1) as session:
        assert session.variant.target == "openvino"


def test_what_cannot_be_chosen_says_why(make_bundle: Any) -> None:
    path = make_bundle(
        variants=[("board", "onnxruntime", "fp32"), ("cpu", "onnxruntime", "fp32")],
        change={
            ("board", "fp32"): lambda v: _with(v, architectures=("riscv64",)),
            ("cpu", "fp32"): lambda v: _with(v, min_engine_version="99.1"),
        },
    )
    with pytest.raises(VariantError, match="riscv64"):
        Session.open(path, target="board")
    with pytest.raises(
        EngineVersionError, match=r"99\.1 or newer: pip install -U 'edgec-runtime\[onnxruntime\]'"
    ):
        Session.open(path, target="cpu")
    with pytest.raises(EngineVersionError):  # the one that an install would mend
        Session.open(path)
    with pytest.raises(VariantError, match=r"cpu.*board fp32, cpu fp32"):
        Session.open(path, target="cpuu")
    with pytest.raises(VariantError, match="int8-static"):
        Session.open(path, precision="int8-static")
    with pytest.raises(UsageError, match="threads is 0"):
        Session.open(make_bundle(), threads=0)


def test_a_missing_engine_is_named_with_its_extra(
    every_engine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(monkeypatch, "onnxruntime", "openvino", "ai-edge-litert")
    with pytest.raises(EngineMissingError, match=r"pip install 'edgec-runtime\[openvino\]'"):
        Session.open(every_engine, target="openvino")
    with pytest.raises(EngineMissingError, match=r"edgec-runtime\[onnxruntime\]"):
        Session.open(every_engine)


def test_the_next_engine_is_taken_where_the_first_is_missing(
    every_engine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(monkeypatch, "onnxruntime")
    with Session.open(every_engine, threads=1) as session:
        assert session.variant.target == "openvino"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, r"named 'image', got nothing"),
    ({"picture": image()}, r"got 'picture'"),
    ({"image": image(), "more": image()}, r"got 'image', 'more'"),
    ({"image": image().tolist()}, r"is list: give a numpy array of float32"),
    ({"image": image().astype(np.float64)}, r"is float64: give.*astype"),
    ({"image": (image() * 255).astype(np.uint8)}, r"is uint8.*Session\.segment"),
    ({"image": image().astype(">f4")}, r"float32"),
    ({"image": image()[0]}, r"\(1, 16, 16\): \(N, 1, 16, 16\) is expected"),
    ({"image": image(channels=3)}, r"\(1, 3, 16, 16\): \(N, 1, 16, 16\)"),
    ({"image": image(size=32)}, r"\(1, 1, 32, 32\): \(N, 1, 16, 16\)"),
    ({"image": image()[:0]}, r"\(0, 1, 16, 16\)"),
]


@pytest.mark.parametrize(("feeds", "message"), REFUSED)
def test_wrong_arrays_are_refused(every_engine: Path, feeds: dict[str, Any], message: str) -> None:
    with (
        Session.open(every_engine, target="cpu", threads=1) as session,
        pytest.raises(InputError, match=message),
    ):
        session.run(feeds)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused(every_engine: Path, wrong: float) -> None:
    value = image()
    value[0, 0, 3, 5] = wrong
    with Session.open(every_engine, target="cpu", threads=1) as session:
        with pytest.raises(InputError, match=r"1 values that are not finite.*\(0, 0, 3, 5\)"):
            session.run({"image": value})
        value[0, 0, 4, 4] = -wrong
        with pytest.raises(InputError, match="2 values"):
            session.run({"image": value})


def test_huge_but_finite_values_are_taken(every_engine: Path) -> None:
    value = np.full((1, 1, 16, 16), 3e38, np.float32)
    with Session.open(every_engine, target="cpu", threads=1) as session:
        assert session.run({"image": value})["map"].shape == (1, 1, 16, 16)


@pytest.mark.parametrize("target", ["cpu", "openvino", "tflite"])
def test_arrays_that_are_not_contiguous_are_taken(every_engine: Path, target: str) -> None:
    wide = image(size=32)
    turned = image().transpose(0, 1, 3, 2)
    with Session.open(every_engine, target=target, threads=1) as session:
        for value in (wide[:, :, ::2, 1::2], turned, wide[:, :, 16:, :16][:, :, ::-1]):
            assert not value.flags.c_contiguous
            np.testing.assert_array_equal(
                session.run({"image": value})["map"], session.run({"image": value.copy()})["map"]
            )


def test_a_wrong_name_inside_the_bundle_is_an_engine_error(make_bundle: Any) -> None:
    for key in ("input", "output"):
        path = make_bundle(change={("cpu", "fp32"): lambda v, key=key: _with(v, **{key: "elsewhere"})})
        with Session.open(path, threads=1) as session, pytest.raises(EngineError, match="elsewhere"):
            session.run({"image": image()})


def test_exact_keeps_float32_in_every_engine(every_engine: Path) -> None:
    for target in ("cpu", "openvino", "tflite"):
        with Session.open(every_engine, target, "fp32", threads=1, exact=True) as session:
            assert session.precision_in_force == "f32"


def _with(variant: Any, **changes: Any) -> Any:
    from dataclasses import replace

    return replace(variant, **changes)


def hide(monkeypatch: pytest.MonkeyPatch, *hidden: str) -> None:
    """Let these distributions seem not to be installed."""
    from importlib import metadata

    real = metadata.version

    def version(name: str) -> str:
        if name in hidden:
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
