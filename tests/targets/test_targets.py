"""The five devices: what their files say, and which are usable where."""

import platform
import sys
from importlib import resources

import pytest

from edgec_runtime.engines import ENGINES
from edgec_runtime.errors import UsageError
from edgec_runtime.format.manifest import PRECISIONS, Precision
from edgec_targets import Target, check_profiles, load_target, target_names, unknown_word, usable
from edgec_targets.load import read_target

NAMES = ["cpu", "openvino", "raspberry-pi-4", "raspberry-pi-5", "tflite"]


def test_the_names_are_those_of_the_files() -> None:
    assert target_names() == NAMES
    assert all(load_target(name).name == name for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_target_names_an_engine_that_the_runtime_has(name: str) -> None:
    target = load_target(name)
    assert target.engine in ENGINES
    assert {*target.precisions, *target.cannot} == set(PRECISIONS)
    assert ("binary" in target.cannot) == (target.engine == "tflite")
    assert set(target.architectures) <= {"x86_64", "aarch64"}


def test_what_x86_without_vnni_would_saturate_is_avoided() -> None:
    for name in ("cpu", "openvino"):
        int8 = load_target(name).profiles["portable"].int8
        assert (int8.activation, int8.reduce_range, int8.per_channel) == ("uint8", True, True)


@pytest.mark.parametrize("name", ["raspberry-pi-4", "raspberry-pi-5"])
def test_a_raspberry_pi_runs_onnxruntime_with_signed_integers(name: str) -> None:
    target = load_target(name)
    assert (target.engine, target.architectures, target.threads) == ("onnxruntime", ("aarch64",), 4)
    assert list(target.profiles) == ["portable"]
    int8 = target.profiles["portable"].int8
    assert (int8.activation, int8.reduce_range) == ("int8", False)


def test_a_raspberry_pi_4_avoids_openvino() -> None:
    assert "Cortex-A72" in load_target("raspberry-pi-4").avoid["openvino"]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("opnvino", "did you mean 'openvino'?"),
        ("raspberry-pi4", "did you mean 'raspberry-pi-4'?"),
        ("zzz", "choose from cpu, openvino"),
        ("../cpu", "did you mean 'cpu'?"),
        ("", "choose from"),
        ("armv7l", "32-bit Arm is not a target"),
        ("linux-armhf", "32-bit Arm is not a target"),
        ("arm32", "32-bit Arm is not a target"),
        ("arm64", "is not a target: "),
    ],
)
def test_an_unknown_target(word: str, said: str) -> None:
    with pytest.raises(UsageError, match=r"is not a target") as caught:
        load_target(word)
    assert said in str(caught.value)


def machine(monkeypatch: pytest.MonkeyPatch, name: str, bits: int = 64) -> None:
    monkeypatch.setattr(platform, "machine", lambda: name)
    monkeypatch.setattr(sys, "maxsize", 2 ** (bits - 1) - 1)


def test_usable_on_its_own_architecture_only(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, "x86_64")
    assert usable(load_target("cpu")) is None
    assert usable(load_target("raspberry-pi-5")) == "for aarch64; this machine is x86_64"
    machine(monkeypatch, "aarch64")
    assert usable(load_target("raspberry-pi-5")) is None
    machine(monkeypatch, "arm64")
    assert usable(load_target("raspberry-pi-5")) is None


@pytest.mark.parametrize(("name", "bits"), [("armv7l", 32), ("aarch64", 32), ("armv8l", 32)])
def test_32_bit_arm_is_told_clearly(monkeypatch: pytest.MonkeyPatch, name: str, bits: int) -> None:
    machine(monkeypatch, name, bits)
    for target in NAMES:
        assert "32-bit Arm is not a target" in str(usable(load_target(target)))


def test_a_missing_engine_names_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "tflite", ())
    reason = usable(load_target("tflite"))
    assert reason == "tflite is not installed: pip install 'edgec-runtime[tflite]'"


def test_an_old_engine_is_told() -> None:
    future = load_target("cpu").model_copy(update={"min_engine_version": "999.0"})
    assert "pip install -U 'edgec-runtime[onnxruntime]'" in str(usable(future))


