"""`edgec build`"""

from pathlib import Path
from typing import Any

import click

from edgec.cli.bundles import ARTIFACTS, bench_line, eval_line, exit_code, run_line
from edgec.cli.command import Command
from edgec.cli.display import Display
from edgec.cli.recipes import make_recipe, recipe_from
from edgec.cli.words import PRECISIONS, Floats, Names, Size, TargetWord, Word
from edgec_calibration.methods import METHODS
