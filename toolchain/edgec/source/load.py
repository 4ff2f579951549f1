"""Source: the network that `--model` and `--checkpoint` name, before anything is done to it."""

import contextlib
import hashlib
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from edgec import zoo
from edgec.errors import ModelSourceError
from edgec.source.checkpoint import check_finite, load_weights
from edgec.source.factory import call_factory
from edgec.source.onnx_file import read_onnx
from edgec.source.tuned import Tuned
from edgec_runtime.format.manifest import Activation

_SEED = 0  # of the initialisation where there are no weights: the same bundle each time


@dataclass(frozen=True)
class Source:
    """A network as it was given; exactly one of `module` and `onnx` is not None.

    `name` can name a bundle. `channels` is what the image has. `checkpoint_sha256` is that of the file of
    weights (of the .onnx file itself where it holds them). `trained` is False where no such file is known:
    the weights are then those that the factory set, perhaps random ones. `shipped`: they came with edgec.
    `tuned`: the ranges that an .onnx file carries. `left_out`: the activation that is not asked of it
    (edgec.output).
    """

    name: str
    module: nn.Module | None
    onnx: bytes | None
    channels: int
    parameters: int
    checkpoint_sha256: str | None
    trained: bool
    shipped: bool = False
    tuned: Tuned | None = None
    left_out: Activation = "none"


def load_source(
    model: str,
    checkpoint: Path | None = None,
    channels: int | None = None,
    options: Mapping[str, object] | None = None,
) -> Source:
    """Find the network that `model` names and put the weights of `checkpoint` into it.

    `model` is a name of the zoo (its shipped weights are the default checkpoint), `package.module:factory`
    or `file.py:factory` (called without arguments, gives an nn.Module), or `net.onnx`. Own Python code is
    looked for in the current folder and in the file's own. `channels` overrides how many the image has:
    else it is what the first Conv2d takes. `options` are those of a network of the zoo: with others than its
    defaults it has no shipped weights. What own code prints goes to stderr.

    Raises ModelSourceError, CheckpointError.
    """
    options = options or {}
    if options and (":" in model or model.endswith(".onnx")):
        raise ModelSourceError(
            f"--model {model}: only networks of `edgec models` have options: leave {', '.join(options)} out"
        )
    if model.endswith(".onnx"):
        return _from_onnx(Path(model), checkpoint, channels)
    module, name, default = _create(model, options)
    path = checkpoint or default
    digest = load_weights(module, path) if path else None
    check_finite(module.named_parameters(), model)
    module = module.float().cpu().eval().requires_grad_(False)
    return Source(
        name=_bundle_name(name),
        module=module,
        onnx=None,
        channels=channels or _first_channels(module, model),
        parameters=zoo.parameter_count(module),
        checkpoint_sha256=digest,
        trained=path is not None,
        shipped=path is not None and path == default,
    )


def _create(model: str, options: Mapping[str, object]) -> tuple[nn.Module, str, Path | None]:
    """The module, what to call it, and the checkpoint that comes with it."""
    with torch.random.fork_rng(devices=[]), contextlib.redirect_stdout(sys.stderr):
        torch.manual_seed(_SEED)
        if ":" in model:
            return call_factory(model), model.rpartition(":")[2], None
        _refuse_files(model)
        return zoo.create(model, **options), model, zoo.default_weights(model, **options)


def _refuse_files(model: str) -> None:
    if model.endswith(".py"):
        raise ModelSourceError(f"--model {model}: say which function makes the network, {model}:FUNCTION")
    if model.endswith((".pt", ".pth", ".safetensors")):
        raise ModelSourceError(
            f"--model {model} is a checkpoint: name the network too, --model NETWORK --checkpoint {model}"
        )


def _from_onnx(path: Path, checkpoint: Path | None, channels: int | None) -> Source:
    if checkpoint is not None:
        raise ModelSourceError(f"{path} holds its own weights: leave out --checkpoint {checkpoint}")
    data = read_onnx(path)
    return Source(
        name=_bundle_name(path.stem),
        module=None,
        onnx=data.content,
        channels=channels or data.channels,
        parameters=data.parameters,
        checkpoint_sha256=hashlib.sha256(data.content).hexdigest(),
        trained=True,
        tuned=data.tuned,
    )


def _first_channels(module: nn.Module, model: str) -> int:
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            return part.in_channels
    raise ModelSourceError(f"--model {model}: the network has no Conv2d to tell the image's channels from")


def _bundle_name(name: str) -> str:
    slug = re.sub(r"[^a-z0-9_.-]+", "-", name.lower()).strip("-_.")
    return slug[:64] or "network"
