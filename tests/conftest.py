"""What tests of several parts share: a tiny network of a user's own, and a bundle of it."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from tests.tiny import TINY

from edgec.data import open_dataset
from edgec.emulator import status
from edgec.pipeline import BuildResult, build
from edgec.recipe import Recipe
from edgec.usercache import cache_folder

CACHE = cache_folder()  # before a test changes the environment

# How long an example takes says something about the machine only.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture(scope="session")
def emulator_cache() -> Path:
    """Where the emulator is set up; without it what needs it is skipped."""
    found = status(CACHE)
    if not found.ready:
        pytest.skip(f"the emulator is not set up in {CACHE}: {found.missing or 'run edgec emulator setup'}")
    return CACHE


@pytest.fixture(scope="session")
def few_nuclei(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four images of the nuclei to judge on, with their masks: read the folder, never change it."""
    folder = tmp_path_factory.mktemp("few_nuclei")
    for entry in open_dataset("nuclei").entries[:4]:
        for part, file in zip(("images", "masks"), entry.files, strict=True):
            (folder / part).mkdir(exist_ok=True)
            shutil.copy(file, folder / part / file.name)
    return folder


@pytest.fixture(scope="session")
def tiny_recipe() -> Recipe:
    return Recipe(model=f"{TINY}:binary", size=(32, 48), evaluation="nuclei", name="tiny")


@pytest.fixture(scope="session")
def tiny_build(tiny_recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> BuildResult:
    """Six variants of the tiny network."""
    return build(tiny_recipe, tmp_path_factory.mktemp("artifacts"), slower="unmeasured")


@pytest.fixture(scope="session")
def tiny_bundle(tiny_build: BuildResult) -> Path:
    """The archive of `tiny_build`: read it, never change it."""
    return tiny_build.bundle
