"""The recipes that come with edgec, by name."""

import errno
from pathlib import Path

from edgec.errors import UsageError
from edgec_targets import unknown_word

FOLDER = Path(__file__).parent.parent / "recipes"


def shipped_recipes() -> dict[str, Path]:
    """The file of each by its name."""
    files = sorted(FOLDER.glob("*.yaml"), key=lambda path: path.stem)
    return {path.stem: path for path in files}


def find_recipe(word: str) -> Path:
    """The file that `word` leads to, or else the shipped recipe of that name: `NAME` or `recipes/NAME.yaml`.

    Raises UsageError where there is neither, or one may not look.
    """
    path = Path(word)
    if _is_file(path):
        return path
    name = path.stem if word == f"recipes/{path.stem}.yaml" else word
    found = shipped_recipes()
    if name in found:
        return found[name]
    if path.suffix in (".yaml", ".yml"):
        raise UsageError(f"there is no file {word}, and no recipe of edgec is {name!r}: {', '.join(found)}")
    raise unknown_word("recipe", name, found)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise UsageError(f"{path} cannot be looked at: {error.strerror}") from error
