"""`edgec data check`: what a person reads, the document, and the exit codes."""

import json
from pathlib import Path
from typing import get_args

from tests.toolchain.data.files import MASK, pairs, write

from edgec.cli.words import LAYOUTS
from edgec.data.layouts import LAYOUTS as READ
from edgec.recipe.data import Layout


def test_a_good_folder(here, tmp_path: Path) -> None:
    finished = here("data", "check", str(pairs(tmp_path / "set", ("p1_1", "p1_2", "p2_1"))))
    assert finished.returncode == 0, finished.stderr
    assert "set: 3 samples of 2 groups, layout pairs" in finished.stdout
    assert "Nothing is wrong." in finished.stdout
    assert f"edgec train --model unet_light --data {tmp_path / 'set'}" in finished.stderr


def test_a_bad_folder_fails_with_the_reasons(here, tmp_path: Path) -> None:
    folder = pairs(tmp_path, [f"{number:02}" for number in range(30)])
    write(folder / "masks" / "07.png", MASK[:-1])
    for number in range(10, 30):
        (folder / "masks" / f"{number}.png").unlink()
    finished = here("data", "check", str(folder))
    assert finished.returncode == 1
    assert "sizes differ   07" in finished.stdout
    assert "and 8 more" in finished.stdout
    assert "edgec train" not in finished.stderr


def test_the_document_has_everything(here, tmp_path: Path) -> None:
    folder = pairs(tmp_path / "set", [f"{number:02}" for number in range(30)])
    for number in range(10, 30):
        (folder / "masks" / f"{number}.png").unlink()
    finished = here("data", "check", str(folder), "--classes", "tissue, cell", "--json")
    assert finished.returncode == 1
    document = json.loads(finished.stdout)
    assert document["schema"] == 1
    assert document["sizes"] == [{"width": 8, "height": 6, "images": 30}]
    assert [row["name"] for row in document["classes"]] == ["tissue", "cell"]
    assert sum(row["share"] for row in document["classes"]) == 1
    assert len(document["findings"]) == 20
    assert document["findings"][0]["kind"] == "missing mask"
    assert document["findings"][0]["sample"] == "10"


def test_the_number_of_classes_is_heeded(here, tmp_path: Path) -> None:
    folder = pairs(tmp_path, ("a",))
    write(folder / "masks" / "a.png", MASK * 3)
    assert here("data", "check", str(folder), "--classes", "4").returncode == 0
    finished = here("data", "check", str(folder), "--classes", "3", "--json")
    assert json.loads(finished.stdout)["findings"][0]["what"] == "3, with 3 classes"


def test_another_layout_than_there_is(here, tmp_path: Path) -> None:
    finished = here("data", "check", str(pairs(tmp_path, ("a",))), "--layout", "drive")
    assert finished.returncode == 2
    assert "1st_manual" in finished.stderr


def test_a_folder_that_is_not_there(here, tmp_path: Path) -> None:
    assert here("data", "check", str(tmp_path / "none")).returncode == 2


def test_the_layouts_to_choose_from_are_those_that_are_read() -> None:
    assert get_args(Layout) == LAYOUTS
    assert set(LAYOUTS) == {"auto", *READ}
