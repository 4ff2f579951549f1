"""What is gated: the default bundle, a copy of it, and the same network made some percent slower."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edgec.pipeline import build
from edgec.recipe import Recipe
from edgec_runtime.gate import Side

WIDER = Path(__file__).with_name("wider.py")
FACTORIES = ("decoder", "encoder", "both", "whole_image")
SLOWER = 1.06
FEW = 4  # calibration images: how long a network takes does not depend on its ranges
SIZE = (128, 128)  # a turn of a gate then holds several runs, of which the least disturbed counts


@dataclass(frozen=True)
class Bundles:
    """int8-static in ONNX Runtime of each."""

    original: Side
    copy: Side
    slower: Side


def make_bundles(folder: Path, ratio: Callable[[Side, Side], float]) -> Bundles:
    """Build them in `folder`, or take those that are there from an interrupted run.

    What a wider layer costs, each processor says differently: of the wider networks the one is taken whose
    `ratio` to the original is nearest to 1.06.
    """
    original = _built("unet_light", folder / "original")
    copy = folder / "copy.edgec"
    shutil.copyfile(original.bundle, copy)
    again = Side(copy, original.target, original.precision, original.profile)
    return Bundles(original, again, _slower(folder, lambda side: ratio(original, side)))


def _slower(folder: Path, ratio: Callable[[Side], float]) -> Side:
    chosen = folder / "chosen.txt"
    if not chosen.exists():
        found = {name: ratio(_built(f"{WIDER}:{name}", folder / name)) for name in FACTORIES}
        chosen.write_text(min(FACTORIES, key=lambda name: abs(found[name] - SLOWER)))
    name = chosen.read_text()
    return _built(f"{WIDER}:{name}", folder / name)


def _built(model: str, folder: Path) -> Side:
    path = folder / "unet_light-1.0.0.edgec"
    if not path.exists():
        recipe = Recipe(model=model, name="unet_light", size=SIZE, targets=("cpu",), calibration_samples=FEW)
        path = build(recipe, folder, slower="unmeasured").bundle
    return Side(path, "cpu", "int8-static", "portable")
