"""The agent as one program on stdin, started by one line that any Python 3 understands."""

import json
import shlex
from importlib import resources

from edgec.devices.device import Device

OLDEST = (3, 11)
MODULES = ("orders", "agent", "serve")

# An old Python says how old it is; nothing of the modules would tell it more than a syntax error.
_START = (
    "import sys; v = sys.version_info; "
    f"exec(sys.stdin.buffer.read({{size}})) if v >= {OLDEST} else sys.exit('Python %d.%d' % v[:2])"
)
_LOAD = """
import json, sys, types
for name, source in json.loads({modules!r}).items():
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(source, name, "exec"), module.__dict__)
module.serve({folder!r})
"""


def program(device: Device) -> bytes:
    """The modules of onboard/, and the call that serves in the device's folder."""
    here = resources.files("edgec.devices") / "onboard"
    modules = {f"edgec.devices.onboard.{name}": (here / f"{name}.py").read_text("utf-8") for name in MODULES}
    return _LOAD.format(modules=json.dumps(modules), folder=device.folder).encode()


def command(device: Device, size: int) -> str:
    """The command line for the device's shell, which runs the program of `size` bytes that stdin brings."""
    return f"{shlex.quote(device.python)} -c {shlex.quote(_START.format(size=size))}"
