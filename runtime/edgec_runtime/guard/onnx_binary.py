"""The operators of com.edgec: which there are, and what a node of one may say.

Each comes with its body in standard operators, checked as any other nodes are, so that a network runs without
the kernels. What needs the tensors is checked by the kernels, when a network is loaded and run.
"""

from edgec_runtime.errors import ModelError
from edgec_runtime.guard.protobuf import Message, signed, signed_numbers, text
from edgec_runtime.kernels import DOMAIN

_CONV = {"channels": 1, "x_levels": 3, "w_levels": 3}
_UP = {**_CONV, "up_channels": 1}
# Operator -> (inputs, outputs, {attribute: its largest number of values})
_OPERATORS: dict[str, tuple[int, int, dict[str, int]]] = {
    "BitPack": (2, 1, {}),
    "BitPackInt8": (2, 1, {}),
    "BitUnpack": (1, 1, {"channels": 1, "levels": 3}),
    "BitMaxPool": (1, 1, {}),
    "BitUpsample": (1, 1, {}),
    "BinaryConv": (3, 1, _CONV),
    "BinaryConvFloat": (6, 1, _CONV),
    "BinaryConvInt8": (7, 2, _CONV),
    "BinaryConvAdd": (9, 2, _CONV),
    "BinaryConvUp": (4, 1, _UP),
    "BinaryConvFloatUp": (7, 1, _UP),
    "BinaryConvInt8Up": (8, 2, _UP),
    "BinaryConvAddUp": (10, 2, _UP),
    "Int8Conv": (7, 2, {"zero": 1}),
    "StreamConvFloat": (4, 1, {}),
}
_RANGES = {"channels": (1, 4096), "up_channels": (1, 4096), "zero": (-128, 127)}
_LEVEL = (1, (1 << 24) - 1)


def is_binary(operator: str, domain: str) -> bool:
    """Whether this is one of our operators."""
    return domain == DOMAIN and operator in _OPERATORS


def check_binary_node(node: Message, operator: str, where: str) -> None:
    """Raises ModelError where a node has not the inputs, outputs and attributes of its operator."""
    inputs, outputs, attributes = _OPERATORS[operator]
    for name, wanted, named in (("input", inputs, inputs), ("output", outputs, 1)):
        ends = node.get(name, [])
        if len(ends) != wanted or sum(map(bool, ends)) < named:
            raise ModelError(f"{where} has {len(ends)} {name}s; expected {wanted}, {named} of them named")
    found = {text(entry, "name"): entry for entry in node.get("attribute", [])}
    if found.keys() != attributes.keys():
        raise ModelError(
            f"{where} has the attributes {', '.join(sorted(found)) or 'none'}; expected "
            f"{', '.join(sorted(attributes)) or 'none'}"
        )
    for name, most in attributes.items():
        _check_values(found[name], name, most, where)


def _check_values(entry: Message, name: str, most: int, where: str) -> None:
    single = most == 1
    values = (
        [signed(number) for number in entry.get("i", [])]
        if single
        else [*signed_numbers(entry.get("ints", []))]
    )
    least, largest = _RANGES.get(name, _LEVEL)
    if not 1 <= len(values) <= most or not all(least <= value <= largest for value in values):
        raise ModelError(
            f"{where}: its attribute {name!r} is {values[:4]}; expected up to {most} from {least} to "
            f"{largest}"
        )
