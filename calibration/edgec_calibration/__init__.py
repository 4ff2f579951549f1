"""Real samples -> Ranges, in bounded memory.

Each name is imported when it is first asked for: the words in METHODS cost neither numpy nor an engine.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgec_calibration.cache import Cache, Key
    from edgec_calibration.calibration import calibrate
    from edgec_calibration.digest import samples_digest
    from edgec_calibration.errors import CalibrationError
    from edgec_calibration.methods import METHODS, Method
    from edgec_calibration.ranges import Ranges
    from edgec_calibration.sampling import stratified

__all__ = [
    "METHODS",
    "Cache",
    "CalibrationError",
    "Key",
    "Method",
    "Ranges",
    "calibrate",
    "samples_digest",
    "stratified",
]

_HOMES = {
    "METHODS": "methods",
    "Cache": "cache",
    "CalibrationError": "errors",
    "Key": "cache",
    "Method": "methods",
    "Ranges": "ranges",
    "calibrate": "calibration",
    "samples_digest": "digest",
    "stratified": "sampling",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'edgec_calibration' has no attribute {name!r}")
    return getattr(import_module(f"edgec_calibration.{_HOMES[name]}"), name)
