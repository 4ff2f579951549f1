"""Source: the network that `--model` and `--checkpoint` name, before anything is done to it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from edgec import zoo
from edgec.errors import ModelSourceError
from edgec.source.checkpoint import check_finite, load_weights
from edgec.source.narrowed import narrow_as
from edgec.source.network import make_network, refuse_options
from edgec.source.onnx_file import read_onnx
from edgec.source.tuned import Tuned
from edgec_runtime.format.manifest import Activation


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
    if model.endswith(".onnx"):
        refuse_options(model, options)
        return _from_onnx(Path(model), checkpoint, channels)
    default = _default_weights(model, options)
    path = checkpoint or default
    module, digest = _with_weights(model, options, path)
    return Source(
        name=bundle_name(model.rpartition(":")[2]),
        module=module,
        onnx=None,
        channels=channels or _first_channels(module, model),
        parameters=zoo.parameter_count(module),
        checkpoint_sha256=digest,
        trained=path is not None,
        shipped=path is not None and path == default,
    )


def load_module(model: str, checkpoint: Path | None, options: Mapping[str, object]) -> nn.Module:
    """The module that `load_source` gives, of a network for volumes too.

    Raises ModelSourceError, also for an .onnx file, which holds none; CheckpointError.
    """
    return _with_weights(model, options, checkpoint or _default_weights(model, options))[0]


def _default_weights(model: str, options: Mapping[str, object]) -> Path | None:
    return None if ":" in model else zoo.default_weights(model, **options)


def _with_weights(
    model: str, options: Mapping[str, object], path: Path | None
) -> tuple[nn.Module, str | None]:
    """The network with the widths and weights of `path`, float32 and in eval mode, and that file's sha256."""
    module = make_network(model, options)
    if path is not None:
        narrow_as(module, path)
    digest = load_weights(module, path) if path else None
    check_finite(module.named_parameters(), model)
    return module.float().cpu().eval().requires_grad_(False), digest


def _from_onnx(path: Path, checkpoint: Path | None, channels: int | None) -> Source:
    if checkpoint is not None:
        raise ModelSourceError(f"{path} holds its own weights: leave out --checkpoint {checkpoint}")
    data = read_onnx(path)
    return Source(
        name=bundle_name(path.stem),
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
        if isinstance(part, nn.Conv3d):
            raise ModelSourceError(
                f"--model {model}: the network takes volumes, and bundles are of networks that take images; "
                "export it with torch.onnx.export and run it in ONNX Runtime"
            )
    raise ModelSourceError(f"--model {model}: the network has no Conv2d to tell the image's channels from")


def bundle_name(name: str) -> str:
    """`name` in such words that it may name a bundle or a folder."""
    slug = re.sub(r"[^a-z0-9_.-]+", "-", name.lower()).strip("-_.")
    return slug[:64] or "network"
