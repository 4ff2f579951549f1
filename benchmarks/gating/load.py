"""Something else that is running: a process that keeps one core busy."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# It ends with its parent, however that ends.
BUSY = """
import numpy

parent = os.getppid()
left, right = numpy.ones((2, 512, 512))
while os.getppid() == parent:
    left @ right
"""


@contextmanager
def loaded_core() -> Iterator[None]:
    """Multiply matrices on one thread until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"import os\nos.environ['OPENBLAS_NUM_THREADS'] = '1'\n{BUSY}"]
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()
