"""A user's own network: `package.module:factory` or `file.py:factory`, imported and called."""

import contextlib
import difflib
import hashlib
import importlib
import importlib.util
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from torch import nn

from edgec.errors import ModelSourceError

_INSTALLED = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"))


def call_factory(model: str) -> nn.Module:
    """Import what stands before the last colon of `model`, call what stands after it without arguments.

    A file is loaded under a name of its own, so that it never hides an installed module. Raises
    ModelSourceError with the file and line where the user's code failed.
    """
    place, _, name = model.rpartition(":")
    if not place or not name:
        raise ModelSourceError(f"--model {model}: write it as file.py:factory or package.module:factory")
    file = Path(place) if place.endswith(".py") else None
    folder = file.parent if file else Path()
    with _importable(folder.resolve()), _told(model):
        module = _load_file(file) if file else importlib.import_module(place)
        network = _find(module, name, model)()
    if not isinstance(network, nn.Module):
        raise ModelSourceError(f"--model {model}: {name}() gave a {type(network).__name__}, not an nn.Module")
    return network


class _Uncached(SourceFileLoader):
    """Reads the file itself: bytecode, known by size and time in seconds, may be the last version's."""

    def get_code(self, fullname: str) -> CodeType:
        """See SourceFileLoader."""
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def _load_file(file: Path) -> ModuleType:
    if not file.is_file():
        raise ModelSourceError(f"there is no file {file}")
    unique = hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:12]
    name = f"edgec_own_{file.stem}_{unique}"
    spec = importlib.util.spec_from_file_location(name, file, loader=_Uncached(name, str(file)))
    if spec is None or spec.loader is None:
        raise ModelSourceError(f"{file} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their own module up
    spec.loader.exec_module(module)
    return module


def _find(module: ModuleType, name: str, model: str) -> Callable[[], object]:
    found = getattr(module, name, None)
    if callable(found):
        return found  # type: ignore[no-any-return]
    names = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
    near = difflib.get_close_matches(name, names, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(sorted(names)[:8])}"
    raise ModelSourceError(f"--model {model}: no function or class {name!r} there; {hint}")


@contextlib.contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """As `python file.py` does: what lies beside the file can be imported."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


@contextlib.contextmanager
def _told(model: str) -> Iterator[None]:
    """Turn any failure of the user's code into one message with its file and line."""
    try:
        yield
    except ModelSourceError:
        raise
    except (Exception, SystemExit) as error:
        raise ModelSourceError(f"--model {model}: {_where(error)}{type(error).__name__}: {error}") from error


def _where(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}: "
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if not f.filename.startswith((__file__, "<", *_INSTALLED))]
    return f"{own[-1].filename}, line {own[-1].lineno}: " if own else ""
