"""How much memory the tensors between the steps need at once."""

import math
from collections.abc import Sequence

from edgec.anatomy.steps import Step

FLOAT = 4  # bytes
# Of one value each: written over its input where nobody else reads that, as every engine does.
IN_PLACE = (
    *("relu", "batch_norm", "hardswish", "gelu", "sigmoid", "prelu"),
    *("round", "clamp", "div", "ge", "where"),
)


def alive(steps: Sequence[Step], image: tuple[int, ...]) -> list[int]:
    """Bytes of float32 tensors that are held while each step runs, its own result among them.

    A tensor is held from the step that makes it to the last that reads it; the image as long.
    """
    last = {place: reader for reader, step in enumerate(steps) for place in step.sources}
    held = {-1: FLOAT * math.prod(image)}
    found = []
    for place, step in enumerate(steps):
        over = step.operator in IN_PLACE and last[step.sources[0]] == place
        size = FLOAT * math.prod(step.shape)
        found.append(sum(held.values()) + (0 if over else size))
        held[place] = size
        for source in step.sources:
            if last[source] == place:
                held.pop(source, None)
    return found
