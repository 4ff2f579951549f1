"""Run as a script, here or on an emulated processor: a bundle's answers to its golden input, one file each."""

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
        for variant in manifest.variants:
            choice = choose(opened, variant.target, variant.precision, variant.profile)
            with Session.load(opened, choice, threads=1, exact=True) as session:
                answer = session.run(feeds)[manifest.output.name]
            np.save(folder / f"{variant.target}.{variant.precision}.npy", answer)


if __name__ == "__main__":
    write_answers(Path(sys.argv[1]), Path(sys.argv[2]))
