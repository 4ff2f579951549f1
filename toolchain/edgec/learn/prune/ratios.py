"""How many channels of each group stay."""

from collections.abc import Mapping, Sequence

from edgec.errors import UsageError
from edgec.learn.prune.groups import Group
from edgec.recipe.prune import DEFAULT


def group_ratios(ratios: Mapping[str, float], groups: Sequence[Group]) -> list[float]:
    """The share of each group that goes: that of its block, of several the least.

    A block has the ratio of the longest name that it begins with, part by part: "decoder" is for all of
    decoder.0, decoder.1 and so on. Raises UsageError for a name that no block begins with.
    """
    blocks = list(dict.fromkeys(block for group in groups for block in group.blocks))
    for name in ratios:
        if name != DEFAULT and not any(_begins(block, name) for block in blocks):
            raise UsageError(
                f"ratios: the network has no block {name!r} to prune: choose from {', '.join(blocks)}"
            )
    return [min(_ratio(ratios, block) for block in group.blocks) for group in groups]


def kept_count(width: int, wanted: float, multiple: int) -> int:
    """How many of `width` channels stay where `wanted` would be: the nearest multiple, at least one.

    All, where the width is no more than one multiple or that is nearer.
    """
    rounded = max(multiple, round(wanted / multiple) * multiple)
    return min(width, rounded) if wanted < width else width


def _begins(block: str, name: str) -> bool:
    return f"{block}.".startswith(f"{name}.")


def _ratio(ratios: Mapping[str, float], block: str) -> float:
    fitting = [name for name in ratios if name != DEFAULT and _begins(block, name)]
    return ratios[max(fitting, key=len)] if fitting else ratios.get(DEFAULT, 0.0)
