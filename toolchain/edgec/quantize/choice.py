"""With or without bias correction: whichever answers more like the float network."""

from collections.abc import Collection, Sequence

import numpy as np

from edgec.graph import Graph
from edgec.quantize.static import quantize_static
from edgec_calibration import Ranges
from edgec_calibration.probe import Probe
from edgec_runtime.engine import Array
from edgec_targets.target import Int8


def quantize_best(
    graph: Graph,
    ranges: Ranges,
    int8: Int8,
    inputs: Sequence[Array],
    reference: Sequence[Array],
    float_layers: Collection[str] = (),
) -> Graph:
    """`quantize_static`, with its biases corrected where that helps.

    The rule: both graphs answer `inputs` (prepared calibration samples, float32 NCHW of batch 1); the
    corrected one is taken where the mean squared error of its answers against `reference`, the float
    network's, is below the other's. Rounding weights is one error among several, and taking back its mean
    alone can add to the others.

    Both run as they are written, integers expanded before each operator: what an engine's own kernels do on
    this machine does not decide. Raises QuantizationError, UsageError, EngineError.
    """
    candidates = [
        quantize_static(graph, ranges, int8, correct_bias=correct, float_layers=float_layers)
        for correct in (False, True)
    ]
    errors = [mean_squared_error(candidate, inputs, reference) for candidate in candidates]
    return candidates[int(np.argmin(errors))]  # of equals, the one without


def mean_squared_error(graph: Graph, inputs: Sequence[Array], reference: Sequence[Array]) -> float:
    """Of the graph's answers to `inputs` against `reference`, in the square of the map's units."""
    probe = Probe(graph.to_bytes(), [str(graph.output.name)], as_written=True)
    errors = [
        np.square(answer.astype(np.float64) - wanted).mean()
        for image, wanted in zip(inputs, reference, strict=True)
        for _, answer in probe.run(image)
    ]
    return float(np.mean(errors))
