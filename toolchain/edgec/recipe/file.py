"""A recipe as YAML: read with the file and line of whatever is wrong in it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, get_args

from pydantic import BaseModel, ValidationError

from edgec.errors import UsageError
from edgec.recipe.build import Recipe
from edgec.recipe.plain import Keys, Tree, parse
from edgec_targets import unknown_word

LARGEST = 64 * 1024  # bytes
SECTIONS = ("options", "data", "train", "distil", "prune")
"""The keys whose values are mappings."""


def read_recipe(path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """The recipe in `path`, with `overrides` as ``key=value``, the value in YAML as in the file.

    A key in a section is written ``train.lr=1e-3``. Nothing is converted: ``version: 1.0`` is a number and no
    version. Raises UsageError with the file and line, or the override, for what is unreadable, no YAML, given
    twice, unknown or not possible.
    """
    return checked(read_tree(path), overrides, str(path))


def read_tree(path: Path) -> Tree:
    """The values in `path` and their lines, not yet checked. Raises UsageError."""
    tree = Tree()
    tree.read(_text(path), str(path))
    return tree


def checked(tree: Tree, overrides: Sequence[str], name: str) -> Recipe:
    """The recipe that `tree` is with the overrides put into it; `name` is said for a place not known.

    Raises UsageError as `read_recipe` does.
    """
    for text in overrides:
        words, equals, value = text.partition("=")
        where = f"--set {text}"
        if not equals:
            raise UsageError(f"{where}: write key=value")
        keys = tuple(words.split("."))
        if keys[0] not in Recipe.model_fields:
            raise _unknown(Recipe, keys[0], where)
        tree.put(keys, parse(value[:LARGEST], where), where)
    for key, held in tree.values.items():
        where = tree.place((key,)) or name
        if key not in Recipe.model_fields:
            raise _unknown(Recipe, key, where)
        if key not in SECTIONS and _holds_mapping(held):
            raise UsageError(f"{where}: a mapping is no value of a recipe's {key}: quote it if it is text")
    try:
        # Strict JSON takes lists for tuples and text for paths, and otherwise converts nothing.
        return Recipe.model_validate_json(json.dumps(tree.values), strict=True)
    except ValidationError as error:
        _refuse(error, tree, name)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        text = content.decode("utf-8")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not text in UTF-8"
        raise UsageError(f"{path} cannot be read ({why}): name a YAML file with a recipe") from error
    if len(content) > LARGEST:
        raise UsageError(f"{path} is larger than {LARGEST // 1024} KiB: that is no recipe")
    return text


def _holds_mapping(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(map(_holds_mapping, value)))


def _unknown(model: type[BaseModel], key: str, where: str, section: str = "a recipe") -> UsageError:
    return UsageError(f"{where}: {unknown_word(f'key of {section}', key, list(model.model_fields))}")


def _refuse(error: ValidationError, tree: Tree, name: str) -> NoReturn:
    first = error.errors()[0]
    keys: Keys = tuple(first["loc"])
    where = tree.place(keys) or name
    section = _section(keys[:-1])
    if first["type"] == "extra_forbidden" and section is not None:
        raise _unknown(section, str(keys[-1]), where, ".".join(map(str, keys[:-1]))) from error
    why = first["msg"].removeprefix("Value error, ")
    if keys[:1] == ("options",):
        # A value that may be of several types is refused for each of them: say it once.
        keys, why = keys[:2], "an option is text, a number, true or false, or a list of whole numbers"
    said = ".".join(key for key in keys if isinstance(key, str))
    raise UsageError(f"{where}: {f'{said}: ' if said else ''}{why}") from error


def _section(keys: Keys) -> type[BaseModel] | None:
    """The model of the section that `keys` lead to."""
    model: type[BaseModel] = Recipe
    for key in keys:
        field = model.model_fields.get(str(key))
        kinds: tuple[Any, ...] = () if field is None else (field.annotation, *get_args(field.annotation))
        models = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not models:
            return None
        model = models[0]
    return model
