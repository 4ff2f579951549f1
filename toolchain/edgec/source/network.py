"""A network by its name, with the weights that it is made with."""

import contextlib
import sys
from collections.abc import Mapping

import torch
from torch import nn

from edgec import zoo
from edgec.errors import ModelSourceError
from edgec.source.factory import call_factory


def make_network(model: str, options: Mapping[str, object], seed: int = 0) -> nn.Module:
    """What `model` names, of the zoo or of a user's own, made with torch's random numbers from `seed`.

    `options` are those of a network of the zoo. What own code prints goes to stderr. Leaves torch's random
    numbers as they were. Raises ModelSourceError.
    """
    refuse_options(model, options)
    with torch.random.fork_rng(devices=[]), contextlib.redirect_stdout(sys.stderr):
        torch.manual_seed(seed)
        if ":" in model:
            return call_factory(model)
        _refuse_files(model)
        return zoo.create(model, **options)


def refuse_options(model: str, options: Mapping[str, object]) -> None:
    """Raise ModelSourceError where there are options and `model` is none of the zoo."""
    if options and (":" in model or model.endswith(".onnx")):
        raise ModelSourceError(
            f"--model {model}: only networks of `edgec models` have options: leave {', '.join(options)} out"
        )


def _refuse_files(model: str) -> None:
    if model.endswith(".py"):
        raise ModelSourceError(f"--model {model}: say which function makes the network, {model}:FUNCTION")
    if model.endswith((".pt", ".pth", ".safetensors")):
        raise ModelSourceError(
            f"--model {model} is a checkpoint: name the network too, --model NETWORK --checkpoint {model}; "
            "of one that edgec trained, --checkpoint alone is enough"
        )
    if model.endswith(".onnx"):
        raise ModelSourceError(f"{model} cannot be trained: name the network that it was exported from")
