"""A program on another processor, and how its end is told."""

from pathlib import Path

import pytest

from edgec.emulator import CORES, EmulatedPython
from edgec_runtime.errors import EngineError

pytestmark = pytest.mark.slow

WHERE = "import platform, sys; print(platform.machine(), sys.executable)"
CHILD = "import subprocess; print(subprocess.check_output([sys.executable, '-c', sys.argv[1]], text=True))"
# A dot product of bytes (SDOT), which a Cortex-A76 has and a Cortex-A72 has not, and RET.
DOT_PRODUCT = """
import ctypes, mmap
code = mmap.mmap(-1, 4096, prot=7)
code.write((0x4E829420).to_bytes(4, "little") + (0xD65F03C0).to_bytes(4, "little"))
ctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
print("ran")
"""


@pytest.mark.parametrize("core", ["cortex-a72", "cortex-a76"])
def test_it_is_the_other_processor_and_so_are_its_children(core: str, emulator_cache: Path) -> None:
    lines = EmulatedPython(CORES[core], emulator_cache).run(["-c", f"{WHERE}; {CHILD}", WHERE]).split()
    assert lines == ["aarch64", str(emulator_cache / "emulator" / core / "python")] * 2


def test_an_instruction_that_the_processor_lacks_is_told_in_one_sentence(emulator_cache: Path) -> None:
    assert EmulatedPython(CORES["cortex-a76"], emulator_cache).run(["-c", DOT_PRODUCT]) == "ran\n"
    old = EmulatedPython(CORES["cortex-a72"], emulator_cache)
    with pytest.raises(EngineError, match=r"^cortex-a72: .* ended by SIGILL: .* that this processor lacks$"):
        old.run(["-c", DOT_PRODUCT])


def test_other_ends(emulator_cache: Path) -> None:
    python = EmulatedPython(CORES["cortex-a72"], emulator_cache)
    with pytest.raises(EngineError, match="ended with code 1: ValueError: why"):
        python.run(["-c", "raise ValueError('why')"])
    with pytest.raises(EngineError, match="ended with code 3: nothing was printed"):
        python.run(["-c", "raise SystemExit(3)"])
    with pytest.raises(EngineError, match="not done within 2 s"):
        python.run(["-c", "import time; time.sleep(60)"], timeout=2)
