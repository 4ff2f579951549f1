"""The aarch64 wheel installs on a Raspberry Pi, and its kernels give the bits that they give here."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.emulated.conftest import OnCore
from tests.runtime.kernels.cases import (
    FORMS,
    Case,
    Sizes,
    byte_convolution,
    convolution,
    packing,
    pooling,
)

from edgec.emulator.pieces import home
from edgec_runtime.kernels import build

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("kernels.py")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, cross-compiled and laid out by pip as for the board."""
    try:
        build.compiler("aarch64")
    except build.CompilerError as error:
        pytest.skip(str(error))
    wheels, folder = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("installed")
    make = [sys.executable, str(ROOT / "runtime/wheels.py"), "--out", str(wheels), "aarch64"]
    subprocess.run(make, check=True, capture_output=True, text=True)
    (wheel,) = wheels.glob("*.whl")
    options = ["--platform=manylinux_2_17_aarch64", "--only-binary=:all:", "--no-deps", "--quiet"]
    install = [sys.executable, "-m", "pip", "install", *options, f"--target={folder}", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, text=True)
    return folder


def cases() -> list[Case]:
    small, large = (
        Sizes(1, 5, 11, 40, 70, 3, (2, 1), (1,), 3, 1),
        Sizes(1, 16, 16, 64, 64, 3, (1,), (1,), 1, 2),
    )
    return [
        *(convolution(form, sizes) for form in FORMS for sizes in (small, large)),
        packing(small, integers=False),
        packing(small, integers=True),
        pooling(small),
        byte_convolution(small),
        byte_convolution(large),
    ]


@pytest.mark.parametrize("core", ["cortex-a72", "cortex-a76"])
def test_equal_in_every_bit(
    core: str, on: OnCore, installed: Path, emulator_cache: Path, tmp_path: Path
) -> None:
    drawn = cases()
    for number, case in enumerate(drawn):
        (tmp_path / f"{number}.onnx").write_bytes(case.model())
        np.savez(tmp_path / f"{number}.npz", **case.feeds)
    paths = f"{installed}:{home(emulator_cache) / 'wheels'}"
    told = on(core).run([str(SCRIPT), str(tmp_path), str(len(drawn))], {"PYTHONPATH": paths})
    assert told.split()[-2:] == ["neon", "c"]
    for isa in ("neon", "c"):
        for number, case in enumerate(drawn):
            for place, expected in enumerate(case.expected):
                found = np.load(tmp_path / f"{number}-{isa}-{place}.npy")
                np.testing.assert_array_equal(found, expected, err_msg=f"{case.made.node.op_type} {isa}")
