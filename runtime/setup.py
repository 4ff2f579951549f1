"""The kernels are compiled where there is a compiler; without one the package is complete, only slower."""

import os
import runpy
import sys
from pathlib import Path
from sysconfig import get_platform

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
BUILD = runpy.run_path(str(HERE / "edgec_runtime/kernels/build.py"))
WHEEL_FOR = os.environ.get("EDGEC_WHEEL_FOR")
"""The architecture of a wheel for others, set by wheels.py; there the kernels must compile."""


class BuildWithKernels(build_py):
    """Lays the compiled library beside the Python files."""

    def run(self) -> None:
        """Compile; where that fails, say what is missing and go on."""
        super().run()
        root = HERE if self.editable_mode else Path(self.build_lib)
        out = root / "edgec_runtime/kernels" / BUILD["LIBRARY"]
        out.unlink(missing_ok=True)  # of an earlier build, perhaps for another machine
        try:
            BUILD["compile_kernels"](out, WHEEL_FOR, BUILD["STRICT"] if WHEEL_FOR else ())
        except BUILD["CompilerError"] as error:
            if WHEEL_FOR:
                raise SystemExit(str(error)) from error
            print(f"edgec-runtime is installed without kernels for binary networks: {error}", file=sys.stderr)


class PlatformWheel(bdist_wheel):
    """For any Python 3 on one platform where the library is in it, which is loaded by its path."""

    def get_tag(self) -> tuple[str, str, str]:
        """The tag of the file that was built."""
        if not any(Path(self.bdist_dir).rglob(BUILD["LIBRARY"])):
            return super().get_tag()
        platform = f"manylinux_2_17_{WHEEL_FOR}" if WHEEL_FOR else get_platform()
        return "py3", "none", platform.replace("-", "_").replace(".", "_")


setup(cmdclass={"build_py": BuildWithKernels, "bdist_wheel": PlatformWheel})
