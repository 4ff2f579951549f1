"""What a network is made of: parameters, multiply-accumulates, memory and how far it sees, level by level.

And layer by layer: `list_layers`, with what the weights are like.
"""

from edgec.anatomy.anatomy import Anatomy, Level, dissect
from edgec.anatomy.filters import Filters
from edgec.anatomy.layers import Layer, list_layers

__all__ = ["Anatomy", "Filters", "Layer", "Level", "dissect", "list_layers"]
