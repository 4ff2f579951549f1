import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from edgec_runtime.bundle import Bundle
from edgec_runtime.errors import BundleNotFoundError, ContainerError, FileSetError, ModelError, VariantError
from edgec_runtime.format.manifest import Variant
from edgec_runtime.format.write import seal, write_folder, write_zip
from edgec_runtime.kernels import library

ALL = [
    ("cpu", "onnxruntime", "fp32"),
    ("cpu", "onnxruntime", "int8-static"),
    ("raspberry-pi-5", "onnxruntime", "int8-static"),
    ("openvino", "openvino", "fp32"),
    ("tflite", "tflite", "fp32"),
]


@pytest.fixture
def path(make_bundle: Callable[..., Path]) -> Path:
    def arm(variant: Variant) -> Variant:
        return replace(variant, architectures=("aarch64",))

    return make_bundle(variants=ALL, change={("raspberry-pi-5", "int8-static"): arm})


def test_loads_every_variant_and_reads_every_file(path: Path) -> None:
    with Bundle.open(str(path)) as bundle:
        assert bundle.path == path
        for variant in bundle.manifest.variants:
            files = bundle.load(variant)
            assert tuple(files) == variant.files
        for entry in bundle.manifest.files:
            assert len(bundle.read(entry.path)) == entry.size


def test_int8_comes_before_fp32(path: Path) -> None:
    with Bundle.open(path) as bundle:
        assert bundle.variant("cpu", machine="x86_64").precision == "int8-static"
        assert bundle.variant("cpu", "fp32", "x86_64").precision == "fp32"
        assert bundle.variant("openvino", machine="x86_64").precision == "fp32"


