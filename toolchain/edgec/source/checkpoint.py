"""Weights from a file into a module; nothing in the file is ever executed."""

import hashlib
import io
import pickle
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor, nn

from edgec.errors import CheckpointError

# Where training scripts put the weights among other things, and what wrappers put before their names.
_NESTS = ("state_dict", "model_state_dict", "model")
_PREFIXES = ("module.", "_orig_mod.", "model.")
_SHOWN = 4


def load_weights(module: nn.Module, path: Path) -> str:
    """Load the weights of `path` into `module`, and give the file's sha256 in hex.

    Takes `.safetensors`, and `.pt` or `.pth` by ``torch.load(weights_only=True)``: tensors by name, also
    nested under "state_dict", "model_state_dict" or "model", also with the prefixes that DataParallel,
    torch.compile and Lightning put before the names. Names and shapes must match exactly (BatchNorm's
    counters apart). Raises CheckpointError.
    """
    data = _read(path)
    weights = _unprefixed(_unnested(_parse(path, data), path), module)
    _check_fit(weights, module, path)
    check_finite(weights.items(), str(path))
    module.load_state_dict(weights, strict=False)
    return hashlib.sha256(data).hexdigest()


def load_fitting(module: nn.Module, path: Path) -> tuple[int, int]:
    """Load those weights of `path` whose names and shapes are the module's; gives how many, and of how many.

    Takes the files that `load_weights` takes. Raises CheckpointError, also where none fits.
    """
    weights = _unprefixed(_unnested(_parse(path, _read(path)), path), module)
    wanted = module.state_dict()
    fitting = {n: w for n, w in weights.items() if n in wanted and w.shape == wanted[n].shape}
    if not fitting:
        raise CheckpointError(f"{path}: no weight has a name and shape of the network's: name another")
    check_finite(fitting.items(), str(path))
    module.load_state_dict(fitting, strict=False)
    return len(fitting), len(wanted)


def check_finite(tensors: Iterable[tuple[str, Tensor]], where: str) -> None:
    """Raise CheckpointError naming the first tensor that holds NaN or infinity."""
    for name, tensor in tensors:
        values = tensor.detach().float()
        broken = int(values.numel() - torch.isfinite(values).sum())
        if broken:
            raise CheckpointError(
                f"{where}: {broken} of the {values.numel()} values of {name!r} are NaN or infinite; "
                "the training diverged: take an earlier checkpoint"
            )


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise CheckpointError(f"there is no checkpoint {path}") from error
    except OSError as error:
        raise CheckpointError(f"cannot read the checkpoint {path}: {error.strerror}") from error
    if not data:
        raise CheckpointError(f"the checkpoint {path} is an empty file: copy it again")
    return data


def _parse(path: Path, data: bytes) -> object:
    if path.suffix == ".safetensors":
        try:
            return safetensors.torch.load(data)
        except Exception as error:
            raise CheckpointError(f"{path} is not a whole safetensors file: {error}") from error
    if path.suffix not in (".pt", ".pth"):
        raise CheckpointError(f"{path}: a checkpoint ends in .safetensors, .pt or .pth")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pickle protocols: refused below where it matters
            return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise CheckpointError(
            f"{path} is damaged, or holds Python objects and not only tensors; edgec runs no code from a "
            "checkpoint. Where you trust the file, load it in your own program and write its weights alone: "
            "torch.save(model.state_dict(), 'weights.pt')"
        ) from error
    except Exception as error:
        first = str(error).partition("\n")[0]
        raise CheckpointError(f"{path} is damaged or not written by torch.save: {first}") from error


def _unnested(content: object, path: Path) -> dict[str, Tensor]:
    while isinstance(content, Mapping):
        nest = next((key for key in _NESTS if isinstance(content.get(key), Mapping)), None)
        if nest is None:
            break
        content = content[nest]
    if not isinstance(content, Mapping) or not content:
        raise CheckpointError(f"{path} holds a {type(content).__name__}, not tensors by name (a state_dict)")
    for name, value in content.items():
        if not isinstance(value, Tensor):
            raise CheckpointError(f"{path}: {name!r} is a {type(value).__name__}, not a tensor")
        if value.layout != torch.strided or value.is_quantized or value.is_complex():
            raise CheckpointError(
                f"{path}: {name!r} is sparse, quantized or complex: save plain float weights"
            )
    return {str(name): value for name, value in content.items()}


def _unprefixed(weights: dict[str, Tensor], module: nn.Module) -> dict[str, Tensor]:
    wanted = module.state_dict().keys()
    for prefix in _PREFIXES:
        known = any(name.startswith(prefix) for name in wanted)
        if not known and all(name.startswith(prefix) for name in weights):
            weights = {name.removeprefix(prefix): value for name, value in weights.items()}
    return weights


def _check_fit(weights: Mapping[str, Tensor], module: nn.Module, path: Path) -> None:
    wanted = module.state_dict()
    missing = [n for n in wanted if n not in weights and not n.endswith("num_batches_tracked")]
    unexpected = [n for n in weights if n not in wanted and not n.endswith("num_batches_tracked")]
    misfit = [
        f"{n} is {tuple(weights[n].shape)}, the network has {tuple(w.shape)}"
        for n, w in wanted.items()
        if n in weights and weights[n].shape != w.shape
    ]
    kinds = {"missing": missing, "not in the network": unexpected, "of another shape": misfit}
    faults = [f"{len(names)} {kind}: {_some(names)}" for kind, names in kinds.items() if names]
    if faults:
        raise CheckpointError(
            f"{path} does not fit the network ({type(module).__name__}): "
            + "; ".join(faults)
            + ". Is it the checkpoint of another architecture or width?"
        )


def _some(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
