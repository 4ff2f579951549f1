"""Several profiles of one precision: each processor gets the first that it can run."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgec_runtime import Session, bundle, machine
from edgec_runtime.bench import bench, row_title
from edgec_runtime.bundle import Bundle
from edgec_runtime.choose import choose
from edgec_runtime.errors import EngineError, VariantError
from edgec_runtime.format.manifest import Variant
from edgec_runtime.process import VariantProcess

VNNI = ("avx512_vnni", "avx_vnni")
Change = Callable[[Variant], Variant]


def to(profile: str, architectures: tuple[str, ...], *instructions: str) -> Change:
    return lambda variant: replace(
        variant, target="cpu", profile=profile, architectures=architectures, instructions=instructions
    )


# By the names under which the maker writes them; all become int8-static of cpu.
PROFILES: dict[str, Change] = {
    "a": to("x86-vnni", ("x86_64",), *VNNI),
    "b": to("arm", ("aarch64",)),
    "c": to("portable", ("x86_64", "aarch64")),
}


@pytest.fixture
def with_profiles(make_bundle: Callable[..., Path]) -> Callable[..., Path]:
    """Writes a bundle with cpu in fp32 and in int8-static with these profiles."""

    def write(*names: str) -> Path:
        quantized = [(name, "onnxruntime", "int8-static") for name in names]
        change = {(name, "int8-static"): PROFILES[name] for name in names}
        return make_bundle(variants=[("cpu", "onnxruntime", "fp32"), *quantized], change=change)

    return write


def processor(monkeypatch: pytest.MonkeyPatch, name: str, *flags: str) -> None:
    cpuinfo = f"processor : 0\nflags : fpu avx2 {' '.join(flags)}\n"
    monkeypatch.setattr(machine, "_read", lambda path: cpuinfo if path == "/proc/cpuinfo" else "")
    monkeypatch.setattr(bundle, "architecture", lambda: name)


@pytest.mark.parametrize(
    ("name", "flags", "profile"),
    [
        ("x86_64", ["avx512_vnni"], "x86-vnni"),
        ("x86_64", ["avx_vnni"], "x86-vnni"),
        ("x86_64", VNNI, "x86-vnni"),
        ("x86_64", ["avx512f"], "portable"),
        ("x86_64", [], "portable"),
        ("aarch64", ["asimddp"], "arm"),
        ("aarch64", VNNI, "arm"),
    ],
)
def test_the_first_that_the_processor_can_run(
    with_profiles: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    flags: list[str],
    profile: str,
) -> None:
    with Bundle.open(with_profiles("a", "b", "c")) as opened:
        assert opened.variant("cpu", machine=name, flags=flags).profile == profile
        processor(monkeypatch, name, *flags)
        assert opened.variant("cpu", "int8-static").profile == profile
        chosen = choose(opened)
        assert (chosen.variant.precision, chosen.variant.profile) == ("int8-static", profile)


def test_another_machine_has_no_known_instructions(with_profiles: Callable[..., Path]) -> None:
    with Bundle.open(with_profiles("a", "c")) as opened:
        assert opened.variant("cpu", machine="x86_64").profile == "portable"
        assert opened.variant("cpu", machine="AMD64", flags=VNNI).profile == "x86-vnni"


def test_a_system_that_tells_nothing_has_no_instructions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_read", lambda _: "")
    assert machine.instructions() == frozenset()
    assert not machine.has_any(VNNI)
    assert machine.has_any(())


def test_missing_instructions_are_refused_and_never_chosen(
    with_profiles: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    processor(monkeypatch, "x86_64")
    path = with_profiles("a")
    with Bundle.open(path) as opened:
        said = (
            r"cpu int8-static \(x86-vnni\) needs a processor with avx512_vnni or avx_vnni.*--profile portable"
        )
        with pytest.raises(VariantError, match=said):
            opened.variant("cpu", "int8-static")
        with pytest.raises(VariantError, match=said):
            choose(opened, "cpu", "int8-static")
        assert opened.variant("cpu").precision == "fp32"
        assert choose(opened).variant.precision == "fp32"
        with pytest.raises(VariantError, match=r"of profile 'x86-vnn' \(did you mean 'x86-vnni'\?\)"):
            opened.variant("cpu", profile="x86-vnn")
    with pytest.raises(VariantError, match="was built for aarch64"):
        Session.open(with_profiles("b", "c"), "cpu", profile="arm")


def test_one_that_is_slower_than_fp32_is_not_chosen(make_bundle: Callable[..., Path]) -> None:
    variants = [("cpu", "onnxruntime", "fp32"), ("cpu", "onnxruntime", "int8-static")]
    slower: dict[Any, Change] = {("cpu", "int8-static"): lambda v: replace(v, slower_than_fp32=True)}
    with Bundle.open(make_bundle(variants=variants, change=slower)) as opened:
        assert choose(opened).variant.precision == "fp32"
        assert choose(opened, "cpu", "int8-static").variant.precision == "int8-static"


def test_a_profile_by_name(with_profiles: Callable[..., Path]) -> None:
    path = with_profiles("c", "b")
    with Session.open(path, "cpu", "int8-static", 1, profile="portable") as session:
        assert session.variant.profile == "portable"
    with VariantProcess(path, "cpu", "int8-static", 1, "portable") as process:
        assert len(process.run(2)) == 2
    with pytest.raises(EngineError, match="was built for aarch64"):
        VariantProcess(path, "cpu", "int8-static", 1, "arm")


def test_rows_name_the_profile(with_profiles: Callable[..., Path]) -> None:
    report = bench(with_profiles("b", "c"), precisions=["int8-static"], threads=1)
    assert [row["profile"] for row in report.measurements] == ["arm", "portable"]
    assert [row_title(row) for row in report.measurements] == ["cpu int8-static (arm)", "cpu int8-static"]
    assert ["error" in row for row in report.measurements] == [True, False]
