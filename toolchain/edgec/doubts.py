"""What a person should know of a bundle that was built all the same."""

from collections.abc import Iterator, Sequence

from edgec.package import BuiltVariant
from edgec.recipe import Recipe
from edgec.source import Source
from edgec.verify import graph_limits
from edgec_runtime.format.profile import in_words

INTEGERS = {"int8-static", "mixed"}


def doubts(recipe: Recipe, source: Source, built: Sequence[BuiltVariant]) -> tuple[str, ...]:
    """A sentence for each reason to look again before the bundle is shipped."""
    if not source.trained:  # then its masks are noise, and how near they stay says nothing
        found = [f"{source.name} has random weights: give trained ones with --checkpoint"]
    else:
        found = [sentence for one in built for sentence in _far(one, built)]
    return (*found, *_calibration(recipe, source), *_other_integers(source, built))


def _far(one: BuiltVariant, built: Sequence[BuiltVariant]) -> Iterator[str]:
    """What `edgec verify` would not pass: here on the few images that the build compares."""
    name = _name(one)
    if one.broken:
        yield (
            f"{name} is far from the network: {', '.join(one.broken)} on {one.parity.samples} calibration "
            "images: `edgec verify` says at which step"
        )
    floats = (other for other in built if (other.target, other.precision) == (one.target, "fp32"))
    base, dice = next((other.accuracy for other in floats), None), one.accuracy
    allowed = graph_limits(one.precision).dice_drop
    if base is not None and dice is not None and base.dice - dice.dice > allowed:
        yield (
            f"{name} loses {base.dice - dice.dice:.4f} Dice to {one.target.name} fp32 on {dice.data}, more "
            f"than {allowed:g}: `edgec verify` says at which step"
        )


def _calibration(recipe: Recipe, source: Source) -> Iterator[str]:
    given = source.shipped or source.tuned is not None
    if not given and recipe.calibration is None and recipe.data is None and INTEGERS & set(recipe.precisions):
        yield "int8 was calibrated on the shipped nuclei images: give your own with --calibration FOLDER"


def _other_integers(source: Source, built: Sequence[BuiltVariant]) -> Iterator[str]:
    """A sentence for each variant in integers that the network was not tuned for."""
    tuned = source.tuned
    for one in built:
        if tuned is None or one.profile is None or tuned.fits(one.target.profiles[one.profile].int8):
            continue
        yield (
            f"{_name(one)} has other integers than the network was tuned for ({tuned.words}): its accuracy "
            "is not what training saw"
        )


def _name(one: BuiltVariant) -> str:
    return f"{one.target.name} {in_words(one.precision, one.profile)}"
