"""The names of the targets, without reading them."""

from importlib import resources


def target_names() -> list[str]:
    """The targets that edgec knows, sorted: the names of the YAML files of this package."""
    files = resources.files("edgec_targets").iterdir()
    return sorted(file.name.removesuffix(".yaml") for file in files if file.name.endswith(".yaml"))
