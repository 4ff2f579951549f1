"""simplify(): the chain of passes between export and quantization."""

from edgec.graph import Graph
from edgec.passes.base import Pass, PassResult
from edgec.passes.batchnorm import FoldBatchNorm
from edgec.passes.clips import FuseClips
from edgec.passes.constants import LiftConstants
from edgec.passes.duplicates import MergeDuplicates
from edgec.passes.fold import FoldConstants
from edgec.passes.identities import RemoveIdentities
from edgec.passes.names import NameNodes
from edgec.passes.shapes import InferShapes
from edgec.passes.unused import RemoveUnused

# Weights are merged only after BatchNorm was folded: shared ones cannot be.
CHAIN: tuple[Pass, ...] = (
    LiftConstants(),
    FoldConstants(),
    LiftConstants(),
    RemoveIdentities(),
    FoldBatchNorm(),
    FuseClips(),
    RemoveUnused(),
    MergeDuplicates(),
    InferShapes(),
    NameNodes(),
)


def simplify(graph: Graph) -> PassResult:
    """The same network with fewer nodes, every shape known, input and output untouched.

    The batch stays symbolic. Raises GraphError where a pass's contract is broken.
    """
    return run_passes(graph, CHAIN)


def run_passes(graph: Graph, passes: tuple[Pass, ...]) -> PassResult:
    """Apply `passes` in order; changed if any did, with the notes of all."""
    changed, notes = False, list[str]()
    for step in passes:
        result = step(graph)
        graph = result.graph
        changed = changed or result.changed
        notes += result.notes
    return PassResult(graph, changed, tuple(notes))
