"""The codes that the phone draws are read by a reader that knows nothing of how they were drawn."""

import json
import random
import shutil
import string
import subprocess
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from tests.conftest import REQUIRE_ALL
from tools.node import VENV_BIN

QR = Path(__file__).resolve().parents[2] / "static" / "pwa" / "app" / "qr"
DRAW = """
import { symbol } from "./symbol.js";
import { readFileSync } from "node:fs";
const drawn = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  try { return symbol(text); } catch (error) { return { error: error.name }; }
});
console.log(JSON.stringify(drawn));
"""
BASE32 = string.ascii_uppercase + "234567"
ADDRESS = "https://truyxuat.example/app/#slip="
LARGEST_SLIP = 420 * 8 // 5  # as core/slips.js makes them
QUIET, PIXELS = 4, 4
FIT_FOR_A_PHONE = 15  # the version up to which modules on 328 px have 4 px each


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node") or shutil.which("node", path=str(VENV_BIN))
    if found is None:
        assert not REQUIRE_ALL, "`make dev` installs Node"
        pytest.skip("there is no Node: `make dev` installs it")
    return found


def drawn(node: str, folder: Path, texts: list[str]) -> list[dict[str, Any]]:
    for path in QR.glob("*.js"):
        shutil.copy(path, folder)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (folder / "draw.js").write_text(DRAW, encoding="utf-8")
    done = subprocess.run(
        [node, "draw.js"],
        cwd=folder,
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def read(modules: list[list[bool]]) -> str:
    size = len(modules) + 2 * QUIET
    picture = Image.new("L", (size, size), 255)
    for y, row in enumerate(modules):
        for x, is_dark in enumerate(row):
            picture.putpixel((x + QUIET, y + QUIET), 0 if is_dark else 255)
    (found,) = zxingcpp.read_barcodes(picture.resize((size * PIXELS, size * PIXELS)))
    return found.text


def test_every_version_is_read_as_it_was_written(node: str, tmp_path: Path) -> None:
    chance = random.Random(5)
    texts = ["A", "HELLO WORLD", "Cải ngọt", f"{ADDRESS}A"]
    for length in range(20, 1100, 40):
        texts.append(ADDRESS + "".join(chance.choices(BASE32, k=length)))
        texts.append("".join(chance.choices("abcxyz#đ", k=length // 2)))
    found = drawn(node, tmp_path, texts)
    for text, one in zip(texts, found, strict=True):
        assert read(one["modules"]) == text
        assert len(one["modules"]) == 17 + 4 * one["version"]
    assert {one["version"] for one in found} >= set(range(7, 20)), "those that tell their version"
    assert {one["level"] for one in found} == {"L", "M"}


def test_the_largest_slip_fits_a_code_that_phones_read_off_each_other(
    node: str, tmp_path: Path
) -> None:
    text = ADDRESS + "7" * LARGEST_SLIP
    largest, too_large = drawn(node, tmp_path, [text, text * 2])
    assert largest["version"] <= FIT_FOR_A_PHONE
    assert read(largest["modules"]) == text
    assert too_large == {"error": "RangeError"}
