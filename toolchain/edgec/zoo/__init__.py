"""The networks that edgec brings, by name: `create("unet_light")`. Torch is imported when one is made."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from edgec.errors import ModelSourceError

if TYPE_CHECKING:
    from torch import nn

__all__ = ["MODELS", "create", "default_weights", "parameter_count"]

_ASSETS = Path(__file__).parent.parent / "assets"


def _lazy(name: str) -> Callable[[], nn.Module]:
    """The factory `name` of the module of that name, which is imported by the call."""

    def factory() -> nn.Module:
        made: nn.Module = getattr(import_module(f"edgec.zoo.{name}"), name)()
        return made

    return factory


MODELS: dict[str, Callable[[], nn.Module]] = {name: _lazy(name) for name in ("unet", "unet_light")}
"""Each makes its network with random weights."""


def create(name: str) -> nn.Module:
    """The network of that name, with random weights; raises ModelSourceError when there is none."""
    if name not in MODELS:
        near = difflib.get_close_matches(name, MODELS, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(MODELS)}."
        raise ModelSourceError(
            f"{name!r} is no network of edgec. {hint} "
            "A network of your own is named as package.module:factory, file.py:factory or net.onnx."
        )
    return MODELS[name]()


def default_weights(name: str) -> Path | None:
    """The checkpoint (safetensors) that is shipped for a network, or None where none is."""
    path = _ASSETS / f"{name}.safetensors"
    return path if name in MODELS and path.is_file() else None


def parameter_count(module: nn.Module) -> int:
    """How many numbers training may change; the running statistics of BatchNorm are not among them."""
    return sum(parameter.numel() for parameter in module.parameters())
