"""Instructions of `unet_light` on emulated Raspberry Pis: do they repeat, and is one more convolution seen?

    python benchmarks/instructions.py [--runs 5]

Counts each variant several times while processes load every core, then the same network with one more 1x1
convolution in several places, once. Needs `edgec emulator setup`.
"""

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

from gating.load import loaded_core

from edgec.emulator import EmulatedPython, core_of
from edgec.emulator.count import count
from edgec.pipeline import build
from edgec.recipe import Recipe
from edgec.usercache import cache_folder
from edgec_runtime.gate.metric import Side
from edgec_runtime.machine import cores
from edgec_targets import load_target

TARGETS = ("raspberry-pi-4", "raspberry-pi-5")
PRECISIONS = ("fp32", "int8-static")
NETWORKS = Path(__file__).with_name("one_more_conv.py")
PLACES = ("at_the_input", "in_the_first_level", "in_the_bottleneck", "in_the_last_level")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="counts of each variant")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        base = built("unet_light", Path(folder) / "base")
        least = repeats(base, runs)
        head = " | ".join(f"{core(target)} {precision}" for target, precision in variants())
        print(f"\n| one more 1x1 convolution | {head} |\n|---|{'---|' * len(least)}", flush=True)
        for place in PLACES:
            changed = built(f"{NETWORKS}:{place}", Path(folder) / place)
            more = [counted(changed, *variant) / least[variant] - 1 for variant in variants()]
            cells = " | ".join(f"{share:+.2%}" for share in more)
            print(f"| {place.replace('_', ' ')} | {cells} |", flush=True)


def repeats(bundle: Path, runs: int) -> dict[tuple[str, str], int]:
    """Variant -> the least of its counts, while something else has every core."""
    print("| core | precision | counts | least, million | spread, ppm |\n|---|---|---|---|---|", flush=True)
    least = {}
    with ExitStack() as stack:
        for _ in range(cores()):
            stack.enter_context(loaded_core())
        for target, precision in variants():
            found = [counted(bundle, target, precision) for _ in range(runs)]
            least[target, precision] = min(found)
            spread = 1e6 * (max(found) / min(found) - 1)
            numbers = f"{runs} | {min(found) / 1e6:.2f} | {spread:.0f}"
            print(f"| {core(target)} | {precision} | {numbers} |", flush=True)
    return least


def variants() -> list[tuple[str, str]]:
    return [(target, precision) for target in TARGETS for precision in PRECISIONS]


def core(target: str) -> str:
    return core_of(load_target(target)).name


def built(model: str, folder: Path) -> Path:
    return build(
        Recipe(model=model, targets=TARGETS, precisions=PRECISIONS), folder, slower="unmeasured"
    ).bundle


def counted(bundle: Path, target: str, precision: str) -> int:
    python = EmulatedPython(core_of(load_target(target)), cache_folder())
    return count(python, Side(bundle, target, precision)).least


if __name__ == "__main__":
    main()
