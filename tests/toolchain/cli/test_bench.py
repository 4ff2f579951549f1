"""`edgec bench` as a person types it."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.runtime.bench.document import read

QUICK = ("--threads", "1", "--duration", "0.1s")


@pytest.fixture
def bundle(tiny_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(tiny_bundle, tmp_path))


def test_two_bundles_in_one_run(here, bundle: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.edgec"
    shutil.copy(bundle, other)
    words = ("bench", bundle.name, other.name, "--target", "cpu", "--precision", "fp32", *QUICK)
    finished = here(*words, "--json")
    assert finished.returncode == 0, finished.stderr
    document = read(finished.stdout)
    assert len(document["measurements"]) == 2
    assert document["measurements"][0]["ratio"] is None
    assert document["measurements"][1]["ratio"]["median"] > 0
    assert read((tmp_path / "tiny-1.0.0.bench.json").read_text()) == document
    text = here(*words)
    assert "times first" in text.stdout
    assert "tiny-1.0.0.bench.json" in text.stderr


def test_a_row_that_is_refused_stands_below_the_table(here, bundle: Path) -> None:
    words = ("bench", bundle.name, "--target", "cpu", "--target", "tflite", "--precision", "fp32")
    finished = here(*words, "--batch", "2", *QUICK)
    assert finished.returncode == 1
    assert "tflite fp32 failed: tflite runs a batch of 2 one image after the other" in finished.stdout
    nothing = here(*words[:2], "--target", "tflite", "--batch", "2", *QUICK)
    assert nothing.returncode == 2


def test_a_report_that_cannot_be_written_is_told_after_the_table(
    here, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    finished = here("bench", bundle.name, "--target", "cpu", "--precision", "fp32", *QUICK)
    assert finished.returncode == 2
    assert "median ms" in finished.stdout
    assert "bench.json cannot be written (No space left on device)" in finished.stderr


@given(
    option=st.sampled_from(["--threads", "--batch", "--duration", "--images", "--target", "--precision"]),
    text=st.one_of(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8),
        st.text("0123456789,.sm-²", max_size=8),
    ),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_after_an_option(here, option: str, text: str) -> None:
    finished = here("bench", "none.edgec", f"{option}={text}")
    assert finished.returncode == 2
    assert "internal error" not in finished.stderr
    assert finished.stdout == ""
