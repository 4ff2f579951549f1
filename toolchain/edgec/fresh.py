"""A module of ours run in a process that has done nothing else, for what must be measured there."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from edgec.errors import EdgecError
from edgec_runtime.errors import EngineError
from edgec_runtime.lastwords import last_words

TIMEOUT = 900.0  # seconds


def run_fresh(module: str, **request: Any) -> Any:
    """What `module`, or a file of Python, run as a script, answers to `request`: see `serve`.

    Raises EngineError with its sentence, or where it ends without an answer or takes more than TIMEOUT.
    """
    script = [module] if module.endswith(".py") else ["-m", module]
    command = [sys.executable, *script, json.dumps(request)]
    places = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    # This very package, and nothing from the current folder.
    changed = {"PYTHONPATH": os.pathsep.join(filter(None, places)), "PYTHONSAFEPATH": "1"}
    try:
        ended = subprocess.run(command, capture_output=True, timeout=TIMEOUT, env=os.environ | changed)
    except subprocess.TimeoutExpired:
        raise EngineError(f"{module} took more than {TIMEOUT:g} s: it was ended") from None
    try:
        answer = json.loads(ended.stdout)
    except ValueError:
        told = ended.stderr.decode(errors="replace")
        raise EngineError(
            last_words(module, ended.returncode, told, {"SIGKILL": ": out of memory"})
        ) from None
    if "error" in answer:
        raise EngineError(answer["error"])
    return answer["found"]


def serve(function: Any) -> None:
    """Answer the request on the command line by `function(**request)`, which gives what JSON can hold.

    The engines may not write to stdout: only the answer does.
    """
    answer_to = os.dup(1)
    os.dup2(2, 1)
    try:
        answer = {"found": function(**json.loads(sys.argv[1]))}
    except EdgecError as error:
        answer = {"error": str(error)}
    with os.fdopen(answer_to, "w") as out:
        json.dump(answer, out)
