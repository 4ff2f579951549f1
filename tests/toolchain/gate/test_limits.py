import pytest

from edgec.gate.limits import Allowance, read_allowance, read_drop, read_share


def test_a_share() -> None:
    assert read_share("3%") == pytest.approx(0.03)
    assert read_share("0.5 %") == pytest.approx(0.005)
    assert read_share("none") is None


@pytest.mark.parametrize("text", ["3", "-3%", "3%%", "nan%", "inf%", "", "٣%", "1e3%"])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(ValueError, match="write 3%"):
        read_share(text)


def test_an_allowance_is_a_share_or_mib() -> None:
    assert read_allowance("5%") == Allowance(share=0.05)
    assert read_allowance("+10MiB") == Allowance(mib=10.0)
    assert read_allowance("none") is None
    assert Allowance(mib=10.0).ratio(100.0) == pytest.approx(1.1)
    assert Allowance(share=0.05).ratio(100.0) == pytest.approx(1.05)
    assert [str(Allowance(share=0.05)), str(Allowance(mib=1.5))] == ["5 %", "1.5 MiB"]


@pytest.mark.parametrize("text", ["10MiB", "+10MB", "+-1MiB", "+nanMiB", "5"])
def test_what_is_no_allowance(text: str) -> None:
    with pytest.raises(ValueError, match=r"write 5%, \+10MiB"):
        read_allowance(text)


def test_a_drop() -> None:
    assert (read_drop("0.005"), read_drop("0"), read_drop("1"), read_drop("none")) == (0.005, 0.0, 1.0, None)


@pytest.mark.parametrize("text", ["-0.1", "1.5", "nan", "0.5%"])
def test_what_is_no_drop(text: str) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        read_drop(text)
