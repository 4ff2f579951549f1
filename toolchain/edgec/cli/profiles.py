"""`edgec bench --profile`: what it adds to the result of a bench."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgec.cli.display import Display

if TYPE_CHECKING:
    from rich.table import Table


def show_profiles(
    display: Display, bundles: Sequence[Path], rows: Sequence[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list["Table"]]:
    """Profile what `rows` measured; the documents and the tables. Pictures are written beside the bundles.

    Raises BundleError, EngineError, OutputError.
    """
    from edgec.hotspots import profile_rows
    from edgec.report.hotspots import hotspots_document, hotspots_sentence, hotspots_table, write_picture

    with display.progress() as progress:
        profiled = profile_rows(bundles, rows, progress)
    for sentence in profiled.failures:
        display.warn(sentence)
    for path, found in profiled.found:
        display.say(hotspots_sentence(found))
        display.say(f"written: {write_picture(path, found)}")
    every = [found for _, found in profiled.found]
    return hotspots_document(every), [hotspots_table(found) for found in every]
