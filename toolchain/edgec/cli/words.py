"""Words that options take: checked, hinted and completed."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem

from edgec_runtime.errors import UsageError
from edgec_runtime.format.manifest import PRECISIONS

METRICS = ("latency", "instructions")
CHECKPOINTS = (".safetensors", ".pt", ".pth")
LAYOUTS = ("auto", "pairs", "drive", "pets", "acdc", "coco", "supervisely")

__all__ = [
    "CHECKPOINTS",
    "LAYOUTS",
    "METRICS",
    "PRECISIONS",
    "Floats",
    "Names",
    "Parsed",
    "Size",
    "TargetWord",
    "Word",
    "printable",
]

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """`text` with control characters spelled out, so that a file's name cannot drive the terminal."""
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


class Word(click.ParamType[str]):
    """One of a few words; an unknown one is answered with the nearest."""

    def __init__(self, kind: str, choices: Sequence[str]) -> None:
        self.name = kind
        self._choices = list(choices)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """The words themselves."""
        return "[" + "|".join(self._choices) + "]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word, if it is one of the choices."""
        if value not in self._choices:
            from edgec_targets.words import unknown_word

            self.fail(str(unknown_word(self.name, value, self._choices)), param, ctx)
        return value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The choices that start as typed."""
        return [CompletionItem(word) for word in self._choices if word.startswith(incomplete)]


class TargetWord(click.ParamType[str]):
    """The name of a target; the list is read only when it is needed."""

    name = "target"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, if there is such a target."""
        from edgec_targets import load_target

        try:
            return load_target(value).name
        except UsageError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The targets that start as typed."""
        from edgec_targets import target_names

        return [CompletionItem(name) for name in target_names() if name.startswith(incomplete)]


class Size(click.ParamType[tuple[int, int] | None]):
    """HEIGHTxWIDTH in pixels, one number for a square, or `any`."""

    name = "HxW|any"

    def convert(
        self, value: str | tuple[int, int] | None, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int] | None:
        """(height, width), or None for `any`."""
        if not isinstance(value, str):
            return value
        if value == "any":
            return None
        match = re.fullmatch(r"([1-9][0-9]{0,4})(?:x([1-9][0-9]{0,4}))?", value)
        if match is None:
            self.fail(f"{value!r} is not a size: write 256x256, 256 or any", param, ctx)
        return int(match[1]), int(match[2] or match[1])


class Floats(click.ParamType[tuple[float, ...]]):
    """Numbers with commas between them, one for each channel."""

    name = "N,N,..."

    def convert(
        self, value: str | tuple[float, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, ...]:
        """The numbers."""
        if not isinstance(value, str):
            return value
        try:
            return tuple(float(part) for part in value.split(","))
        except ValueError:
            self.fail(f"{value!r} are not numbers: write 0.5 or 0.485,0.456,0.406", param, ctx)


class Parsed(click.ParamType[Any]):
    """What `read` makes of the text; it raises ValueError, which says what is wrong with it."""

    def __init__(self, name: str, read: Callable[[str], object]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value."""
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Names(click.ParamType[tuple[str, ...]]):
    """Names with commas between them."""

    name = "NAME,NAME,..."

    def convert(
        self, value: str | tuple[str, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The names, without the spaces around them."""
        if not isinstance(value, str):
            return value
        names = tuple(name.strip() for name in value.split(","))
        if not all(names):
            self.fail(f"{value!r} has an empty name: write background,nucleus", param, ctx)
        return names
