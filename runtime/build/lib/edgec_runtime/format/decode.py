"""JSON -> Manifest and back, from the type hints of the dataclasses in `manifest.py`.

Strict: no key may be missing or unknown, no value is converted, and the error names the place
(``variants[2].golden.output.shape``).
"""

import hashlib
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from edgec_runtime.errors import DigestError, ManifestError, SchemaVersionError
from edgec_runtime.format import canonical
from edgec_runtime.format.check import check_manifest
from edgec_runtime.format.manifest import SCHEMA, Manifest

Reader = Callable[[Any, str], Any]

_WORDS: dict[type, str] = {
    NoneType: "null",
    bool: "true or false",
    int: "an integer",
    float: "a number with a decimal point",
    str: "a text",
    list: "a list",
    dict: "an object",
}


def decode_manifest(data: bytes) -> Manifest:
    """The manifest in the bytes of `manifest.json`, checked in full but for the files themselves.

    Raises ManifestError, SchemaVersionError, LimitError or DigestError.
    """
    content = canonical.decode(data)
    _check_schema(content)
    manifest: Manifest = reader(Manifest)(content, "")
    digest = _digest_of(content)
    if digest != manifest.digest:
        raise DigestError(
            f"the manifest's digest is {manifest.digest}, its contents have {digest}: "
            "it was changed or damaged; fetch the bundle again"
        )
    check_manifest(manifest)
    return manifest


def encode_manifest(manifest: Manifest) -> bytes:
    """The canonical bytes of `manifest.json`. Raises ManifestError where a value cannot be written."""
    return canonical.encode(plain(manifest, Manifest))


def with_digest(manifest: Manifest) -> Manifest:
    """The same manifest with its digest made right."""
    return replace(manifest, digest=_digest_of(plain(manifest, Manifest)))


def _digest_of(content: Any) -> str:
    without = {key: value for key, value in content.items() if key != "digest"}
    return hashlib.sha256(canonical.encode(without)).hexdigest()


def plain(value: Any, kind: Any) -> Any:
    """The JSON value of `value`, which has the type `kind`; an int where a float belongs becomes one."""
    if is_dataclass(value):
        hints = hints_of(value.__class__)
        return {name: plain(getattr(value, name), hint) for name, hint in hints.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item, (get_args(_member(kind, list)) or (Any,))[0]) for item in value]
    if type(value) is int and float in members(kind) and int not in members(kind):
        return float(value)
    return value


def members(kind: Any) -> tuple[Any, ...]:
    """The types of a union, or the one type itself."""
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


@cache
def hints_of(kind: type) -> dict[str, Any]:
    """Field name -> type of a dataclass, in order."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def json_kind(kind: Any) -> type:
    """The type that `json.loads` gives for `kind`."""
    origin = get_origin(kind)
    if origin is tuple:
        return list
    if origin is dict or is_dataclass(kind):
        return dict
    if origin is Literal:
        return type(get_args(kind)[0])
    found: type = kind
    return found


@cache
def reader(kind: Any) -> Reader:
    """The function that turns a JSON value into `kind`, or raises ManifestError naming the place."""
    by_kind = {json_kind(member): _reader_of_one(member) for member in members(kind)}
    wanted = " or ".join(_WORDS[found] for found in by_kind)

    def read(value: Any, where: str) -> Any:
        read_one = by_kind.get(type(value))
        if read_one is None:
            raise ManifestError(
                f"manifest: {where or 'the whole'} is {_WORDS[type(value)]}; expected {wanted}"
            )
        return read_one(value, where)

    return read


def _reader_of_one(kind: Any) -> Reader:
    origin = get_origin(kind)
    if is_dataclass(kind):
        return _object_reader(kind)
    if origin is tuple:
        return _list_reader(get_args(kind)[0])
    if origin is dict:
        return _dict_reader(get_args(kind)[1])
    if origin is Literal:
        return _literal_reader(get_args(kind))
    return _read_as_it_is


def _read_as_it_is(value: Any, _where: str) -> Any:
    return value


def _object_reader(kind: Any) -> Reader:
    readers = {name: reader(hint) for name, hint in hints_of(kind).items()}

    def read(value: dict[str, Any], where: str) -> Any:
        if value.keys() != readers.keys():
            raise ManifestError(_keys_problem(value, list(readers), where))
        prefix = where + "." if where else ""
        return kind(**{name: read_field(value[name], prefix + name) for name, read_field in readers.items()})

    return read


def _keys_problem(value: dict[str, Any], wanted: list[str], where: str) -> str:
    missing = [key for key in wanted if key not in value]
    if missing:
        return f"manifest: {where or 'the whole'} lacks the key {missing[0]!r}"
    unknown = next(key for key in value if key not in wanted)
    return (
        f"manifest: {where or 'the whole'} has the unknown key {unknown!r}; it may have {', '.join(wanted)}"
    )


def _list_reader(item: Any) -> Reader:
    read_item = reader(item)
    return lambda value, where: tuple(read_item(entry, f"{where}[{i}]") for i, entry in enumerate(value))


def _dict_reader(item: Any) -> Reader:
    read_item = reader(item)
    return lambda value, where: {key: read_item(entry, f"{where}.{key}") for key, entry in value.items()}


def _literal_reader(words: tuple[Any, ...]) -> Reader:
    def read(value: Any, where: str) -> Any:
        if value not in words:
            raise ManifestError(
                f"manifest: {where} is {value!r}; expected one of {', '.join(map(repr, words))}"
            )
        return value

    return read


def _member(kind: Any, wanted: type) -> Any:
    return next((member for member in members(kind) if json_kind(member) is wanted), None)


def _check_schema(content: object) -> None:
    schema = content.get("schema") if isinstance(content, dict) else None
    if type(schema) is not int or schema == SCHEMA:
        return
    advice = (
        "install a newer edgec-runtime (pip install --upgrade edgec-runtime)"
        if schema > SCHEMA
        else "build the bundle again with this edgec"
    )
    raise SchemaVersionError(f"the manifest has schema {schema}, this edgec reads schema {SCHEMA}: {advice}")
