"""`edgec inspect`"""

from pathlib import Path
from typing import Any

import click

from edgec.cli.bundles import bench_line, exit_code, inspect_line, variant_options
from edgec.cli.command import Command
from edgec.cli.display import Display
from edgec.cli.inspect_masks import inspect_masks
from edgec.cli.inspect_network import inspect_network
from edgec.cli.networks import network_options
from edgec.cli.words import CHECKPOINTS, Size

MASKS = ".json"


@click.command(cls=Command, name="inspect")
@click.argument("subject", metavar="BUNDLE|MODEL|CHECKPOINT|MASKS", type=click.Path())
@click.option("--ops", is_flag=True, help="Of a bundle: the operators too, and each finding with its cost.")
@click.option("--model", metavar="MODEL", help="The checkpoint's network, as `edgec build` takes it.")
@network_options
@click.option(
    "--size",
    type=Size(),
    help="Of a network: height and width in pixels. Default: the checkpoint's, or 256x256.",
)
@variant_options
@click.option(
    "--out",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="A new folder: of a network, for layers.csv and histograms of its weights; of masks, for a picture "
    "and channels.csv.",
)
@click.pass_obj
def command(
    display: Display,
    /,
    subject: str,
    ops: bool,
    targets: tuple[str, ...],
    precisions: tuple[str, ...],
    threads: int | None,
    out: Path | None,
    **network: Any,
) -> int:
    """Show what a bundle's engines run, what a network is made of, or what pruning took.

    Of a BUNDLE, asked of each engine's own optimized graph: which operators run in which type, the float
    islands between integer operators, and the conversions and changes of layout. Times are the engine's own
    profiler's, at one thread unless --threads says otherwise; LiteRT tells none. Exit code 1: some variant
    could not be loaded here, 2: none could; the table says why.

    Of a MODEL of `edgec models` or your own, or a CHECKPOINT: each layer's shape, parameters,
    multiply-accumulates, and the L2 norms of its filters. With --target it is built, in int8-static unless
    --precision says otherwise, and profiled: the blocks by their share of the time are those most worth
    pruning there.

    Of MASKS, the JSON file of `edgec prune`: which channels went and which stay, and their scores.
    """
    if _is_network(subject):
        _refuse(subject, ops=ops)
        inspect_network(display, subject, targets, precisions, threads or 1, out=out, **network)
        return 0
    if Path(subject).suffix == MASKS:
        _refuse(subject, ops=ops, target=targets, precision=precisions, threads=threads, **_said(network))
        inspect_masks(display, Path(subject), out)
        return 0
    _refuse(subject, out=out, **_said(network))
    return _inspect_bundle(display, Path(subject), ops, targets, precisions, threads or 1)


def _is_network(subject: str) -> bool:
    """Whether it names a network, not a file or folder of another kind."""
    from edgec.zoo import MODELS

    return subject in MODELS or ":" in subject or Path(subject).suffix in (*CHECKPOINTS, ".onnx")


def _said(network: dict[str, Any]) -> dict[str, Any]:
    """The options of a network by their words."""
    return {{"network": "option"}.get(key, key): value for key, value in network.items()}


def _refuse(subject: str, **options: Any) -> None:
    """Raise UsageError where options were given that say nothing of such a thing."""
    given = [f"--{word}" for word, value in options.items() if value]
    if given:
        raise click.UsageError(f"{subject} is of another kind than {', '.join(given)} is for: leave it out")


def _inspect_bundle(
    display: Display,
    bundle: Path,
    ops: bool,
    targets: tuple[str, ...],
    precisions: tuple[str, ...],
    threads: int,
) -> int:
    from edgec.inspection import inspect_bundle
    from edgec.report.inspect import inspect_document, inspect_parts

    with display.progress() as progress:
        rows = inspect_bundle(bundle, targets, precisions, threads, progress)
    then = [bench_line(bundle)] if ops else [inspect_line(bundle), bench_line(bundle)]
    name = str(bundle)
    display.result(inspect_document(name, rows, ops), *inspect_parts(name, rows, ops), then=then)
    return exit_code([row.reason is not None for row in rows])
