"""Take segmentation networks from PyTorch to small devices.

The functions behind the commands; each is imported when it is first asked for, so that importing edgec
imports neither torch nor an engine.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgec.evaluation import evaluate
    from edgec.pipeline import build
    from edgec.recipe import Recipe
    from edgec_runtime.bench import bench

__all__ = ["Recipe", "bench", "build", "evaluate"]

_HOMES = {
    "Recipe": "edgec.recipe",
    "bench": "edgec_runtime.bench",
    "build": "edgec.pipeline",
    "evaluate": "edgec.evaluation",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'edgec' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
