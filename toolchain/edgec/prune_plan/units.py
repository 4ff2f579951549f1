"""Units: the blocks that can be narrowed alone, or that only go together."""

from collections.abc import Iterable, Mapping, Sequence

Ratios = tuple[tuple[str, float], ...]
"""(unit, share of its channels that goes), in the order of the network, of those that are narrowed."""
WHOLE: Ratios = ()
_JOINED = "+"


def joined_blocks(groups: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The units of a network, as names.

    `groups`: the blocks of each group of channels that go together (`edgec.learn.prune.groups`). Blocks that
    share one, as those that are added to each other do, are one unit, called "encoder.0+decoder.0": a ratio
    of one of them alone would take nothing.
    """
    found: list[list[str]] = []
    for blocks in groups:
        touched = [unit for unit in found if set(unit) & set(blocks)]
        merged = list(dict.fromkeys([block for unit in touched for block in unit] + list(blocks)))
        place = found.index(touched[0]) if touched else len(found)
        found = [unit for unit in found if unit not in touched]
        found.insert(place, merged)
    return tuple(_JOINED.join(unit) for unit in found)


def block_ratios(ratios: Ratios) -> dict[str, float]:
    """The ratio of each block, as a recipe's `prune.ratios` has them; all others keep their channels."""
    return {"default": 0.0} | {block: ratio for unit, ratio in ratios for block in unit.split(_JOINED)}


def even_ratios(options: Mapping[str, tuple[float, ...]]) -> list[Ratios]:
    """The same share of each unit, for each share there is, ascending; a unit that has no such the next less.

    `options`: of each unit its shares, ascending. The last takes the most of every unit.
    """
    shares = sorted({ratio for ratios in options.values() for ratio in ratios})
    return [_even(options, share) for share in shares]


def _even(options: Mapping[str, tuple[float, ...]], share: float) -> Ratios:
    fitting = {unit: [ratio for ratio in ratios if ratio <= share] for unit, ratios in options.items()}
    return tuple((unit, ratios[-1]) for unit, ratios in fitting.items() if ratios)


def key_of(ratios: Ratios) -> str:
    """How a journal names them."""
    return ",".join(f"{unit}={ratio:g}" for unit, ratio in ratios) or "whole"
