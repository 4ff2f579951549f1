"""The networks that edgec brings, by name: `create("unet_light")`. Torch is imported when one is made."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgec.errors import ModelSourceError

if TYPE_CHECKING:
    from torch import nn

__all__ = ["MODELS", "create", "default_weights", "options_of", "parameter_count"]

_ASSETS = Path(__file__).parent.parent / "assets"

MODELS = (
    "unet",
    "unet_light",
    "unet_flex",
    "eunet",
    "attention_unet",
    "unet_plus_plus",
    "unet3d",
    "blu_net",
    "blu_net_fast",
)
"""The name of each; its module and the factory in it are called the same."""


def create(name: str, **options: object) -> nn.Module:
    """The network of that name with random weights, as `options` say; those are its factory's parameters.

    Raises ModelSourceError where there is no such network or option, or where its value is not possible.
    """
    from edgec.zoo.options import call_with

    return call_with(name, _factory(name), options)


def options_of(name: str) -> dict[str, Any]:
    """The options of the network of that name, and what each is where it is not given."""
    from edgec.zoo.options import defaults

    return defaults(_factory(name))


def _factory(name: str) -> Callable[..., nn.Module]:
    if name not in MODELS:
        near = difflib.get_close_matches(name, MODELS, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(MODELS)}."
        raise ModelSourceError(
            f"{name!r} is no network of edgec. {hint} "
            "A network of your own is named as package.module:factory, file.py:factory or net.onnx."
        )
    found: Callable[..., nn.Module] = getattr(import_module(f"edgec.zoo.{name}"), name)
    return found


def default_weights(name: str, **options: object) -> Path | None:
    """The checkpoint (safetensors) that is shipped for a network with these options, or None."""
    path = _ASSETS / f"{name}.safetensors"
    if name not in MODELS or not path.is_file():
        return None
    return path if not options or _are_defaults(name, options) else None


def _are_defaults(name: str, options: Mapping[str, object]) -> bool:
    from edgec.zoo.options import plain

    usual = options_of(name)
    return all(key in usual and plain(value) == usual[key] for key, value in options.items())


def parameter_count(module: nn.Module) -> int:
    """How many numbers training may change; the running statistics of BatchNorm are not among them."""
    return sum(parameter.numel() for parameter in module.parameters())
