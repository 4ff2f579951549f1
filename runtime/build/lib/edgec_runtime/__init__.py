"""Verify, run and measure edgec bundles on a device.

`Session` runs a bundle, `Bundle` reads one; both are imported when they are first used, so that importing
this package costs next to nothing and loads no engine.
"""

import os
from typing import TYPE_CHECKING, Any

from edgec_runtime.errors import (
    BundleError,
    EdgecError,
    EngineError,
    InputError,
    SelftestError,
    UsageError,
)

if TYPE_CHECKING:
    from edgec_runtime.bundle import Bundle
    from edgec_runtime.session import Session

__version__ = "0.1.0"
__all__ = [
    "Bundle",
    "BundleError",
    "EdgecError",
    "EngineError",
    "InputError",
    "SelftestError",
    "Session",
    "UsageError",
    "__version__",
]

# From 1.29 on ONNX Runtime reports its use over the network, from a thread of its own, unless it is told not
# to before it is loaded (its pull request 27379). A device reports to nobody.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

_LAZY = {"Bundle": "edgec_runtime.bundle", "Session": "edgec_runtime.session"}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_LAZY[name]), name)
    return value


def __dir__() -> list[str]:
    return __all__
