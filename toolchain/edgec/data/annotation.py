"""Annotation files in JSON, read into types, so that nothing else is believed."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from edgec.errors import DataError


class Annotation(BaseModel):
    """Part of such a file; what we have no use for is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


Kind = TypeVar("Kind", bound=Annotation)


def read_annotation(path: Path, kind: type[Kind]) -> Kind:
    """The content of a JSON file as `kind`. Raises DataError that tells what is wrong and where in it."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}). Check its permissions.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise DataError(
            f"{path}: {where + ': ' if where else ''}{first['msg']}. Export the annotations again."
        ) from error
