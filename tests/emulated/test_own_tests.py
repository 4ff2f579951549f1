"""The runtime's own tests on a Raspberry Pi: those that need numpy and nothing of the workstation."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.emulated.conftest import OnCore

pytestmark = pytest.mark.slow

RUNTIME = Path(__file__).parents[1] / "runtime"
# Pure Python: what is installed here serves there.
PYTEST = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "py")
ALONE = (
    "test_integers.py",
    "test_machine.py",
    "engines/test_batches.py",
    "format/test_canonical.py",
    "format/test_names.py",
)
RUN = "import pytest; sys.exit(pytest.main(sys.argv[1:]))"


@pytest.fixture(scope="module")
def pytest_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pytest")
    for name in PYTEST:
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        place = Path(spec.origin)
        place = place.parent if place.name == "__init__.py" else place
        (folder / place.name).symlink_to(place)
    return folder


@pytest.mark.parametrize("core", ["cortex-a72", "cortex-a76"])
def test_they_pass(core: str, on: OnCore, pytest_folder: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(pytest_folder)!r}); {RUN}"
    options = ["-q", "-p", "no:cacheprovider", "--noconftest", f"--rootdir={RUNTIME.parents[1]}"]
    found = on(core).run(["-c", code, *options, *(str(RUNTIME / name) for name in ALONE)])
    assert " passed" in found
    assert " failed" not in found
