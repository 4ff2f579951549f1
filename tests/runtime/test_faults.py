"""What a processor is known not to run is not chosen there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from edgec_runtime import machine
from edgec_runtime.bundle import Bundle
from edgec_runtime.choose import choose
from edgec_runtime.errors import VariantError

OPENVINO_FIRST = (
    ("a-openvino", "openvino", "fp32"),
    ("a-openvino", "openvino", "int8-static"),
    ("cpu", "onnxruntime", "fp32"),
)


def core(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    text = f"processor : 0\nCPU implementer : 0x41\nCPU part : {part}\n"
    monkeypatch.setattr(machine, "_read", lambda path: text if path == "/proc/cpuinfo" else "")


def test_openvino_int8_is_refused_on_a_raspberry_pi_4(
    make_bundle: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    core(monkeypatch, "0xd08")
    with Bundle.open(make_bundle(variants=OPENVINO_FIRST)) as bundle:
        with pytest.raises(VariantError, match=r"a-openvino int8-static: .* Cortex-A72 .*: run fp32"):
            choose(bundle, "a-openvino", "int8-static")
        assert choose(bundle, "a-openvino", "fp32").variant.precision == "fp32"
        assert choose(bundle, precision="fp32").variant.target == "a-openvino"


def test_another_target_is_chosen_there(
    make_bundle: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_bundle(variants=[*OPENVINO_FIRST, ("cpu", "onnxruntime", "int8-static")])
    for part, target in (("0xd08", "cpu"), ("0xd0b", "a-openvino")):
        core(monkeypatch, part)
        with Bundle.open(path) as bundle:
            assert choose(bundle, precision="int8-static").variant.target == target
