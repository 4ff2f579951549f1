"""Operator: one step of what an engine runs, told by the engine itself."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

CONVERT = "convert"
BINARY = "binary"  # by our kernels, of signs
LEFT_OUT = "-unaccelerated"
# Each engine's words for a change of layout.
LAYOUT = ("Transpose", "TRANSPOSE", "Reorder", "ReorderInput", "ReorderOutput")


@dataclass(frozen=True)
class Operator:
    """One operator of an engine's own optimized network.

    `name` and `kind`: the engine's words. `type`: in which it computes: 'int8', 'binary', 'float32',
    'bfloat16', 'float16', 'other' (shapes), or 'convert' where it only changes the type or the scale.
    `layer`: the node of the model that it stands for; where the engine added a conversion, the node whose
    result it takes; None where neither is known. `sources`: the names of the operators whose results it
    takes, and the network's own input; constants are none. `accelerated`: for tflite, whether XNNPACK
    took it. `milliseconds`: of one inference, None where nothing was measured or the engine does not
    tell. `bytes`: of the activations that it reads and writes; `weight_bytes`: of the constants. `macs`:
    its multiply-accumulates, None where it is no convolution or product of matrices. `shape`: of its
    result, in the engine's own layout. ONNX Runtime tells these four where it was run.
    """

    name: str
    kind: str
    type: str
    layer: str | None
    sources: tuple[str, ...]
    accelerated: bool | None = None
    milliseconds: float | None = None
    bytes: int | None = None
    weight_bytes: int = 0
    macs: int | None = None
    shape: tuple[int, ...] = ()

    @property
    def only_converts(self) -> bool:
        """It changes the type, the scale or the layout and computes nothing."""
        return self.type == CONVERT or self.kind in LAYOUT


def count_types(operators: Iterable[Operator]) -> dict[str, int]:
    """Type -> operators; '-unaccelerated' is added to the type of those that XNNPACK did not take."""
    found = Counter(entry.type + (LEFT_OUT if entry.accelerated is False else "") for entry in operators)
    return dict(sorted(found.items()))


def name_conversions(operators: Iterable[Operator]) -> tuple[Operator, ...]:
    """The same, each conversion that has no layer of its own with that of its source."""
    found: dict[str, Operator] = {}
    for entry in operators:
        if entry.layer is None and entry.only_converts:
            layers = (found[source].layer for source in entry.sources if source in found)
            entry = replace(entry, layer=next(layers, None))
        found[entry.name] = entry
    return tuple(found.values())
