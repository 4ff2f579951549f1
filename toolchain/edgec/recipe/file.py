"""A recipe as YAML: read with the file and line of whatever is wrong in it, and nothing ever evaluated."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml
from pydantic import ValidationError

from edgec.errors import UsageError
from edgec.recipe.build import Recipe
from edgec_targets import unknown_word

LARGEST = 64 * 1024  # bytes
# What implicit types of YAML 1.1 raise besides YAMLError: 0x_ is no number, 2026-99-99 no day.
_BROKEN = (yaml.YAMLError, ValueError, RecursionError)

Value = str | int | float | bool | list[Any] | None


@dataclass(frozen=True, slots=True)
class _Given:
    """A value of a key, and where it was given: `FILE:LINE` or the override itself."""

    value: Value
    where: str


class _Plain(yaml.SafeLoader):
    """Values as they are written: no aliases, whose repetition is exponential, and no types by tag."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None or event.tag is not None:
            raise yaml.MarkedYAMLError(
                problem="anchors, aliases and tags are not for recipes: write the value itself",
                problem_mark=event.start_mark,
            )
        return super().compose_node(parent, index)


def read_recipe(path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """The recipe in `path`, with `overrides` as ``key=value``, the value in YAML as in the file.

    Nothing is converted: ``version: 1.0`` is a number and no version. Raises UsageError with the file and
    line, or the override, for what is unreadable, no YAML, given twice, unknown or not possible.
    """
    given = _read(path)
    for text in overrides:
        key, equals, value = text.partition("=")
        where = f"--set {text}"
        if not equals:
            raise UsageError(f"{where}: write key=value")
        given[_known(key, where)] = _Given(_parse(value, where), where)
    return _checked(given, str(path))


def _read(path: Path) -> dict[str, _Given]:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        text = content.decode("utf-8")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not text in UTF-8"
        raise UsageError(f"{path} cannot be read ({why}): name a YAML file with a recipe") from error
    if len(content) > LARGEST:
        raise UsageError(f"{path} is larger than {LARGEST // 1024} KiB: that is no recipe")
    try:
        return _entries(text, path)
    except _BROKEN as error:
        _refuse(error, str(path))


def _entries(text: str, path: Path) -> dict[str, _Given]:
    loader = _Plain(text)
    root = loader.get_single_node()
    if not isinstance(root, yaml.MappingNode):
        raise UsageError(f"{path} is no recipe: write `key: value` lines, such as `model: unet_light`")
    found: dict[str, _Given] = {}
    for key_node, value_node in root.value:
        where = f"{path}:{key_node.start_mark.line + 1}"
        key = _known(key_node.value if isinstance(key_node, yaml.ScalarNode) else "?", where)
        if key in found:
            raise UsageError(f"{where}: {key} was given before, at {found[key].where}: leave one of them")
        found[key] = _Given(_plain(_construct(loader, value_node, where), where), where)
    return found


def _construct(loader: _Plain, node: yaml.Node, where: str) -> object:
    try:
        return loader.construct_object(node, deep=True)
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from error


def _parse(text: str, where: str) -> Value:
    try:
        return _plain(yaml.load(text[:LARGEST], _Plain), where)
    except _BROKEN as error:
        _refuse(error, where)


def _refuse(error: Exception, where: str) -> NoReturn:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        line = error.problem_mark.line + 1
        raise UsageError(f"{where}:{line}: {error.problem or error.context}") from error
    if isinstance(error, RecursionError):
        raise UsageError(f"{where}: lists in lists in lists: that is no recipe") from error
    raise UsageError(f"{where}: {str(error).splitlines()[0]}") from error


def _known(key: str, where: str) -> str:
    if key not in Recipe.model_fields:
        raise UsageError(f"{where}: {unknown_word('key of a recipe', key, list(Recipe.model_fields))}")
    return key


def _plain(value: object, where: str) -> Value:
    """What JSON has, less objects: no recipe has a date or a mapping in it."""
    if isinstance(value, list):
        return [_plain(each, where) for each in value]
    if isinstance(value, int) and abs(value) >= 2**63:
        raise UsageError(f"{where}: a number of more than 63 bits is none of a recipe")
    if value is None or isinstance(value, str | int | float):
        return value
    raise UsageError(
        f"{where}: {type(value).__name__} {value!r} is no value of a recipe: quote it if it is text"
    )


def _checked(given: Mapping[str, _Given], path: str) -> Recipe:
    text = json.dumps({key: entry.value for key, entry in given.items()})
    try:
        # Strict JSON takes lists for tuples and text for paths, and otherwise converts nothing.
        return Recipe.model_validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else ""
        where = given[key].where if key in given else path
        raise UsageError(
            f"{where}: {f'{key}: ' if key else ''}{first['msg'].removeprefix('Value error, ')}"
        ) from error
