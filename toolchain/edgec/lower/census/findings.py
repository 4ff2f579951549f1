"""What costs time without being the network's own work: float islands, conversions, layout changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edgec.lower.census.operator import BINARY, CONVERT, LAYOUT, Operator

FLOATS = ("float32", "bfloat16", "float16")
INTEGERS = ("int8", BINARY)
# The last activation, and the view of its rows as an image (lower/rewrites/wide_head.py).
CLOSING = ("Sigmoid", "Softmax", "SoftMax", "LOGISTIC", "SOFTMAX", "Reshape")


@dataclass(frozen=True)
class Island:
    """Operators that compute in floats, one after the other, and the conversions into and out of them."""

    operators: tuple[Operator, ...]

    @property
    def computing(self) -> tuple[Operator, ...]:
        """Those that do more than convert."""
        return tuple(entry for entry in self.operators if entry.type != CONVERT)


@dataclass(frozen=True)
class Findings:
    """What `find` found; each operator is in one place at most.

    `islands`: the float operators of a network that also computes in integers. `conversions`: changes of
    layout, wherever they are, and changes of type or scale between operators of one kind. `ends`: what the
    network's float ends need: the image's conversion to integers, the map's conversion back, and the
    activation that closes the network.
    """

    islands: tuple[Island, ...]
    conversions: tuple[Operator, ...]
    ends: tuple[Operator, ...]


def find(operators: Sequence[Operator]) -> Findings:
    """Sort out the operators of one network, in the order in which they run.

    A network without integer operators has no islands: it is float by intention.
    """
    quantized = any(entry.type in INTEGERS for entry in operators)
    groups = _float_groups(operators) if quantized else []
    used = {source for entry in operators for source in entry.sources}
    closing = [group for group in groups if _closes(group, used)]
    islands = [group for group in groups if group not in closing]
    inside = {entry.name for group in groups for entry in group}
    names = {entry.name for entry in operators}
    conversions = [entry for entry in operators if entry.only_converts and entry.name not in inside]
    ends = [entry for entry in conversions if _is_an_end(entry, names, used)]
    return Findings(
        islands=tuple(Island(tuple(group)) for group in islands),
        conversions=tuple(entry for entry in conversions if entry not in ends),
        ends=(*ends, *(entry for group in closing for entry in group)),
    )


def _float_groups(operators: Sequence[Operator]) -> list[list[Operator]]:
    """Float operators that feed each other, with the conversions next to them."""
    floats = {entry.name for entry in operators if entry.type in FLOATS}
    fed = {source for entry in operators if entry.name in floats for source in entry.sources}
    members = [
        entry
        for entry in operators
        if entry.name in floats
        or (entry.type == CONVERT and (entry.name in fed or not floats.isdisjoint(entry.sources)))
    ]
    return _connected(members)


def _connected(members: Iterable[Operator]) -> list[list[Operator]]:
    """Groups of those that take from each other, each in the given order."""
    groups: list[list[Operator]] = []
    for entry in members:
        joined = [group for group in groups if any(other.name in entry.sources for other in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([*(other for group in joined for other in group), entry])
    return groups


def _closes(group: Sequence[Operator], used: set[str]) -> bool:
    """Whether a group is the network's last activation and nothing else."""
    computing = [entry for entry in group if entry.type != CONVERT]
    return all(entry.kind in CLOSING for entry in computing) and group[-1].name not in used


def _is_an_end(entry: Operator, names: set[str], used: set[str]) -> bool:
    """Whether it changes the type of the image or of the map. (Constants that are expanded are no ends.)"""
    takes_image = bool(entry.sources) and names.isdisjoint(entry.sources)
    return entry.kind not in LAYOUT and (takes_image or entry.name not in used)
