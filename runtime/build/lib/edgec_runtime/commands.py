"""What each command of `python -m edgec_runtime` does: call one function, print what it gives."""

import json
import shlex
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edgec_runtime.bundle import Bundle
from edgec_runtime.columns import print_table
from edgec_runtime.errors import EngineError, SelftestError, VariantError
from edgec_runtime.format.manifest import InputSpec, Variant
from edgec_runtime.format.profile import in_words

CANNOT_TELL = 3


def info(options: Namespace) -> int:
    """Name, lineage, input, output and variants."""
    from edgec_runtime.format.decode import encode_manifest

    with Bundle.open(options.bundle) as bundle:
        manifest = bundle.manifest
    if options.json:
        print(encode_manifest(manifest).decode())
        return 0
    sizes = {entry.path: entry.size for entry in manifest.files}
    print(
        f"{manifest.name} {manifest.version}, {sum(sizes.values()) / 2**20:.2f} MiB, digest {manifest.digest}"
    )
    print(f"input   {_input_words(manifest.input)}")
    print(f"output  {', '.join(found.name for found in manifest.output.classes)}")
    rows = [_variant_row(variant, sizes) for variant in manifest.variants]
    print_table(("target", "precision", "engine", "runs on", "MiB", "dice"), *rows)
    _next("verify", options.bundle)
    return 0


def verify(options: Namespace) -> int:
    """Container, manifest, digests and networks, in a child process with limits."""
    from edgec_runtime.sandbox import verify_in_child

    verify_in_child(options.bundle)
    with Bundle.open(options.bundle) as bundle:
        manifest = bundle.manifest
    if options.json:
        _json({"bundle": str(options.bundle), "verified": True, "digest": manifest.digest})
    else:
        print(f"{options.bundle} is whole: {len(manifest.files)} files, digest {manifest.digest}")
        _next("selftest", options.bundle)
    return 0


def selftest(options: Namespace) -> int:
    """Every variant that this machine can run, or those named; a failure gives 1, nothing to run 3."""
    with Bundle.open(options.bundle) as bundle:
        named = options.target is not None or options.precision is not None
        wanted = [bundle.variant(options.target, options.precision)] if named else bundle.manifest.variants
        rows = [_selftest_row(bundle, variant, options.threads, must=named) for variant in wanted]
    states = {row["status"] for row in rows}
    if options.json:
        _json({"results": rows})
    else:
        print_table(
            ("target", "precision", "status", "mask agreement", "mean error", "reason"),
            *(_selftest_cells(row) for row in rows),
        )
        _next("run", options.bundle, "--image", "IMG.png", "--out", "mask.png")
    if "failed" in states:
        return SelftestError.exit_code
    return 0 if "passed" in states else CANNOT_TELL


def run(options: Namespace) -> int:
    """One image to one mask."""
    import numpy as np

    from edgec_runtime.imagefile import read_image, write_mask
    from edgec_runtime.session import Session

    image = read_image(options.image)
    with Session.open(options.bundle, options.target, options.precision, options.threads) as session:
        mask = session.segment(image)
    classes = session.manifest.output.classes
    write_mask(options.out, mask, classes)
    shares = (np.bincount(mask.ravel(), minlength=len(classes)) / mask.size).tolist()
    found = {each.name: round(share, 6) for each, share in zip(classes, shares, strict=True)}
    if options.json:
        _json(
            {"mask": str(options.out), **_names(session.variant), "size": list(mask.shape), "classes": found}
        )
    else:
        words = ", ".join(f"{name} {share:.1%}" for name, share in found.items())
        print(f"{options.out}: {mask.shape[0]}x{mask.shape[1]}, {words}")
        _next("bench", options.bundle, "--target", session.variant.target)
    return 0


def bench(options: Namespace) -> int:
    """Measure and write the report beside the first bundle; 2 where no variant could be measured."""
    from edgec_runtime.bench import bench as measure
    from edgec_runtime.bench import row_title, write_report
    from edgec_runtime.bench.table import print_report

    seen: list[dict[str, Any]] = []

    def progress(row: dict[str, Any]) -> None:
        seen.append(row)
        print(f"{'failed' if 'error' in row else 'measured'} {row_title(row, seen)}", file=sys.stderr)

    report = measure(
        options.bundles,
        options.target,
        options.precision,
        options.threads,
        progress,
        batches=options.batch,
        seconds=options.duration,
        images=options.images,
    )
    if options.json:
        print(json.dumps(report.to_json(), indent=2))
    else:
        print_report(report)
    if not report.measured:
        raise EngineError(f"no variant of {options.bundles[0]} could be measured here: the rows say why")
    print(f"written: {write_report(report, options.bundles[0])}", file=sys.stderr)
    return 0


COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "info": info,
    "verify": verify,
    "selftest": selftest,
    "run": run,
    "bench": bench,
}


def _selftest_row(bundle: Bundle, variant: Variant, threads: int | None, *, must: bool) -> dict[str, Any]:
    from edgec_runtime.selftest import selftest as prove

    row = _names(variant)
    unknown = {"agreement": None, "mean_error": None}
    try:
        result = prove(bundle, variant, threads)
    except SelftestError as error:
        return {**row, "status": "failed", **unknown, "reason": str(error)}
    except (EngineError, VariantError) as error:
        if must:
            raise
        return {**row, "status": "skipped", **unknown, "reason": str(error)}
    measured = {"agreement": round(result.agreement, 6), "mean_error": float(f"{result.mean_error:.3g}")}
    return {**row, "status": "passed", **measured, "reason": None}


def _names(variant: Variant) -> dict[str, Any]:
    return {"target": variant.target, "precision": variant.precision, "profile": variant.profile}


def _selftest_cells(row: dict[str, Any]) -> list[str]:
    target, precision, profile, *others = row.values()
    return [target, in_words(precision, profile), *("" if value is None else str(value) for value in others)]


def _input_words(spec: InputSpec) -> str:
    size = f"{spec.height}x{spec.width}" if spec.height else f"any multiple of {spec.multiple_of}"
    return f"{size}, {spec.colour}, (p * {spec.scale:g} - {list(spec.mean)}) / {list(spec.std)}"


def _variant_row(variant: Variant, sizes: dict[str, int]) -> list[str]:
    return [
        variant.target,
        in_words(variant.precision, variant.profile),
        f"{variant.engine} >= {variant.min_engine_version}",
        "/".join(variant.architectures),
        f"{sum(sizes[file] for file in variant.files) / 2**20:.2f}",
        f"{variant.accuracy.dice:.4f}" if variant.accuracy else "-",
    ]


def _json(document: dict[str, Any]) -> None:
    print(json.dumps({"schema": 1, **document}, indent=2))


def _next(command: str, bundle: Path, *words: str) -> None:
    line = shlex.join(["python", "-m", "edgec_runtime", command, str(bundle), *words])
    print(f"next: {line}", file=sys.stderr)
