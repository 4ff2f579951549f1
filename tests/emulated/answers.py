"""Run as a script on an emulated processor: a bundle's answers to its golden input, one file each."""

import sys
from pathlib import Path

import numpy as np

from edgec_runtime.bundle import Bundle
from edgec_runtime.choose import choose
from edgec_runtime.selftest import read_tensor
from edgec_runtime.session import Session


def write_answers(bundle: Path, folder: Path) -> None:
    with Bundle.open(bundle) as opened:
        manifest = opened.manifest
        feeds = {manifest.input.name: read_tensor(opened, manifest.golden_input)}
        for number, variant in enumerate(manifest.variants):
            choice = choose(opened, variant.target, variant.precision, variant.profile)
            with Session.load(opened, choice, threads=1, exact=True) as session:
                np.save(folder / f"{number}.npy", session.run(feeds)[manifest.output.name])


if __name__ == "__main__":
    write_answers(Path(sys.argv[1]), Path(sys.argv[2]))
