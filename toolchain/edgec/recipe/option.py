"""What a network of the zoo may be told."""

Option = str | int | float | bool | tuple[int, ...] | None
"""A width, a number of classes, a switch."""
