import io
import subprocess
import sys
from pathlib import Path

import pytest
from fuzz_bundle import Tally, _judge, fuzz, mutant, open_and_load
from mutations import MAY_BE_ACCEPTED, MUTATIONS
from sample_bundle import sample_contents, zipped

from edgec_runtime.bundle import Bundle
from edgec_runtime.errors import BundleError
from edgec_runtime.format.container import ZipSource

FUZZER = Path(__file__).parent / "fuzz_bundle.py"


@pytest.mark.slow
def test_ten_thousand_mutants() -> None:
    tally = fuzz(sample_contents(), runs=10_000, seed=1)
    assert tally.failures == []
    assert tally.runs == 10_000
    assert sum(tally.refused.values()) > 8000


@pytest.mark.parametrize("kind", [kind for kind in MUTATIONS if kind not in MAY_BE_ACCEPTED])
def test_mutants_are_refused(kind: str) -> None:
    contents = sample_contents()
    tried = 0
    for number in range(600):
        found, data = mutant(contents, 2, number)
        if found == kind and data != zipped(contents):
            tried += 1
            with pytest.raises(BundleError):
                open_and_load(data)
    assert tried > 50


def test_a_run_is_the_same_again() -> None:
    contents = sample_contents()
    assert [mutant(contents, 3, n) for n in range(50)] == [mutant(contents, 3, n) for n in range(50)]
    assert mutant(contents, 3, 0) != mutant(contents, 4, 0)


def test_the_judge_can_fail() -> None:
    tally = Tally()
    _judge(tally, "bytes", 7, zipped(sample_contents()))
    assert tally.failures == ["run 7 (bytes): accepted"]


def test_another_error_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_self: Bundle, _path: object) -> bytes:
        raise IndexError("out of range")

    monkeypatch.setattr(Bundle, "read", broken)
    tally = Tally()
    _judge(tally, "bytes", 7, zipped(sample_contents()))
    assert tally.failures == ["run 7 (bytes): IndexError: out of range"]


def test_from_the_command_line() -> None:
    command = [sys.executable, str(FUZZER), "--runs", "50", "--seed", "5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("50 mutants of seed 5 in ")
    assert ", 0 failures" in done.stdout


def test_a_source_in_memory_is_read_as_a_file_is(tmp_path: Path) -> None:
    data = zipped(sample_contents())
    path = tmp_path / "a.edgec"
    path.write_bytes(data)
    with Bundle.open(path) as one, Bundle(path, ZipSource(io.BytesIO(data))) as other:
        assert one.manifest == other.manifest
