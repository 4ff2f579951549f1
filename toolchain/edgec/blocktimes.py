"""Where the time of a network goes on a target, told by the parts of its module."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgec.calibration import CACHE
from edgec.data import calibration_images
from edgec.errors import UsageError
from edgec.hotspots import find_spots, level_times
from edgec.package import assemble
from edgec.preparation import prepare
from edgec.progress import SILENT, Progress
from edgec.recipe import Recipe
from edgec.variant import build_variant
from edgec.zoo.levels import level_names
from edgec_runtime.format.manifest import Precision
from edgec_runtime.format.write import write_folder
from edgec_targets import Target, load_target

FEW = 4  # calibration images: how long it takes does not depend on the ranges


@dataclass(frozen=True)
class BlockTimes:
    """`blocks`: milliseconds of each part of the network, as it runs, and under "" of what is between them."""

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
    wanted = [(load_target(name), precisions or None) for name in targets]
    pairs = [(target, one) for target, words in wanted for one in words or (fastest_precision(target),)]
    asked = tuple(dict.fromkeys(precision for _, precision in pairs))
    update = {"targets": tuple(targets), "precisions": asked, "calibration_samples": FEW}
    recipe = recipe.model_copy(update=update)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepared = prepare(recipe, calibration_images(recipe), folder / CACHE, progress)
        if prepared.source.module is None:
            raise UsageError(f"{recipe.model} is an ONNX file: build it, and inspect the bundle")
        levels, found = level_names(prepared.source.module), []
        for target, precision in pairs:
            (profile,) = target.profiles_for(precision, ())
            path = folder / f"{target.name}-{precision}"
            with progress.step(f"profile {target.name} {precision}"):
                built = build_variant(prepared.job, target, precision, profile)
                write_folder(path, *assemble(prepared.contents, (built,)))
                spots = find_spots(path, target.name, precision, profile, threads)
            times = level_times(spots, prepared.modules, levels)
            found.append(BlockTimes(target.name, target.engine, precision, threads, times))
    return tuple(found)


def fastest_precision(target: Target) -> Precision:
    """In which networks are meant to run there: integers, where it has them."""
    return "int8-static" if "int8-static" in target.precisions else "fp32"