def test_binary_is_for_machines_with_its_kernels(
    make_bundle: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    precisions = ("fp32", "int8-static", "binary")
    bundle = Bundle.open(make_bundle(variants=[("cpu", "onnxruntime", each) for each in precisions]))
    (tmp_path / "kernels.so").touch()
    for kernels, chosen in ((tmp_path / "kernels.so", "binary"), ("none", "int8-static")):
        monkeypatch.setenv(library.VARIABLE, str(kernels))
        assert bundle.variant().precision == chosen
        assert bundle.variant(machine="aarch64").precision == "binary"  # of which nothing is known
        assert bundle.variant(precision="binary").precision == "binary"
    bundle = Bundle.open(make_bundle(variants=[("openvino", "openvino", each) for each in precisions]))
    assert bundle.variant().precision == "binary"  # which OpenVINO has an operator for


def test_without_a_target_the_first_that_runs_here(path: Path) -> None:
    with Bundle.open(path) as bundle:
        assert bundle.variant(machine="x86_64").target == "cpu"
        assert bundle.variant(precision="int8-static", machine="aarch64").target == "cpu"


@pytest.mark.parametrize(("machine", "same"), [("AMD64", "x86_64"), ("arm64", "aarch64")])
def test_machines_by_other_names(path: Path, machine: str, same: str) -> None:
    with Bundle.open(path) as bundle:
        assert bundle.variant("cpu", machine=machine) == bundle.variant("cpu", machine=same)


@pytest.mark.parametrize(
    ("target", "precision", "machine", "words"),
    [
        ("cpuu", None, "x86_64", ["no variant of target 'cpuu'", "did you mean 'cpu'?", "cpu int8-static"]),
        ("gpu9000", None, "x86_64", ["no variant of target 'gpu9000'", "it has cpu fp32"]),
        ("cpu", "int8", "x86_64", ["no variant of precision 'int8'", "did you mean 'int8-static'?"]),
        ("openvino", "int8-static", "x86_64", ["of precision 'int8-static'", "openvino fp32"]),
        ("raspberry-pi-5", None, "x86_64", ["was built for aarch64, this machine is x86_64"]),
        ("cpu", None, "riscv64", ["was built for x86_64, aarch64, this machine is riscv64"]),
        ("cpu", None, "armv7l", ["32-bit Arm", "(armv7l)", "64-bit"]),
        (None, None, "armv6l", ["32-bit Arm"]),
        (None, None, "arm", ["32-bit Arm"]),
    ],
)
def test_no_such_variant(
    path: Path, target: str | None, precision: str | None, machine: str, words: list[str]
) -> None:
    with Bundle.open(path) as bundle, pytest.raises(VariantError) as caught:
        bundle.variant(target, precision, machine)
    for word in words:
        assert word in str(caught.value)


def test_no_such_file(path: Path) -> None:
    with Bundle.open(path) as bundle, pytest.raises(FileSetError, match="holds no file 'manifest'"):
        bundle.read("manifest")


@pytest.mark.parametrize("missing", ["nowhere.edgec", "nowhere/x.edgec", "a\0b"])
def test_not_found(tmp_path: Path, missing: str) -> None:
    with pytest.raises(BundleNotFoundError, match=r"there is no such|not a path"):
        Bundle.open(f"{tmp_path}/{missing}")


def test_a_path_below_a_file(path: Path) -> None:
    with pytest.raises(BundleNotFoundError, match="no such file"):
        Bundle.open(path / "inner")


def test_the_zip_may_not_be_a_link(path: Path) -> None:
    link = path.with_name("latest.edgec")
    link.symlink_to(path)
    with pytest.raises(ContainerError, match="symbolic link"):
        Bundle.open(link)


def test_the_zip_may_not_be_a_device() -> None:
    with pytest.raises(ContainerError, match="not a regular file"):
        Bundle.open("/dev/null")


def test_the_message_begins_with_the_path(tmp_path: Path) -> None:
    target = tmp_path / "notes.txt"
    target.write_text("hello, this is not a bundle")
    with pytest.raises(ContainerError, match="this is not a bundle") as caught:
        Bundle.open(target)
    assert str(caught.value).startswith(f"{target}: ")


def test_a_hostile_network_is_refused_when_it_is_loaded(path: Path, tmp_path: Path) -> None:
    with Bundle.open(path) as bundle:
        manifest = bundle.manifest
        files = {entry.path: bundle.read(entry.path) for entry in manifest.files}
    files["cpu/fp32/model.onnx"] = b"\x08\x0a\xa2\x01\x00"  # ir_version 10, empty training_info
    for write, name in ((write_folder, "hostile"), (write_zip, "hostile.edgec")):
        write(tmp_path / name, seal(manifest, files), files)
        with (
            Bundle.open(tmp_path / name) as bundle,
            pytest.raises(ModelError, match=r"^cpu/fp32/model\.onnx: the model holds training information"),
        ):
            bundle.load(bundle.variant("cpu", "fp32", "x86_64"))


MEMORY = """
import sys
from edgec_runtime.bundle import Bundle
import edgec_runtime.guard.onnx

def peak():
    lines = open("/proc/self/status").read().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024

before = peak()
with Bundle.open(sys.argv[1]) as bundle:
    opened = peak()
    variant = bundle.manifest.variants[0]
    files = bundle.load(variant)
print(opened - before, peak() - before, sum(map(len, files.values())) / 2**20)
"""


@pytest.mark.parametrize("suffix", ["", ".edgec"])
def test_memory_of_a_large_bundle_is_that_of_the_variant(
    make_large: Callable[[str], Path], suffix: str
) -> None:
    """Opening 96 MiB costs a few, loading one variant of three costs its 32."""
    path = make_large(suffix)
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(path)], capture_output=True, text=True, check=True
    )
    opened, loaded, size = map(float, done.stdout.split())
    assert size > 32
    assert opened < 8
    assert loaded < size + 8


@pytest.fixture
def make_large(path: Path, tmp_path: Path) -> Callable[[str], Path]:
    from onnx import TensorProto, helper, load_from_string

    def make(suffix: str) -> Path:
        with Bundle.open(path) as bundle:
            manifest = bundle.manifest
            files = {entry.path: bundle.read(entry.path) for entry in manifest.files}
        for number, name in enumerate(found for found in list(files) if found.endswith(".onnx")):
            model = load_from_string(files[name])
            data = bytes([number]) * (32 << 20)
            big = helper.make_tensor("big", TensorProto.UINT8, [32 << 10, 1 << 10], data, raw=True)
            model.graph.initializer.append(big)
            files[name] = model.SerializeToString()
        target = tmp_path / f"large{suffix}"
        (write_zip if suffix else write_folder)(target, seal(manifest, files), files)
        return target

    return make


def test_importing_takes_no_engine_and_no_numpy() -> None:
    code = "import sys, json, edgec_runtime.bundle; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    heavy = {
        "numpy",
        "onnx",
        "onnxruntime",
        "openvino",
        "cv2",
        "zipfile",
        "difflib",
        "xml",
        "edgec_runtime.guard.onnx",
    }
    assert not loaded & heavy
