"""Make the wheels with kernels: `python runtime/wheels.py [--out dist] [x86_64 aarch64]`.

The library of another architecture is cross-compiled. It is loaded by its path and calls nothing of glibc
that is newer than 2.17, so that one wheel for each architecture serves every Python 3.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ARCHITECTURES = ("x86_64", "aarch64")


def make(architecture: str, out: Path) -> None:
    """Write the wheel into `out`. Raises CalledProcessError where pip fails; it has said why."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--quiet",
        "--wheel-dir",
        str(out.resolve()),
    ]
    environment = {**os.environ, "EDGEC_WHEEL_FOR": architecture}
    with TemporaryDirectory(prefix="edgec-wheels-") as folder:
        copy = Path(folder) / "runtime"  # so that no left-over of another build comes in, and none is left
        leave = shutil.ignore_patterns("build", "*.egg-info", "__pycache__", "*.so")
        shutil.copytree(Path(__file__).parent, copy, ignore=leave)
        subprocess.run([*command, str(copy)], check=True, env=environment)


def main() -> int:
    """Parse, make."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("architectures", nargs="*", choices=[[], *ARCHITECTURES], default=[])
    parser.add_argument("--out", type=Path, default=Path("dist"))
    given = parser.parse_args()
    for architecture in given.architectures or ARCHITECTURES:
        try:
            make(architecture, given.out)
        except subprocess.CalledProcessError as error:
            return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
