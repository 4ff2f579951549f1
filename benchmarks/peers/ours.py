"""Every variant of our bundle."""

import shutil
from functools import partial
from pathlib import Path

from edgec_runtime.engine import Array
from edgec_runtime.format.manifest import Manifest
from peers.peer import Job, Peer, Run


def variants(bundle: Path, manifest: Manifest) -> list[Peer]:
    """A peer for each of them."""
    return [
        Peer(
            f"edgec {variant.target} {variant.precision}",
            variant.engine,
            variant.precision,
            partial(_copy, bundle.with_suffix(""), variant.files),
            partial(_load, bundle, variant.target, variant.precision),
            ours=True,
        )
        for variant in manifest.variants
    ]


def _copy(unpacked: Path, files: tuple[str, ...], _: Job, folder: Path) -> None:
    for name in files:
        shutil.copy(unpacked / name, folder)


def _load(bundle: Path, target: str, precision: str, _: Path, threads: int) -> Run:
    from edgec_runtime import Session

    session = Session.open(bundle, target=target, precision=precision, threads=threads)
    source, result = session.manifest.input.name, session.manifest.output.name

    def run(image: Array) -> Array:
        return session.run({source: image})[result]

    return run
