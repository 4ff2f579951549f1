"""The emulated processor's side of count.py: load a variant and run it between marks.

It runs as a script in the guest's Python, with `edgec_runtime` and nothing else of edgec.
"""

import ctypes
import json
import sys

from edgec_runtime.bundle import Bundle
from edgec_runtime.choose import choose
from edgec_runtime.selftest import read_tensor
from edgec_runtime.session import Session


def count(
    bundle: str, target: str, precision: str, profile: str | None, runs: int, mark: int
) -> dict[str, str]:
    """Run the golden input `runs` times on one thread, the system call `mark` before, between and after."""
    call = ctypes.CDLL(None).syscall
    with Bundle.open(bundle) as opened:
        given = read_tensor(opened, opened.manifest.golden_input)
        choice = choose(opened, target, precision, profile)
        session = Session.load(opened, choice, threads=1)
    feeds = {session.manifest.input.name: given}
    with session:
        call(mark)
        for _ in range(runs):
            session.run(feeds)
            call(mark)
        return {"precision_in_force": session.precision_in_force}


if __name__ == "__main__":
    print(json.dumps(count(**json.loads(sys.argv[1]))))
