"""What the manifest says of where a bundle comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pruning:
    """One pruning: digests (sha256 in hex) of the checkpoint that was pruned and of the masks.

    `method`: the score by which channels went, `granularity`: what was ranked, as the toolchain names them.
    `ratios`: the share that went, by block or "default".
    """

    source_sha256: str
    masks_sha256: str
    method: str
    granularity: str
    ratios: dict[str, float]


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where the bundle comes from: digests are sha256 in hex, `tools` maps a package to its version.

    `pruning`: what made the network smaller, the first one first; the key is left out where it is empty.
    """

    recipe: dict[str, str | int | float | bool | tuple[str | int | float, ...] | None]
    recipe_sha256: str
    checkpoint_sha256: str | None
    samples_sha256: str | None
    git_revision: str | None
    tools: dict[str, str]
    pruning: tuple[Pruning, ...] = ()
