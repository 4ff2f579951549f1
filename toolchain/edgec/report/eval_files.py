"""The files of an evaluation: scores as CSV, and a picture sheet for each result."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from edgec.report.eval_csv import averages_csv, images_csv
from edgec_runtime.format.profile import in_words

if TYPE_CHECKING:
    from edgec.evaluation import EvalResult

Files = dict[str, bytes | str]
MOST_ROWS = 40
"""So many images are on a sheet at most."""


def draw_sheets(results: Iterable["EvalResult"], title: str) -> tuple[list["EvalResult"], Files]:
    """Go through `results`, drawing those that kept images: the results without them, and the sheets by name.

    Memory holds the images of one result.
    """
    from edgec.report.sheet import sheet_png

    kept, sheets = [], Files()
    for result in results:
        if result.worst:
            heading = f"{title}: {result.target} {in_words(result.precision, result.profile)}"
            sheets[_name(result)] = sheet_png(result, heading)
        kept.append(replace(result, worst=()))
    return kept, sheets


def eval_files(results: Sequence["EvalResult"], sheets: Files) -> Files:
    """What goes into the folder of an evaluation, by name."""
    return {"averages.csv": averages_csv(results), "images.csv": images_csv(results), **sheets}


def _name(result: "EvalResult") -> str:
    parts = (result.target, result.precision, result.profile)
    return "-".join(part for part in parts if part) + ".png"
