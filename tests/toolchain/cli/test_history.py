import json
from pathlib import Path

import pytest
from tests.toolchain.cli.conftest import Run

from edgec.pipeline import build
from edgec.recipe import Recipe


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory, tiny_recipe: Recipe) -> list[Path]:
    """Two versions of a tiny network, in fp32 for ONNX Runtime."""
    folder = tmp_path_factory.mktemp("versions")
    found = []
    for version in ("1.0.0", "1.1.0"):
        recipe = tiny_recipe.model_copy(
            update={"version": version, "targets": ("cpu",), "precisions": ("fp32",)}
        )
        found.append(build(recipe, folder, slower="unmeasured").bundle)
    return found


def test_from_bench_to_history(here: Run, bundles: list[Path]) -> None:
    for bundle in bundles:
        result = here("bench", str(bundle), "--history", "history.db")
        assert result.returncode == 0, result.stderr
        assert "history.db: 1 measurements recorded" in result.stderr
    result = here("history", "history.db", "--json", "--plot", "plots")
    assert result.returncode == 0, result.stderr
    (series,) = json.loads(result.stdout)["series"]
    assert (series["name"], series["target"], series["precision"]) == ("tiny", "cpu", "fp32")
    assert [one["version"] for one in series["measurements"]] == ["1.0.0", "1.1.0"]
    for one in series["measurements"]:
        assert one["latency_ms"] > 0
        assert one["memory_mib"] > 0
        assert one["size_mib"] > 0
        assert one["dice"] is not None
        assert one["engine_version"]
    (picture,) = Path("plots").iterdir()
    assert picture.name.startswith("tiny-cpu-fp32-")
    table = here("history", "history.db")
    assert "tiny-1.1.0" in table.stdout
    assert "edgec history history.db --plot plots" in table.stderr


def test_what_cannot_be_recorded_is_refused_before_anything_is_measured(
    here: Run, bundles: list[Path]
) -> None:
    Path("notes.txt").write_text("mine")
    result = here("bench", str(bundles[0]), "--history", "notes.txt")
    assert result.returncode == 2
    assert "not a database" in result.stderr
    assert "measured" not in result.stderr
    assert Path("notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("missing.db",), "No such file"),
        (("history.db", "--target", "tflit"), "did you mean 'tflite'"),
        (("history.db", "--precision", "int9"), "int9"),
        ((), "FILE"),
    ],
)
def test_what_cannot_be_is_refused(here: Run, words: tuple[str, ...], why: str) -> None:
    result = here("history", *words)
    assert result.returncode == 2
    assert why in result.stderr
