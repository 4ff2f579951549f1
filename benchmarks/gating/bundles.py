"""What is gated: the default bundle, a copy of it, and the same network made some percent slower."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from edgec.pipeline import build
from edgec.recipe import Recipe
from edgec_runtime.gate import Side

SLOWER = Path(__file__).with_name("wider.py")


@dataclass(frozen=True)
class Bundles:
    """int8-static in ONNX Runtime of each."""

    original: Side
    copy: Side
    slower: Side


def make_bundles(folder: Path) -> Bundles:
    """Build them in `folder`, or take those that are there from an interrupted run."""
    original = _built("unet_light", folder / "original")
    copy = folder / "copy.edgec"
    shutil.copyfile(original.bundle, copy)
    slower = _built(f"{SLOWER}:wider", folder / "slower")
    return Bundles(original, Side(copy, original.target, original.precision, original.profile), slower)


def _built(model: str, folder: Path) -> Side:
    path = folder / "unet_light-1.0.0.edgec"
    if not path.exists():
        recipe = Recipe(model=model, name="unet_light", targets=("cpu",), evaluation=None)
        path = build(recipe, folder, slower="unmeasured").bundle
    return Side(path, "cpu", "int8-static", "portable")
