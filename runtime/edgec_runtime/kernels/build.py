"""Compile the kernels: `python -m edgec_runtime.kernels.build`, and what setup.py does at an installation.

Needs Python alone, so that setup.py can run this file by its path before anything is installed.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

SOURCES = Path(__file__).with_name("src")
LIBRARY = "libedgec_kernels.so"

# Sums and products are rounded one by one, as reference.py says; none of them can overflow or trap.
FLAGS = (
    "-std=gnu11", "-O3", "-fPIC", "-fvisibility=hidden",
    "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math",
)  # fmt: skip
STRICT = ("-Wall", "-Wextra", "-Werror")
X86 = {
    "isa_avx2.c": ("-mavx2",),
    "isa_avx512.c": (
        "-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx512vpopcntdq", "-mavx512vnni",
        "-mprefer-vector-width=512",
    ),
}  # fmt: skip

# Architecture -> its compiler on a machine of another one, and Debian's package of it.
CROSS = {
    "aarch64": ("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
    "x86_64": ("x86_64-linux-gnu-gcc", "gcc-x86-64-linux-gnu"),
}


class CompilerError(Exception):
    """There is no compiler, or it failed; says what to do."""


def compiler(architecture: str | None = None) -> str:
    """The C compiler for `architecture`, by default this machine's: $CC, cc or gcc. Raises CompilerError."""
    if architecture in (None, platform.machine()):
        for name in filter(None, (os.environ.get("CC"), "cc", "gcc")):
            if shutil.which(name):
                return name
        raise CompilerError(
            "there is no C compiler: apt-get install --no-install-recommends gcc libc6-dev (as root)"
        )
    name, package = CROSS[architecture]
    if shutil.which(name) is None:
        raise CompilerError(f"{name} not found: apt-get install --no-install-recommends {package} (as root)")
    return name


def compile_kernels(
    out: Path, architecture: str | None = None, extra: Sequence[str] = (), sources: Sequence[Path] = ()
) -> None:
    """Write the library, or with `sources` of a program beside the kernels that program, to `out`.

    `extra`: flags for compiler and linker. Raises CompilerError with the compiler's own words.
    """
    cc, machine = compiler(architecture), architecture or platform.machine()
    with TemporaryDirectory(prefix="edgec-kernels-") as folder:
        objects = []
        for source in (*sorted(SOURCES.glob("*.c")), *sources):
            objects.append(str(Path(folder, f"{source.stem}.o")))
            special = X86.get(source.name, ()) if machine == "x86_64" else ()
            _call([cc, *FLAGS, *special, *extra, f"-I{SOURCES}", "-c", str(source), "-o", objects[-1]])
        made = Path(folder, out.name)
        kind = [] if sources else ["-shared", "-Wl,-s"]
        _call([cc, *kind, *extra, *objects, "-o", str(made)])
        part = out.with_name(f".{out.name}.part")
        shutil.copy2(made, part)
        part.replace(out)


def _call(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        raise CompilerError(f"{' '.join(command)}\n{done.stderr.strip()}")


def main() -> int:
    """Compile for this machine, beside this file."""
    out = Path(__file__).with_name(LIBRARY)
    try:
        compile_kernels(out)
    except (CompilerError, OSError) as error:
        print(f"the kernels cannot be built: {error}", file=sys.stderr)
        return 2
    print(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
