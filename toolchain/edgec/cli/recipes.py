"""A recipe as the command line that builds it."""

import shlex
from typing import TYPE_CHECKING, Any

from edgec.cli.build import command

if TYPE_CHECKING:
    from edgec.recipe import Recipe


def build_line(recipe: "Recipe") -> str:
    """`edgec build` with every option that is not the recipe's default."""
    words = ["edgec", "build"]
    for option in command.params:
        name = str(option.name)
        field = type(recipe).model_fields.get(name)
        value: Any = getattr(recipe, name, None)
        if field is None or value == field.default or (value is None and name != "size"):
            continue
        for one in value if option.multiple else [value]:
            words += [option.opts[0], _word(name, one)]
    return shlex.join(words)


def _word(name: str, value: Any) -> str:
    if name == "size":
        return "any" if value is None else "x".join(map(str, value))
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
