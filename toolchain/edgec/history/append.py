"""append(): a bench's document into the history."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from edgec.errors import HistoryError
from edgec.history.entry import Document, entries_of
from edgec.history.store import Run, create, insert
from edgec_runtime.bundle import Bundle
from edgec_runtime.format.manifest import Manifest


def prepare(path: Path) -> None:
    """Make the file where there is none, so that what cannot be used is refused before minutes of measuring.

    Raises HistoryError.
    """
    create(path)


def append(path: Path, document: Document, bundles: Sequence[Path]) -> int:
    """Record what `edgec bench` says of `bundles`; gives how many rows are new.

    `document`: ``{"environment": {...}, "measurements": [row, ...]}``, as of `BenchReport.to_json`. The same
    document twice is one run: the second time nothing is written. All its rows are written or none.

    Raises HistoryError where the file is not a history, cannot be written, or the document holds what cannot
    be measured; BundleError.
    """
    manifests = [_manifest(bundle) for bundle in bundles]
    entries = entries_of(document, manifests)
    rest = {key: value for key, value in document.items() if key != "measurements"}
    run = Run(
        digest=hashlib.sha256(_json(document).encode()).hexdigest(),
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        document=_json(rest),
    )
    return insert(path, run, entries)


def _manifest(path: Path) -> Manifest:
    with Bundle.open(path) as bundle:
        return bundle.manifest


def _json(document: Document) -> str:
    try:
        return json.dumps(document, sort_keys=True, allow_nan=False)
    except ValueError as error:
        raise HistoryError(
            "the document holds NaN or infinity, which JSON has not: nothing was recorded, measure again"
        ) from error
