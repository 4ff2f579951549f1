"""What blocks of a network give, collected while it runs."""

import contextlib
from collections.abc import Iterable, Iterator
from functools import partial

from torch import Tensor, nn

from edgec.errors import ModelSourceError


@contextlib.contextmanager
def collect(network: nn.Module, names: Iterable[str]) -> Iterator[dict[str, Tensor]]:
    """Within it, whatever `network` runs leaves the outputs (N, C, H, W) of the modules named, in order.

    The hooks are gone when it ends, so that a network that is saved, copied or run elsewhere has none. Of a
    module that runs several times the last output stays. Raises ModelSourceError for one that gives no
    feature map.
    """
    found: dict[str, Tensor] = {}
    with contextlib.ExitStack() as hooks:
        for name in names:
            handle = network.get_submodule(name).register_forward_hook(partial(_keep, found, name))
            hooks.callback(handle.remove)
        yield found


def _keep(found: dict[str, Tensor], name: str, _module: nn.Module, _inputs: object, output: object) -> None:
    if not isinstance(output, Tensor) or output.ndim != 4:
        kind = f"shape {tuple(output.shape)}" if isinstance(output, Tensor) else type(output).__name__
        raise ModelSourceError(
            f"the block {name!r} gives no feature map (N, C, H, W) but {kind}: name another in distil.blocks"
        )
    found[name] = output
