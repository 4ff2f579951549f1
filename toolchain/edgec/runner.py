"""Runner: a lowered network in its engine, before there is a bundle."""

import numpy as np

from edgec.lower.base import Lowered
from edgec_runtime.closing import Closing
from edgec_runtime.engine import Array, LoadOptions
from edgec_runtime.engines import load_engine
from edgec_runtime.integers import to_integers, to_reals


class Runner(Closing):
    """Runs a lowered network, float32 NCHW in and out.

    One thread and the file's own types, so that the same network gives the same numbers each time.
    """

    def __init__(self, lowered: Lowered, engine: str) -> None:
        """Load. Raises EngineMissingError, EngineVersionError or EngineError."""
        self._lowered = lowered
        self._engine = load_engine(engine).load(lowered.files, LoadOptions(threads=1, exact=True))

    def run(self, image: Array) -> Array:
        """(1, C, H, W) float32 -> the network's output, (1, C', H', W') float32."""
        nhwc = self._lowered.layout == "NHWC"
        feed = np.ascontiguousarray(image.transpose(0, 2, 3, 1)) if nhwc else image
        taken = self._lowered.input_quantization
        found = self._engine.run({self._lowered.input: feed if taken is None else to_integers(feed, taken)})
        output = to_reals(found[self._lowered.output], self._lowered.output_quantization)
        return np.ascontiguousarray(output.transpose(0, 3, 1, 2)) if nhwc else output

    def close(self) -> None:
        """Release the engine."""
        self._engine.close()
