"""What the network is asked for: probabilities, or only the mask."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from edgec.graph import Graph
from edgec.passes.activation import DropActivation, closing_activation
from edgec.recipe import Output
from edgec.source import Source
from edgec_runtime.engine import Array
from edgec_runtime.format.manifest import Activation


def for_output(output: Output, source: Source, graph: Graph) -> tuple[Source, Graph]:
    """The exported network as it is asked for, and the source that answers alike.

    "mask" leaves out the closing Sigmoid or Softmax: a threshold on the logit decides as one on the
    probability does. A network without one stays as it is.
    """
    if output == "probability":
        return source, graph
    return replace(source, left_out=closing_activation(graph)), DropActivation()(graph).graph


def before_activation(run: Callable[[Array], Array], activation: Activation) -> Callable[[Array], Array]:
    """`run`, which gives probabilities, as if the activation had been left out.

    Logits up to a constant for each pixel, which softmax does not see; infinite where a probability is 0 or
    1, which turns into the same probability again.
    """

    def logits(image: Array) -> Array:
        found = run(image).astype(np.float64)
        with np.errstate(divide="ignore"):
            logs = np.log(found) - (np.log1p(-found) if activation == "sigmoid" else 0.0)
        return logs.astype(np.float32)

    return run if activation == "none" else logits
