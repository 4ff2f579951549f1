"""The C code under AddressSanitizer and UndefinedBehaviorSanitizer."""

import subprocess
from pathlib import Path

import pytest

from edgec_runtime.kernels import build

FLAGS = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


@pytest.mark.slow
def test_no_kernel_touches_what_is_not_its_own(tmp_path: Path, isas: tuple[str, ...]) -> None:
    program = tmp_path / "driver"
    source = Path(__file__).with_name("driver.c")
    build.compile_kernels(program, extra=(*build.STRICT, *FLAGS), sources=[source])
    done = subprocess.run([str(program)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert tuple(done.stdout.split()) == isas
