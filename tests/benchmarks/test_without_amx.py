"""The engines of the process that is started are refused the tiles of AMX, and nothing else."""

import errno
import platform
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "without_amx.py"
ASK = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
asked = libc.syscall(158, 0x1023, 18)
error = ctypes.get_errno() if asked else 0
have = ctypes.c_uint64()
libc.syscall(158, 0x1022, ctypes.byref(have))
print(error, have.value >> 18 & 1)
"""
"""ARCH_REQ_XCOMP_PERM of tiles, then ARCH_GET_XCOMP_PERM."""


@pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="a filter for Linux on x86-64"
)
def test_tiles_are_refused() -> None:
    command = [sys.executable, str(BENCHMARK), "-c", ASK]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"without AMX:\n{errno.EPERM} 0\n"
