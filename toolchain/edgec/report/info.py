"""What a bundle says of itself."""

import json
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from edgec.report.tables import MIB, mib, new_table, number
from edgec_runtime.bundle import Bundle
from edgec_runtime.format.decode import encode_manifest
from edgec_runtime.format.lineage import Pruning
from edgec_runtime.format.manifest import InputSpec, Manifest, OutputSpec, Variant
from edgec_runtime.format.profile import in_words


def read_manifest(bundle: Path) -> Manifest:
    """The manifest of a bundle that was verified in full. Raises BundleError."""
    with Bundle.open(bundle) as opened:
        return opened.manifest


def info_document(manifest: Manifest) -> dict[str, Any]:
    """The manifest as it stands in the bundle."""
    document: dict[str, Any] = json.loads(encode_manifest(manifest))
    return document


def info_parts(manifest: Manifest) -> tuple[RenderableType, RenderableType]:
    """The manifest for a person: what the bundle is, and a row for each variant."""
    return _summary(manifest), _variants(manifest)


def _summary(manifest: Manifest) -> Table:
    table = Table.grid(padding=(0, 2))
    total = sum(entry.size for entry in manifest.files)
    rows = {
        "bundle": f"{manifest.name} {manifest.version} (schema {manifest.schema})",
        "digest": manifest.digest,
        "contents": f"{len(manifest.files)} files, {total / MIB:.2f} MiB, all digests verified",
        "parameters": "-" if manifest.parameters is None else f"{manifest.parameters:,}",
        "input": _input(manifest.input),
        "output": _output(manifest.output),
        "classes": ", ".join(entry.name for entry in manifest.output.classes),
        "recipe": manifest.lineage.recipe_sha256,
        "checkpoint": manifest.lineage.checkpoint_sha256 or "-",
        "samples": manifest.lineage.samples_sha256 or "-",
        "revision": manifest.lineage.git_revision or "-",
        "tools": ", ".join(f"{name} {version}" for name, version in sorted(manifest.lineage.tools.items())),
    }
    for name, value in rows.items():
        table.add_row(name, value)
    for pruning in manifest.lineage.pruning:
        table.add_row("pruned", _pruning(pruning))
    return table


def _pruning(pruning: Pruning) -> str:
    shares = ", ".join(f"{block} {share:g}" for block, share in pruning.ratios.items())
    return f"{shares} by {pruning.method} ({pruning.granularity}), from checkpoint {pruning.source_sha256}"


def _input(spec: InputSpec) -> str:
    size = (
        f"{spec.height}x{spec.width}" if spec.height and spec.width else f"any multiple of {spec.multiple_of}"
    )
    return f"{spec.name}: {spec.channels} x {size}, {spec.colour}, (pixel * {spec.scale:.6g} - mean) / std"


def _output(spec: OutputSpec) -> str:
    threshold = f" {spec.threshold:g}" if spec.threshold is not None else ""
    return f"{spec.name}: {spec.channels} channels, activation {spec.activation}, {spec.decision}{threshold}"


def _variants(manifest: Manifest) -> Table:
    words = ["target", "engine", "precision", "for", "operators run as"]
    table = new_table("Variants", words, ["MiB", "max error", "Dice"])
    sizes = {entry.path: entry.size for entry in manifest.files}
    for variant in manifest.variants:
        table.add_row(*_row(variant, sum(sizes[path] for path in variant.files)))
    return table


def _processors(variant: Variant) -> str:
    needed = f" with {' or '.join(variant.instructions)}" if variant.instructions else ""
    return ", ".join(variant.architectures) + needed


def _row(variant: Variant, size: int) -> tuple[str, ...]:
    return (
        variant.target,
        f"{variant.engine} >= {variant.min_engine_version}",
        in_words(variant.precision, variant.profile),
        _processors(variant),
        ", ".join(f"{count} {kind}" for kind, count in sorted(variant.operators.items())),
        mib(size),
        f"{variant.parity.max_error:.1e}" if variant.parity else "-",
        number(variant.accuracy.dice if variant.accuracy else None, 4),
    )
