"""Subject: a recipe's network in the form in which a profile's integers are made, with their ranges."""

from dataclasses import dataclass, replace
from pathlib import Path

from edgec.data import Images
from edgec.errors import UsageError
from edgec.graph import Graph
from edgec.preparation import Prepared, prepare
from edgec.progress import Progress
from edgec.quantize import integer_form
from edgec.recipe import QatRecipe, Recipe
from edgec.source import Tuned
from edgec_targets import Target, load_target, unknown_word
from edgec_targets.target import Profile


@dataclass(frozen=True)
class Subject:
    """`graph`: the float network, as `prepared` or in the profile's form; `tuned`: what it is built by."""

    prepared: Prepared
    graph: Graph
    tuned: Tuned


def prepare_subject(
    recipe: Recipe, qat: QatRecipe, images: Images, cache: Path, progress: Progress
) -> Subject:
    """Load, export, simplify and calibrate as the build for the profile does.

    A network that was tuned before keeps its form and its ranges. Raises EdgecError; UsageError where the
    target has no such profile or no integers.
    """
    target = load_target(qat.target)
    profile = _profile(target, qat.profile)
    wanted = {
        "targets": (qat.target,),
        "profiles": (qat.profile,),
        "precisions": ("fp32", "int8-static"),
        "float_layers": (),
        "output": "probability",
    }
    prepared = prepare(recipe.model_copy(update=wanted), images, cache, progress)
    graph, calibration = prepared.job.graph, prepared.job.calibration
    assert calibration is not None  # int8-static asks for it
    form = graph if calibration.carried else integer_form(graph, profile)
    ranges = replace(calibration.ranges_of(form), means={})  # nothing will be corrected by them
    tuned = Tuned(qat.target, qat.profile, profile.int8, ranges)
    return Subject(prepared, form, tuned)


def _profile(target: Target, name: str) -> Profile:
    if "int8-static" not in target.precisions:
        why = target.cannot.get("int8-static", "it has no integers")
        raise UsageError(f"{target.name} cannot run int8-static: {why}; choose another --target")
    if name not in target.profiles:
        raise unknown_word(f"profile of {target.name}", name, target.profiles)
    return target.profiles[name]
