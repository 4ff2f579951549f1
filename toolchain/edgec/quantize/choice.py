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
    samples: Sequence[Array],
    float_layers: Collection[str] = (),
) -> Graph:
    """`quantize_static`, with its biases corrected where that helps.

    The rule: both graphs answer `samples` (prepared, float32 NCHW of batch 1); the corrected one is taken
    where the mean squared error of its answers against the float network's is below the other's. Rounding
    weights is one error among several, and taking back its mean alone can add to the others.

    Both run as they are written, integers expanded before each operator: what an engine's own kernels do on
    this machine does not decide. Raises QuantizationError, UsageError, EngineError.
    """
    candidates = [
        quantize_static(graph, ranges, int8, correct_bias=correct, float_layers=float_layers)
        for correct in (False, True)
    ]
    reference = answers(graph, samples)
    errors = [mean_squared_error(answers(candidate, samples), reference) for candidate in candidates]
    return candidates[int(np.argmin(errors))]  # of equals, the one without


def answers(graph: Graph, samples: Sequence[Array]) -> list[Array]:
    """The graph's map for each sample, its operators computed as they are written."""
    probe = Probe(graph.to_bytes(), [str(graph.output.name)], as_written=True)
    return [found for sample in samples for _, found in probe.run(sample)]


def mean_squared_error(found: Sequence[Array], reference: Sequence[Array]) -> float:
    """Over all values of all samples, in the square of the map's units."""
    errors = [np.square(a.astype(np.float64) - b).mean() for a, b in zip(found, reference, strict=True)]
    return float(np.mean(errors))
