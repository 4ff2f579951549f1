"""Documents as JSON text."""

import json
from typing import Any


def to_json(document: dict[str, Any]) -> str:
    """Indented JSON ending in a newline. Raises ValueError for NaN and infinity, which JSON has not."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
