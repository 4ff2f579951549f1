"""What a network of the zoo may be told: the types of its factory's parameters, checked when it is called."""

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError, validate_call

from edgec.errors import ModelSourceError

if TYPE_CHECKING:
    from torch import nn

Channels = Annotated[int, Field(ge=1, le=8192)]
Widths = Annotated[tuple[Channels, ...], Field(min_length=1, max_length=8)]
"""Channels of each level of a U-Net, the finest first; a level has half the height and width of the last."""
Up = Literal["transposed", "bilinear"]


def call_with(name: str, factory: Callable[..., "nn.Module"], options: Mapping[str, object]) -> "nn.Module":
    """The network that `factory` makes with `options`, a list being as good as a tuple.

    Nothing else is converted. Raises ModelSourceError that lists the options there are, where one is unknown
    or not possible.
    """
    given: dict[str, Any] = {key: plain(value) for key, value in options.items()}
    try:
        made: nn.Module = validate_call(config=ConfigDict(strict=True))(factory)(**given)
    except ValidationError as error:
        first = error.errors()[0]
        option = ".".join(str(part) for part in first["loc"])
        known = first["loc"][0] in inspect.signature(factory).parameters
        why = f"its option {option!r}: {first['msg']}" if known else f"it has no option {option!r}"
        raise ModelSourceError(f"{name}: {why}. {_listed(factory)}") from error
    except ValueError as error:
        raise ModelSourceError(f"{name}: {error}. {_listed(factory)}") from error
    return made


def defaults(factory: Callable[..., "nn.Module"]) -> dict[str, object]:
    """The options of a network, and what each is where it is not given."""
    return {key: parameter.default for key, parameter in inspect.signature(factory).parameters.items()}


def plain(value: object) -> object:
    """`value` with tuples for lists."""
    return tuple(plain(part) for part in value) if isinstance(value, list) else value


def _listed(factory: Callable[..., "nn.Module"]) -> str:
    return "Its options: " + ", ".join(f"{key}={value!r}" for key, value in defaults(factory).items())
