"""What commands that make a network of the zoo share: its options."""

from collections.abc import Callable
from typing import TypeVar

import click

from edgec.cli.words import Parsed

_Decorated = TypeVar("_Decorated", bound=Callable[..., object])


def network_options(function: _Decorated) -> _Decorated:
    """Give a command `--option KEY=VALUE`, repeatable, as `network`: pairs of names and values."""
    decorate = click.option(
        "network",
        "--option",
        multiple=True,
        type=Parsed("KEY=VALUE", _pair),
        help="An option of the model, as `edgec models --detail MODEL` lists them; repeatable.",
    )
    return decorate(function)


def _pair(text: str) -> tuple[str, object]:
    from edgec.errors import UsageError
    from edgec.recipe.plain import parse

    key, equals, value = text.partition("=")
    if not equals or not key:
        raise ValueError(f"{text!r} is no option: write KEY=VALUE, such as widths=[16,32,64]")
    try:
        return key, parse(value, f"--option {text}")
    except UsageError as error:
        raise ValueError(str(error)) from error
