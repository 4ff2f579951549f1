import pytest

from edgec.devices.device import make_device, parse_address
from edgec.errors import UsageError


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("pi@raspberrypi.local", ("pi", "raspberrypi.local", None)),
        ("pi@192.168.1.20:2222", ("pi", "192.168.1.20", 2222)),
        ("raspi", (None, "raspi", None)),
        ("pi@[fe80::1%eth0]:22", ("pi", "fe80::1%eth0", 22)),
    ],
)
def test_an_address_in_its_parts(text: str, parts: tuple[str | None, str, int | None]) -> None:
    found = parse_address(text)
    assert (found.user, found.host, found.port) == parts


@pytest.mark.parametrize(
    "text",
    ["", "pi@", "@host", "-oProxyCommand=x", "pi@-host", "pi@host:0", "pi@host:65536", "pi@host:ssh",
     "pi@a b", "pi@host;ls", "pi@host\n", "pi:secret@host"],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(UsageError, match="is not an address"):
        parse_address(text)


def test_the_command_and_the_name_in_known_hosts() -> None:
    found = parse_address("pi@host:2222")
    assert found.command("ssh") == "ssh -p 2222 pi@host"
    assert found.known_as == "[host]:2222"
    assert parse_address("host").command("ssh-copy-id") == "ssh-copy-id host"
    assert parse_address("host:22").known_as == "host"


@pytest.mark.parametrize(
    ("python", "folder"), [("-c", None), ("a\nb", None), (None, "relative"), (None, "/a\n")]
)
def test_a_python_or_folder_that_cannot_be(python: str | None, folder: str | None) -> None:
    with pytest.raises(UsageError, match=r"--(python|folder)"):
        make_device("pi@host", python, folder)
