"""Which machine a measurement is of: what of its record stays the same from one day to the next."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

# Neither the system's version nor the packages': an upgrade is a change that the history should show, not the
# beginning of another one.
STABLE = ("processor", "architecture", "flags", "cores", "governor")


def machine_digest(environment: Mapping[str, Any]) -> str:
    """sha256 in hex of the STABLE keys of a bench's `environment`; null is as good as missing."""
    stable = {key: environment[key] for key in STABLE if environment.get(key) is not None}
    return hashlib.sha256(json.dumps(stable, sort_keys=True).encode()).hexdigest()


def machine_name(environment: Mapping[str, Any]) -> str:
    """A machine as people call it: 'Raspberry Pi 5 Model B Rev 1.0, 4 cores'."""
    processor = environment.get("processor") or environment.get("architecture") or "unknown"
    cores = environment.get("cores")
    return str(processor) if cores is None else f"{processor}, {cores} cores"
