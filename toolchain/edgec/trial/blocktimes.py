"""Where the time of a network goes on a target, told by the parts of its module."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgec.errors import UsageError
from edgec.hotspots import find_spots, level_times
from edgec.progress import SILENT, Progress
from edgec.recipe import Recipe
from edgec.trial.build import check_here, prepare_trial, usual_precision, write_trial
from edgec.zoo.levels import level_names
from edgec_runtime.format.manifest import Precision
from edgec_targets import load_target


@dataclass(frozen=True)
class BlockTimes:
    """`blocks`: milliseconds of each part of the network, as it runs; under "", of what is between them."""

    target: str
    engine: str
    precision: Precision
    threads: int
    blocks: dict[str, float]

    @property
    def milliseconds(self) -> float:
        """Of all of them."""
        return sum(self.blocks.values())


def time_blocks(
    recipe: Recipe,
    targets: Sequence[str],
    precisions: Sequence[Precision] = (),
    threads: int = 1,
    progress: Progress = SILENT,
) -> tuple[BlockTimes, ...]:
    """Build a recipe's network for each target in each precision, and profile it on this machine.

    By default in int8-static, and in fp32 where the target has no integers. Nothing that is built is kept.
    Raises EdgecError; UsageError for a network that is an ONNX file, which has no modules.
    """
    wanted = [load_target(name) for name in targets]
    for target in wanted:
        check_here(target)
    pairs = [(target, one) for target in wanted for one in precisions or (usual_precision(target),)]
    with tempfile.TemporaryDirectory() as name:
        folder, found = Path(name), []
        prepared = prepare_trial(recipe, wanted, [precision for _, precision in pairs], folder, progress)
        if prepared.source.module is None:
            raise UsageError(f"{recipe.model} is an ONNX file: build it, and inspect the bundle")
        levels = level_names(prepared.source.module)
        for target, precision in pairs:
            path = folder / f"{target.name}-{precision}"
            with progress.step(f"profile {target.name} {precision}"):
                profile = write_trial(prepared, target, precision, path)
                spots = find_spots(path, target.name, precision, profile, threads)
            times = level_times(spots, prepared.modules, levels)
            found.append(BlockTimes(target.name, target.engine, precision, threads, times))
    return tuple(found)
