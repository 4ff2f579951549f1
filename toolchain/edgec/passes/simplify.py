"""simplify(): the chain of passes between export and quantization."""

from edgec.graph import Graph
from edgec.passes.affine import FoldAffine
from edgec.passes.affine_inputs import FoldAffineInputs
from edgec.passes.base import Pass, PassResult
from edgec.passes.batchnorm import FoldBatchNorm
from edgec.passes.clips import FuseClips
from edgec.passes.constants import LiftConstants
from edgec.passes.depthwise import DepthwiseBeforeConcat
from edgec.passes.duplicates import MergeDuplicates
from edgec.passes.fold import FoldConstants
from edgec.passes.hardswish import FuseHardSwish
from edgec.passes.identities import RemoveIdentities
from edgec.passes.names import NameNodes
from edgec.passes.one_pixel import DropOnePixelGathers
from edgec.passes.resize import FixResizes
from edgec.passes.shapes import InferShapes
from edgec.passes.softplus import FuseSoftplus
from edgec.passes.unused import RemoveUnused

_REWRITES: tuple[Pass, ...] = (
    RemoveIdentities(),
    FuseHardSwish(),
    FuseSoftplus(),
    FoldBatchNorm(),
    FoldAffine(),
    FoldAffineInputs(),
    FuseClips(),
)

# The rewrites come before onnxsim, which forgets the names of the weights that it folds, and again after it,
# for what its constants brought to light. Weights are merged last: BatchNorm is not folded into shared ones.
CHAIN: tuple[Pass, ...] = (
    LiftConstants(),
    *_REWRITES,
    FoldConstants(),
    DropOnePixelGathers(),
    *_REWRITES,
    InferShapes(),
    FixResizes(),
    DepthwiseBeforeConcat(),
    RemoveUnused(),
    MergeDuplicates(),
    InferShapes(),
    NameNodes(),
)


def simplify(graph: Graph) -> PassResult:
    """The same network with fewer nodes, every shape known, input and output untouched.

    The batch stays symbolic. Raises GraphError where a pass's contract is broken.
    """
    changed, notes = False, list[str]()
    for step in CHAIN:
        result = step(graph)
        graph = result.graph
        changed = changed or result.changed
        notes += result.notes
    return PassResult(graph, changed, tuple(notes))
