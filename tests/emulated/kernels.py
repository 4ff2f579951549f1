"""Run as a script on an emulated processor: binary networks through each instruction set."""

import os
import sys
from pathlib import Path

import numpy as np

from edgec_runtime.engine import LoadOptions
from edgec_runtime.engines import onnxruntime
from edgec_runtime.kernels.library import ISA, find_kernels


def run_all(folder: Path, count: int) -> None:
    kernels = find_kernels()
    assert kernels is not None
    for isa in kernels.isas:
        os.environ[ISA] = isa
        for number in range(count):
            model = (folder / f"{number}.onnx").read_bytes()
            feeds = dict(np.load(folder / f"{number}.npz"))
            with onnxruntime.load({"model.onnx": model}, LoadOptions(threads=2)) as session:
                assert session.binary == "kernel"
                for place, array in enumerate(session.run(feeds).values()):
                    np.save(folder / f"{number}-{isa}-{place}.npy", array)
    print(*kernels.isas)


if __name__ == "__main__":
    run_all(Path(sys.argv[1]), int(sys.argv[2]))
