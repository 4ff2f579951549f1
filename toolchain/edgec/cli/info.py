"""`edgec info`"""

from pathlib import Path

import click

from edgec.cli.bundles import bench_line, bundle_argument, run_line
from edgec.cli.command import Command
from edgec.cli.display import Display


@click.command(cls=Command, name="info")
@bundle_argument(required=True)
@click.pass_obj
def command(display: Display, /, bundle: Path) -> None:
    """Verify BUNDLE and print its manifest."""
    from edgec.report.info import info_document, info_parts, read_manifest

    manifest = read_manifest(bundle)
    display.result(
        info_document(manifest), *info_parts(manifest), then=[bench_line(bundle), run_line(bundle)]
    )