def text_of(name: str) -> str:
    return resources.files("edgec_targets").joinpath(f"{name}.yaml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("threads: 2", "threads: 0", "threads"),
        ("threads: 2", "thread: 2", "thread"),
        ("engine: onnxruntime", "engine: tensorrt", "engine"),
        ("name: cpu", "name: gpu", "it must be the file's own name"),
        ("name: cpu", "name: [cpu", "is not YAML"),
        ("[fp32, fp16, int8-dynamic, int8-static, mixed, binary]", "[]", "precisions"),
        ("precisions:", "cannot: {fp32: slow}\nprecisions:", "fp32 stands under precisions and under cannot"),
        (", binary]", "]\nonly: {binary: [x86_64]}", "binary stands under only and not under precisions"),
        ("threads: 2", "threads: 2\nbudgets: {latency_ms: -1}", "budgets.latency_ms"),
        ("threads: 2", "threads: 2\nbudgets: {latency: 9}", "budgets.latency"),
        ("precisions:", "avoid: {onnxruntime: slow}\nprecisions:", "onnxruntime is the engine"),
        ("      activation: uint8\n", "      activation: uint4\n", "profiles.x86-vnni.int8.activation"),
        ("  x86-vnni:", "  x86/vnni:", "the profile 'x86/vnni' is not 1 to 64 of a-z"),
        (
            "    architectures: [aarch64]",
            "    architectures: [riscv64]",
            "arm is for riscv64, the target is not",
        ),
        ("    architectures: [aarch64]", "    architectures: []", "profiles.arm.architectures"),
        ("  portable:", "  any:", "the last profile must be portable"),
        ("  portable:\n", "  portable:\n    instructions: [avx2]\n", "the last profile must be portable"),
        ("    architectures: [x86_64, aarch64]\n", "    architectures: [x86_64]\n", "must be portable"),
    ],
)
def test_a_file_that_is_wrong_names_the_key(old: str, new: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_target(text_of("cpu").replace(old, new, 1), "cpu")
    assert said in str(caught.value)
    assert str(caught.value).startswith("cpu.yaml: ") or "cpu.yaml is not YAML" in str(caught.value)


@pytest.mark.parametrize("name", ["cpu", "openvino"])
def test_profiles_use_what_the_processor_has(name: str) -> None:
    profiles = load_target(name).profiles
    assert list(profiles) == ["x86-vnni", "arm", "portable"]
    vnni, arm = profiles["x86-vnni"], profiles["arm"]
    assert vnni.instructions == ("avx512_vnni", "avx_vnni")
    assert (vnni.architectures, vnni.int8.activation, vnni.int8.reduce_range) == (("x86_64",), "uint8", False)
    assert (arm.architectures, arm.int8.activation, arm.int8.reduce_range) == (("aarch64",), "int8", False)


@pytest.mark.parametrize(
    ("target", "precision", "names", "found"),
    [
        ("cpu", "int8-static", (), ("portable",)),
        ("cpu", "mixed", ("portable", "x86-vnni"), ("x86-vnni", "portable")),
        ("cpu", "int8-static", ("arm",), ("arm",)),
        ("tflite", "int8-static", ("x86-vnni",), ("portable",)),
        ("cpu", "int8-dynamic", ("x86-vnni",), (None,)),
        ("cpu", "fp32", (), (None,)),
    ],
)
def test_the_profiles_of_a_build(
    target: str, precision: Precision, names: tuple[str, ...], found: tuple[str | None, ...]
) -> None:
    assert load_target(target).profiles_for(precision, names) == found


def test_a_profile_of_any_of_the_targets_may_be_named() -> None:
    targets = [load_target("cpu"), load_target("tflite")]
    check_profiles(("x86-vnni", "portable"), targets)
    with pytest.raises(UsageError, match=r"'armm' is not a profile of cpu, tflite: did you mean 'arm'\?"):
        check_profiles(("armm",), targets)
    with pytest.raises(UsageError, match="'arm' is not a profile of tflite: choose from portable"):
        check_profiles(("arm",), targets[1:])


def test_integers_need_their_types() -> None:
    fields = load_target("cpu").model_dump() | {"profiles": {}}
    with pytest.raises(ValueError, match="int8-static needs the key profiles"):
        Target.model_validate(fields)


def test_a_target_does_not_change() -> None:
    target = load_target("cpu")
    with pytest.raises(ValueError, match="frozen"):
        target.threads = 8  # type: ignore[misc]
    assert isinstance(target, Target)


def test_unknown_word_ignores_case() -> None:
    assert "did you mean 'cpu'?" in str(unknown_word("target", "CPU", NAMES))
