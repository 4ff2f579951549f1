"""Profiles: the integers that a precision computes in, for some processors or for all."""

PORTABLE = "portable"
"""The profile that is right on every processor of its target."""


def in_words(precision: str, profile: str | None) -> str:
    """A precision as tables tell it: 'int8-static', or 'int8-static (x86-vnni)' where not all can run it."""
    return precision if profile in (None, PORTABLE) else f"{precision} ({profile})"
