"""build(): from a recipe to a bundle; reads as the data flow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from edgec.calibration import CACHE
from edgec.data import GivenImages, calibration_images
from edgec.doubts import doubts
from edgec.errors import UsageError
from edgec.package import BuiltVariant, Contents, assemble, publish
from edgec.preparation import prepare
from edgec.progress import SILENT, Progress
from edgec.recipe import Recipe
from edgec.speed import Speed, compare_with_fp32
from edgec.variant import Job, build_variant, takes_int8
from edgec_runtime.engine import Array
from edgec_runtime.errors import EdgecError
from edgec_runtime.format.manifest import Precision
from edgec_runtime.format.profile import in_words
from edgec_runtime.image import Image
from edgec_runtime.race import Ratio
from edgec_targets import Target, check_profiles, load_target

Slower = Literal["refuse", "label", "unmeasured"]


@dataclass(frozen=True)
class VariantResult:
    """A row of the build's table.

    `built` is None where the variant was refused, and `reason` says why; of a variant that was built it says
    why that is slower than fp32. `times_fp32` is None where that was not measured.
    """

    target: Target
    precision: Precision
    profile: str | None
    built: BuiltVariant | None
    reason: str | None
    times_fp32: Ratio | None = None


@dataclass(frozen=True)
class BuildResult:
    """What `build` made: the archive, the folder beside it, and a row for each variant asked for."""

    bundle: Path
    folder: Path
    variants: tuple[VariantResult, ...]
    warnings: tuple[str, ...]


def build(
    recipe: Recipe,
    out: Path = Path("artifacts"),
    *,
    images: Sequence[Array | Image] | None = None,
    slower: Slower = "refuse",
    force: bool = False,
    progress: Progress = SILENT,
) -> BuildResult:
    """Model -> export -> simplify -> calibrate -> (quantize -> lower -> prove) a variant -> bundle.

    `images`: what to calibrate on, in place of the recipe's `calibration`: uint8 HxW or HxWxC, or float32
    (1, C, H, W) as the network takes them; taken by place, so that a sequence may read them lazily.

    `slower`: what becomes of a variant that is slower than its target's fp32 on this machine; "unmeasured"
    does not ask.

    A variant that its target cannot take is refused with the reason and the others are built. Raises
    EdgecError where nothing can be built, and leaves nothing half-written.
    """
    targets = [load_target(name) for name in recipe.targets]
    _check_io(recipe, targets)
    check_profiles(recipe.profiles, targets)
    given = calibration_images(recipe) if images is None else GivenImages(images)
    recipe = recipe if images is None else recipe.model_copy(update={"calibration": given.name})
    prepared = prepare(recipe, given, out / CACHE, progress)
    source, job, contents = prepared.source, prepared.job, prepared.contents
    rows = list[VariantResult]()
    for target in targets:
        found = [
            _attempt(job, target, precision, profile, progress)
            for precision in recipe.precisions
            for profile in target.profiles_for(precision, recipe.profiles)
        ]
        if slower != "unmeasured":
            with progress.step(f"compare {target.name} with fp32"):
                found = _judged(found, contents, keep=slower == "label")
        rows += found
    built = tuple(row.built for row in rows if row.built is not None)
    if not built:
        raise UsageError("no variant could be built:\n" + "\n".join(f"  {_said(row)}" for row in rows))
    with progress.step("pack"):
        manifest, files = assemble(contents, built)
        bundle = publish(manifest, files, out, force=force)
    return BuildResult(bundle, bundle.with_suffix(""), tuple(rows), doubts(recipe, source, built))


def _check_io(recipe: Recipe, targets: list[Target]) -> None:
    pairs = [(target, precision) for target in targets for precision in recipe.precisions]
    if recipe.io == "int8" and not any(takes_int8(*pair) for pair in pairs):
        raise UsageError(
            "--io int8 is for int8-static on TFLite, which this build does not make: "
            "add --quant int8-static --target tflite, or leave --io out"
        )


def _attempt(
    job: Job, target: Target, precision: Precision, profile: str | None, progress: Progress
) -> VariantResult:
    try:
        with progress.step(f"build {target.name} {in_words(precision, profile)}"):
            built = build_variant(job, target, precision, profile)
    except EdgecError as error:
        return VariantResult(target, precision, profile, None, str(error))
    return VariantResult(target, precision, profile, built, None)


def _judged(rows: list[VariantResult], contents: Contents, *, keep: bool) -> list[VariantResult]:
    """The rows of one target with their speed; those that are slower than fp32 refused, or labelled."""
    speeds = compare_with_fp32(contents, [row.built for row in rows if row.built is not None])
    return [_with_speed(row, speeds.get((row.precision, row.profile)), keep) for row in rows]


def _with_speed(row: VariantResult, speed: Speed | None, keep: bool) -> VariantResult:
    built = row.built
    if speed is None:
        return row
    if built is None or speed.reason is None:
        return replace(row, times_fp32=speed.times_fp32)
    label = replace(built, slower_than_fp32=True) if keep else None
    advice = "" if keep else ". Keep it all the same with --allow-slower"
    return replace(row, built=label, reason=speed.reason + advice, times_fp32=speed.times_fp32)


def _said(row: VariantResult) -> str:
    return f"{row.target.name} {in_words(row.precision, row.profile)}: {row.reason}"
