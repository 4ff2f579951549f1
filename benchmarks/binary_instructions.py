"""Instructions of a binary U-Net on emulated Raspberry Pis, beside INT8 of the same shape.

    python benchmarks/binary_instructions.py

`blu_net_fast` (widths 32 to 256, 512 at the bottom, int8 shortcuts) of random weights, 256x256, one thread,
by its kernels; and a U-Net of ReLU with the same convolutions, in int8. Needs `edgec emulator setup` with a
compiler for aarch64.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
from binary_networks import FloatUnet

from edgec.emulator import EmulatedPython, core_of
from edgec.emulator.count import count
from edgec.pipeline import build
from edgec.recipe import Recipe
from edgec.report.tables import console_table
from edgec.usercache import cache_folder
from edgec_runtime.format.manifest import Precision
from edgec_runtime.gate.metric import Side
from edgec_targets import load_target

TARGETS = ("raspberry-pi-4", "raspberry-pi-5")
BASE = 32


def float_unet() -> FloatUnet:
    """As wide as `blu_net_fast`, one grey channel."""
    return FloatUnet(BASE, channels=1)


def rows(folder: Path) -> Iterator[list[str]]:
    """The cells of a table."""
    bundles = {
        "int8-static": built(f"{__file__}:float_unet", "int8-static", folder / "int8"),
        "binary": built("blu_net_fast", "binary", folder / "binary"),
    }
    for target in TARGETS:
        python = EmulatedPython(core_of(load_target(target)), cache_folder())
        if python.lacks_kernels:
            raise click.ClickException(python.lacks_kernels)
        found = {
            precision: count(python, Side(bundle, target, precision)).least
            for precision, bundle in bundles.items()
        }
        millions = [f"{least / 1e6:.1f}" for least in found.values()]
        yield [python.core.name, *millions, f"{found['binary'] / found['int8-static']:.3f}"]


def built(model: str, precision: Precision, folder: Path) -> Path:
    """A bundle for both boards."""
    recipe = Recipe(model=model, targets=TARGETS, precisions=(precision,), name="net")
    return build(recipe, folder, slower="unmeasured").bundle


@click.command()
def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        titles = ["core", "int8-static, million", "binary, million", "binary / int8-static"]
        console_table(titles, rows(Path(name)))


if __name__ == "__main__":
    main()
