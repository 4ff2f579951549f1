"""What is to be measured: an entry for each row."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgec_runtime.bundle import Bundle
from edgec_runtime.choose import wanted_variants
from edgec_runtime.errors import UsageError
from edgec_runtime.format.manifest import Variant
from edgec_runtime.process import VariantProcess


@dataclass(frozen=True, slots=True)
class Entry:
    """One variant of the bundle at `path`, on so many threads, with so many images a run.

    `images`: the folder whose images are segmented, else the golden input is run.
    """

    path: Path
    bundle: str
    digest: str
    variant: Variant
    size_bytes: int
    threads: int
    batch: int
    images: Path | None

    def start(self) -> VariantProcess:
        """Load it into a fresh process. Raises EngineError."""
        variant = self.variant
        return VariantProcess(
            self.path,
            variant.target,
            variant.precision,
            self.threads,
            variant.profile,
            batch=self.batch,
            images=self.images,
        )

    def head(self) -> dict[str, Any]:
        """What its row says before anything is measured."""
        return {
            "bundle": self.bundle,
            "digest": self.digest,
            "target": self.variant.target,
            "engine": self.variant.engine,
            "precision": self.variant.precision,
            "profile": self.variant.profile,
            "threads": self.threads,
            "batch": self.batch,
            "size_bytes": self.size_bytes,
        }


def plan(
    bundles: Sequence[str | os.PathLike[str]],
    targets: Sequence[str],
    precisions: Sequence[str],
    threads: Sequence[int],
    batches: Sequence[int],
    images: Path | None,
) -> list[Entry]:
    """Bundle by bundle, variant by variant, each with every number of threads and every batch.

    Raises BundleError, UsageError for what cannot be measured or a bundle does not hold.
    """
    if not bundles:
        raise UsageError("there is no bundle to measure: name one")
    for name, counts in (("threads", threads), ("batch", batches)):
        for count in counts:
            if count < 1:
                raise UsageError(f"{name} is {count}: give 1 or more")
    if images is not None and any(batch > 1 for batch in batches):
        raise UsageError("images are segmented one by one: measure batches without a folder of images")
    return [
        Entry(path, name, digest, variant, size, count, batch, images)
        for path in map(Path, bundles)
        for name, digest, variant, size in _variants(path, targets, precisions)
        for count in dict.fromkeys(threads)
        for batch in dict.fromkeys(batches)
    ]


def _variants(
    path: Path, targets: Sequence[str], precisions: Sequence[str]
) -> list[tuple[str, str, Variant, int]]:
    with Bundle.open(path) as bundle:
        manifest = bundle.manifest
        name = f"{manifest.name}-{manifest.version}"
        sizes = {entry.path: entry.size for entry in manifest.files}
        return [
            (name, manifest.digest, variant, sum(sizes[file] for file in variant.files))
            for variant in wanted_variants(bundle, targets, precisions)
        ]
