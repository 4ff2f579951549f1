"""compare(): ways to prune, judged by what each costs and is worth on every engine."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from edgec.comparison.entrants import PRECISIONS, Entrant, bundle_of, entrants, trained
from edgec.errors import UsageError
from edgec.learn.checkpoint import write_file
from edgec.progress import SILENT, Progress
from edgec.recipe import Recipe
from edgec.source import load_source
from edgec.training.resolve import resolved
from edgec.training.size import Size, size_of
from edgec_runtime.bench import BenchReport, bench
from edgec_runtime.bundle import Bundle
from edgec_runtime.format.manifest import Precision

RECIPE = "comparison.yaml"
_VARIED = ("ratios", "reinit")


@dataclass(frozen=True)
class Row:
    """One network in one engine and precision; `reinit` and `ratio` as of `Entrant`.

    `bytes`: of the engine's files. `dice`: of that variant on the validation part, None where it is not
    known. `latency_ms`: median of one image. `faster`: how many times as fast as the network as it was, in
    the same race: median and 95 % interval; None of that network itself, and where `error` says why.
    """

    network: str
    reinit: str | None
    ratio: float | None
    target: str
    precision: str
    parameters: int
    macs: int
    bytes: int
    dice: float | None
    latency_ms: float | None
    faster: tuple[float, float, float] | None
    error: str | None = None


@dataclass(frozen=True)
class Comparison:
    """The folder, a row for each network, engine and precision, and what disturbed the races."""

    folder: Path
    rows: tuple[Row, ...]
    warnings: tuple[str, ...]


def compare(
    recipe: Recipe,
    reinits: Sequence[str],
    ratios: Sequence[float],
    folder: Path,
    *,
    seconds: float = 1.0,
    progress: Progress = SILENT,
) -> Comparison:
    """Prune the recipe's network in every way, train, build and race each beside the network as it was.

    Each has a folder of its own in `folder`, where what is done is not done again; `seconds`: how long each
    runs at least in a race. Raises UsageError where `folder` holds another comparison, and EdgecError.
    """
    recipe, _ = resolved(recipe)
    named = entrants(recipe, reinits, ratios)
    _open(folder, recipe)
    bundles = {one.name: bundle_of(one, folder / one.name, progress) for one in named}
    sizes = {one.name: _size(one, folder / one.name, progress) for one in named}
    reports = [
        _race(list(bundles.values()), target, precision, folder, seconds, progress)
        for target in recipe.targets
        for precision in PRECISIONS
    ]
    rows = [row for report in reports for row in _rows(report, named, bundles, sizes)]
    warnings = dict.fromkeys(sentence for report in reports for sentence in report.sentences())
    return Comparison(folder, tuple(rows), tuple(warnings))


def _open(folder: Path, recipe: Recipe) -> None:
    """The ratios are none of it: more of them may be added to a comparison."""
    fields = recipe.model_dump(mode="json")
    fields["prune"] = {key: value for key, value in (fields["prune"] or {}).items() if key not in _VARIED}
    text = yaml.safe_dump(fields, sort_keys=False)
    path = folder / RECIPE
    if path.exists() and path.read_text("utf-8") != text:
        raise UsageError(f"{folder} holds the comparison of another recipe: name a new folder with --resume")
    folder.mkdir(parents=True, exist_ok=True)
    write_file(path, text)


def _size(entrant: Entrant, folder: Path, progress: Progress) -> Size:
    recipe = trained(entrant, folder, progress)
    source = load_source(recipe.model, recipe.checkpoint, recipe.channels, recipe.options)
    assert source.module is not None  # else it could not have been pruned
    height, width = recipe.size or (256, 256)
    return size_of(source.module, (source.channels, height, width))


def _race(
    bundles: Sequence[Path],
    target: str,
    precision: Precision,
    folder: Path,
    seconds: float,
    progress: Progress,
) -> BenchReport:
    """All networks in one engine and precision, interleaved; taken from its file where they were raced."""
    names = [bundle.stem for bundle in bundles]
    path = folder / f"bench-{target}-{precision}.json"
    if path.exists():
        report = BenchReport.from_json(json.loads(path.read_text("utf-8")))
        if [row["bundle"] for row in report.measurements] == names:
            return report
    with progress.step(f"race {target} {precision}"):
        report = bench(bundles, [target], [precision], seconds=seconds)
    write_file(path, json.dumps(report.to_json(), indent=1) + "\n")
    return report


def _rows(
    report: BenchReport, named: Sequence[Entrant], bundles: Mapping[str, Path], sizes: Mapping[str, Size]
) -> Iterator[Row]:
    for entrant, measured in zip(named, report.measurements, strict=True):
        size, ratio = sizes[entrant.name], measured.get("ratio")
        yield Row(
            network=entrant.name,
            reinit=entrant.reinit,
            ratio=entrant.ratio,
            target=measured["target"],
            precision=measured["precision"],
            parameters=size.parameters,
            macs=size.macs,
            bytes=measured["size_bytes"],
            dice=_dice(bundles[entrant.name], measured),
            latency_ms=(measured.get("latency_ms") or {}).get("median"),
            faster=None if ratio is None else (ratio["median"], ratio["low"], ratio["high"]),
            error=measured.get("error"),
        )


def _dice(bundle: Path, measured: Mapping[str, Any]) -> float | None:
    with Bundle.open(bundle) as opened:
        for variant in opened.manifest.variants:
            if (variant.target, variant.precision) == (measured["target"], measured["precision"]):
                return None if variant.accuracy is None else variant.accuracy.dice
    return None
