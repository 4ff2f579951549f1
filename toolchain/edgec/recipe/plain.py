"""YAML as plain values, each with the place where it was given; nothing in it is ever evaluated."""

import re
from typing import Any, NoReturn

import yaml

from edgec.errors import UsageError

Value = str | int | float | bool | list[Any] | dict[str, Any] | None
Keys = tuple[str | int, ...]
"""How a value is reached: ("train", "lr"); a list's are numbers."""

# What implicit types of YAML 1.1 raise besides YAMLError: 0x_ is no number, 2026-99-99 no day.
_BROKEN = (yaml.YAMLError, ValueError, RecursionError)


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


# YAML 1.1 reads 1e-3 as text, YAML 1.2 and people as a number.
_Plain.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+"),
    list("-+0123456789"),
)


class Tree:
    """A mapping of mappings, and the place of each key: `FILE:LINE`, or the override itself."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self._places: dict[Keys, str] = {}

    def place(self, keys: Keys) -> str | None:
        """Where `keys`, or else what holds it, was given."""
        while keys:
            if keys in self._places:
                return self._places[keys]
            keys = keys[:-1]
        return None

    def put(self, keys: Keys, value: Value, where: str) -> None:
        """Replace what is there, and make the mappings on the way. Raises UsageError."""
        inside = self.values
        for depth, key in enumerate(keys[:-1]):
            if inside.get(str(key)) is None:
                inside[str(key)] = {}
                self._places[keys[: depth + 1]] = where
            deeper = inside[str(key)]
            if not isinstance(deeper, dict):
                raise UsageError(f"{where}: {key} is no section: it has the value {deeper!r}")
            inside = deeper
        inside[str(keys[-1])] = value
        self._places = {at: place for at, place in self._places.items() if at[: len(keys)] != keys}
        self._places[keys] = where

    def read(self, text: str, name: str) -> None:
        """Take all of a YAML text, whose lines are told as `name`:LINE. Raises UsageError."""
        try:
            loader = _Plain(text)
            root = loader.get_single_node()
            if not isinstance(root, yaml.MappingNode):
                raise UsageError(
                    f"{name} is no recipe: write `key: value` lines, such as `model: unet_light`"
                )
            values = _Reader(loader, name, self._places).value(root, ())
        except _BROKEN as error:
            _refuse(error, name)
        assert isinstance(values, dict)
        self.values = values


def parse(text: str, where: str) -> Value:
    """The value that a YAML text of one line is. Raises UsageError naming `where`."""
    try:
        loader = _Plain(text)
        node = loader.get_single_node()
        return None if node is None else _Reader(loader, where, None).value(node, ())
    except _BROKEN as error:
        _refuse(error, where)


class _Reader:
    def __init__(self, loader: _Plain, name: str, places: dict[Keys, str] | None) -> None:
        self._loader, self._name = loader, name
        self._places: dict[Keys, str] = {} if places is None else places
        self._lines = places is not None

    def value(self, node: yaml.Node, keys: Keys) -> Value:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, keys)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*keys, number)) for number, each in enumerate(node.value)]
        return self._scalar(node)

    def _where(self, node: yaml.Node) -> str:
        return f"{self._name}:{node.start_mark.line + 1}" if self._lines else self._name

    def _mapping(self, node: yaml.MappingNode, keys: Keys) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for key_node, value_node in node.value:
            where = self._where(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                raise UsageError(f"{where}: a key is a word")
            key, at = key_node.value, (*keys, key_node.value)
            if key in found:
                raise UsageError(f"{where}: {key} was given before, at {self._places[at]}: leave one of them")
            self._places[at] = where
            found[key] = self.value(value_node, at)
        return found

    def _scalar(self, node: yaml.Node) -> Value:
        where = self._where(node)
        try:
            value = self._loader.construct_object(node)
        except ValueError as error:
            raise UsageError(f"{where}: {error}") from error
        if isinstance(value, int) and abs(value) >= 2**63:
            raise UsageError(f"{where}: a number of more than 63 bits is none of a recipe")
        if value is None or isinstance(value, str | int | float):
            return value
        raise UsageError(
            f"{where}: {type(value).__name__} {value!r} is no value of a recipe: quote it if it is text"
        )


def _refuse(error: Exception, where: str) -> NoReturn:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        line = error.problem_mark.line + 1
        raise UsageError(f"{where}:{line}: {error.problem or error.context}") from error
    if isinstance(error, RecursionError):
        raise UsageError(f"{where}: lists in lists in lists: that is no recipe") from error
    raise UsageError(f"{where}: {str(error).splitlines()[0]}") from error
