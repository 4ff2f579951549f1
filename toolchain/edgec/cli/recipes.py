"""Recipes from the command line: options, or a file with `--set`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgec.cli.words import PRECISIONS
from edgec_runtime.format.manifest import Precision

if TYPE_CHECKING:
    from edgec.recipe import Recipe

OPTION_OF = {
    "options": "--option",
    "precisions": "--quant",
    "targets": "--target",
    "profiles": "--profile",
    "calibration_method": "--calibration-method",
    "calibration_samples": "--calibration-samples",
    "float_layers": "--float-layers",
    "evaluation": "--data",
    "max_latency_ms": "--max-latency",
    "max_memory_mib": "--max-memory",
    "max_size_mib": "--max-size",
}


def recipe_from(path: Path, overrides: tuple[str, ...]) -> "Recipe":
    """The recipe of a file. Raises UsageError where options of the command line would say it too."""
    from click.core import ParameterSource

    from edgec.errors import UsageError
    from edgec.recipe import Recipe
    from edgec.recipe.file import read_recipe

    context = click.get_current_context()
    for name in Recipe.model_fields:
        parameter = "network" if name == "options" else name
        if context.get_parameter_source(parameter) is ParameterSource.COMMANDLINE:
            option = OPTION_OF.get(name, "--" + name)
            raise UsageError(f"{option} and --recipe say the same: use --set {name}=VALUE")
    recipe = read_recipe(path, overrides)
    return recipe.model_copy(update={"precisions": _with_fp32(recipe.precisions)})


def make_recipe(options: dict[str, Any]) -> "Recipe":
    """The options that were given -> Recipe; the recipe's own defaults fill the rest.

    What a checkpoint says of itself goes before the defaults. Raises UsageError naming the option whose
    value is not possible, CheckpointError.
    """
    from pydantic import ValidationError

    from edgec.errors import UsageError
    from edgec.recipe import Recipe
    from edgec.source.described import described

    given = {key: value for key, value in options.items() if value is not None and value != ()}
    given["options"] = dict(given.pop("network", ()))
    given["size"] = options["size"]  # None is a choice here: any size
    if options["checkpoint"] is not None:
        given = _over(described(options["checkpoint"], options["model"]), given)
    elif options["model"] is None:
        raise click.MissingParameter(param_type="option", param_hint="'--model'")
    if "precisions" in given:
        given["precisions"] = _with_fp32(given["precisions"])
    try:
        return Recipe(**given)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else ""
        where = f"{OPTION_OF.get(key, '--' + key)}: " if key else ""
        raise UsageError(f"{where}{first['msg'].removeprefix('Value error, ')}") from error


def _over(said: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """What was given goes over what a checkpoint says, but for defaults; a network's options one by one."""
    from click.core import ParameterSource

    context = click.get_current_context()
    meant = context.get_parameter_source("size") is not ParameterSource.DEFAULT
    network = {"options": said.get("options", {}) | given["options"]}
    return said | {key: value for key, value in given.items() if key != "size" or meant} | network


def _with_fp32(precisions: Sequence[Precision]) -> tuple[Precision, ...]:
    return tuple(word for word in PRECISIONS if word in ("fp32", *precisions))
