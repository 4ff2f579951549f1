"""One command a file, loaded lazily; each parses, calls one function and displays.

Exit codes: 0 done; 1 a check failed, or a row of the table says why it was not done; 2 usage or input; 3 it
cannot be told; 4 a bug of edgec; 130 interrupted; 141 the reader of stdout
left.
"""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Entry point of the `edgec` command."""
    from edgec.cli.app import run

    sys.exit(run(sys.argv[1:]))
