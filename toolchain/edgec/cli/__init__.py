"""One command a file, loaded lazily; each parses, calls one function and displays."""


def main() -> None:
    """Entry point of the `edgec` command."""
