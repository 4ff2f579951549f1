"""The command: the options, the tables and the verdicts."""

import json
import tempfile
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from edgec.report.progress import ShownProgress
from edgec.report.tables import console_table
from edgec_runtime.machine import environment
from peers.bench import set_up
from peers.row import BASE, COLUMNS, Row, times_of
from peers.verdict import Verdict, verdicts


@click.command()
@click.option("--model", "models", multiple=True, default=("unet_light", "unet"), show_default=True)
@click.option("--threads", multiple=True, type=click.IntRange(min=1), default=(1, 2), show_default=True)
@click.option("--rounds", type=click.IntRange(min=1), default=40, show_default=True)
@click.option("--data", default="nuclei", show_default=True, help="to judge on: a shipped set, or a folder")
@click.option(
    "--bundle", type=click.Path(path_type=Path), help="ours, instead of a new one; with one --model"
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="write everything there too")
def main(
    models: tuple[str, ...],
    threads: tuple[int, ...],
    rounds: int,
    data: str,
    bundle: Path | None,
    json_file: Path | None,
) -> None:
    """Print a table for each model and number of threads, and what it says of the goals."""
    if bundle is not None and len(models) != 1:
        raise click.UsageError("--bundle holds one network: name it with one --model")
    record: dict[str, Any] = {"schema": 1, "environment": environment(), "tables": []}
    click.echo(f"{record['environment']['processor']}; {rounds} rounds; higher ratios are faster")
    for model in models:
        with tempfile.TemporaryDirectory() as folder:
            bench = set_up(model, bundle, data, Path(folder), ShownProgress(Console(stderr=True), live=False))
            for count in threads:
                rows = bench.rows(count, rounds)
                found = list(verdicts(rows, model, count))
                _show(f"{model}, {count} thread{'s' * (count > 1)}", rows, found)
                record["tables"].append(
                    {
                        "model": model,
                        "threads": count,
                        "rows": [row.record() for row in rows],
                        "verdicts": [verdict.record() for verdict in found],
                    }
                )
    if json_file is not None:
        json_file.write_text(json.dumps(record, indent=1) + "\n")


def _show(title: str, rows: list[Row], found: list[Verdict]) -> None:
    base = times_of(rows, BASE)
    click.echo(f"\n{title}")
    console_table(COLUMNS, [row.cells(base) for row in rows])
    for verdict in found:
        click.echo(f"- {verdict}")
