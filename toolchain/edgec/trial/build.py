"""A network built for one target to be timed, and not to be kept."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from edgec.calibration import CACHE
from edgec.data import calibration_images
from edgec.errors import UsageError
from edgec.package import assemble
from edgec.preparation import Prepared, prepare
from edgec.progress import Progress
from edgec.recipe import Recipe
from edgec.variant import build_variant
from edgec_runtime.format.manifest import Precision
from edgec_runtime.format.write import write_folder
from edgec_runtime.machine import architecture
from edgec_targets import Target

FEW = 4  # calibration images: how long a network takes does not depend on its ranges


def prepare_trial(
    recipe: Recipe,
    targets: Sequence[Target],
    precisions: Sequence[Precision],
    folder: Path,
    progress: Progress,
) -> Prepared:
    """What `prepare` makes, calibrated on few images and judged on none. Raises EdgecError."""
    changed = {
        "targets": tuple(target.name for target in targets),
        "precisions": tuple(dict.fromkeys(precisions)),
        "calibration_samples": FEW,
    }
    recipe = recipe.model_copy(update=changed)
    prepared = prepare(recipe, calibration_images(recipe), folder / CACHE, progress)
    return replace(prepared, job=replace(prepared.job, evaluation=None))


def write_trial(prepared: Prepared, target: Target, precision: Precision, path: Path) -> str | None:
    """Write a bundle of that one variant, a folder; gives its profile. Raises as `build_variant`."""
    (profile,) = target.profiles_for(precision, ())
    built = build_variant(prepared.job, target, precision, profile)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_folder(path, *assemble(prepared.contents, (built,)))
    return profile


def usual_precision(target: Target) -> Precision:
    """In which networks are meant to run there: integers, where it has them."""
    return "int8-static" if "int8-static" in target.precisions else "fp32"


def check_here(target: Target) -> None:
    """Raise UsageError where the target is no machine like this one."""
    if architecture() not in target.architectures:
        raise UsageError(
            f"latency is measured, not modelled, and {target.name} is not a {architecture()} machine: "
            "measure there, or for a target of this one (`edgec targets`)"
        )
