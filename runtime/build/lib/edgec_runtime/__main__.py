"""`python -m edgec_runtime`: look at a bundle, verify it, prove it, run it and measure it on this device."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from edgec_runtime import __version__
from edgec_runtime.errors import EdgecError
from edgec_runtime.words import counts, duration, one_line

BUG = 4
INTERRUPTED = 130


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="python -m edgec_runtime",
        description="Verify, run and measure an edgec bundle on this device.",
        epilog="Exit codes: 0 done; 1 the selftest failed; 2 usage or input; 3 cannot tell; 4 a bug.",
    )
    top.add_argument("--version", action="version", version=f"edgec-runtime {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _command(commands, "info", "show what a bundle holds")
    _command(commands, "verify", "check a bundle in full, in a process of its own")
    _variant(_command(commands, "selftest", "check the answers to the bundle's golden input"))
    run = _variant(_command(commands, "run", "segment an image"))
    run.add_argument("--image", type=Path, required=True, help="an image file")
    run.add_argument("--out", type=Path, required=True, help="the mask: a PNG whose values are classes")
    _bench(_command(commands, "bench", "measure variants, interleaved, each on its own", several=True))
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; gives its exit code."""
    options = parser().parse_args(arguments)
    try:
        from edgec_runtime.commands import COMMANDS

        return COMMANDS[options.command](options)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        if options.debug:
            raise
        return _failed(error)


def _failed(error: Exception) -> int:
    if isinstance(error, EdgecError):
        print(f"error: {one_line(str(error))}", file=sys.stderr)
        return error.exit_code
    print(
        f"internal error: {type(error).__name__}: {one_line(str(error))} (a bug of edgec: run again with "
        "--debug and report what it prints)",
        file=sys.stderr,
    )
    return BUG


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    title: str,
    *,
    several: bool = False,
) -> argparse.ArgumentParser:
    found = commands.add_parser(name, help=title, description=f"{title[0].upper()}{title[1:]}.")
    dest, nargs = ("bundles", "+") if several else ("bundle", None)
    words = "NAME-VERSION.edgec, or the folder NAME-VERSION"
    found.add_argument(dest, type=Path, nargs=nargs, metavar="bundle", help=words)
    found.add_argument("--json", action="store_true", help="one JSON document on stdout, and nothing else")
    found.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return found


def _bench(command: argparse.ArgumentParser) -> None:
    command.add_argument("--target", action="append", default=[], help="only this one; repeatable")
    command.add_argument("--precision", action="append", default=[], help="only this one; repeatable")
    _option(command, "--threads", counts, "1,2", "the engine's; by default one for each core")
    _option(command, "--batch", counts, "1,4", "images of a run; by default 1", "1")
    _option(command, "--duration", duration, "3s", "how long each runs at least; by default 1s", "1s")
    command.add_argument("--images", type=Path, metavar="DIR", help="segment these, from pixels to mask")


def _option(
    command: argparse.ArgumentParser,
    name: str,
    read: Callable[[str], object],
    example: str,
    title: str,
    default: str | None = None,
) -> None:
    def convert(text: str) -> object:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    command.add_argument(name, type=convert, default=default, metavar=example, help=title)


def _variant(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("--target", help="by default the first that this machine can run")
    command.add_argument("--precision", help="by default the one that the engine prefers")
    _threads(command)
    return command


def _threads(command: argparse.ArgumentParser) -> None:
    command.add_argument("--threads", type=_count, help="the engine's; by default one for each core")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1024")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
