"""NAME.yaml -> Target."""

import re
from functools import cache
from importlib import resources

import yaml
from pydantic import ValidationError

from edgec_runtime.errors import UsageError
from edgec_targets.names import target_names
from edgec_targets.target import Target
from edgec_targets.words import unknown_word

_ARM32 = re.compile(r"arm(32|hf|el|v?6(?!4)|v?7|v8l)")
NO_ARM32 = (
    "32-bit Arm is not a target: ONNX Runtime, OpenVINO and LiteRT have no working package for it. "
    "Install a 64-bit system on the device (a Raspberry Pi 3, 4 or 5 takes one)"
)


@cache
def load_target(name: str) -> Target:
    """The target `name`. Raises UsageError for an unknown name or for 32-bit Arm."""
    if _ARM32.search(name.lower()):
        raise UsageError(f"{name!r}: {NO_ARM32}")
    if name not in target_names():
        raise unknown_word("target", name, target_names())
    return read_target(resources.files("edgec_targets").joinpath(f"{name}.yaml").read_text("utf-8"), name)


def read_target(text: str, name: str) -> Target:
    """YAML text -> Target, `name` being its file's. Raises UsageError naming the key that is wrong."""
    try:
        target = Target.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise UsageError(f"{name}.yaml is not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UsageError(f"{name}.yaml: {key}: {first['msg']}") from error
    if target.name != name:
        raise UsageError(f"{name}.yaml: name is {target.name!r}: it must be the file's own name")
    return target
