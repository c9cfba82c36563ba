"""The types that the JavaScript states in its comments hold (`tsc --noEmit`)."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import REQUIRE_ALL
from tools import app_modules
from tools.node import VENV_BIN

TOP = Path(__file__).resolve().parent.parent.parent
APP = TOP / "static" / "pwa" / "app"
LONGEST_MODULE = 150
STRICTER = ("--noUncheckedIndexedAccess", "--noUnusedLocals")
COMPILER = TOP / "node_modules" / "typescript" / "bin" / "tsc"
# Else every package in node_modules that brings types would take part.
NO_TYPES = ("--typeRoots", "static/pwa/none")
SETTINGS = ("--noEmit", "--allowJs", "--checkJs", "--strict", "--target", "es2022", *NO_TYPES)


def checked(*options: str) -> str:
    """Give what the compiler complains about."""
    node = shutil.which("node") or shutil.which("node", path=str(VENV_BIN))
    if node is None or not COMPILER.exists():
        assert not REQUIRE_ALL, "`make dev` installs TypeScript"
        pytest.skip("there is no TypeScript: `make dev` installs it")
    done = subprocess.run(
        [node, str(COMPILER), *SETTINGS, *options],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_the_modules_of_the_pages_keep_their_types() -> None:
    modules = [
        str(path)
        for folder in ("pwa", "desk")
        for path in sorted((TOP / "static" / folder).glob("*.js"))
        if path.stem != "worker"
    ]
    assert modules
    kind = (
        "--module",
        "es2022",
        "--moduleResolution",
        "bundler",
        "--lib",
        "es2023,dom,dom.iterable",
    )
    assert checked(*kind, *modules) == ""


def test_the_phone_app_keeps_its_types() -> None:
    if not app_modules.is_there():
        assert not REQUIRE_ALL, "`make icons` copies the libraries of the phone app"
        pytest.skip("the libraries of the phone app are missing: `make icons` copies them")
    modules = [str(path) for path in sorted(APP.rglob("*.js")) if path.name != "worker.js"]
    kind = ("--module", "es2022", "--moduleResolution", "bundler", "--skipLibCheck", *STRICTER)
    assert len(modules) > 20
    assert checked(*kind, "--lib", "es2023,dom,dom.iterable", *modules) == ""
    worker = str(APP / "worker.js")
    assert checked(*kind, "--lib", "es2023,webworker", worker) == ""


@pytest.mark.parametrize("path", sorted(APP.rglob("*.js")), ids=lambda path: path.name)
def test_the_modules_of_the_phone_app_stay_small(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) < LONGEST_MODULE or path.parent.name == "words"
    assert "// @ts-check" in lines


def test_the_phone_app_says_the_same_in_both_languages() -> None:
    keys = re.compile(r'^  (?:"([^"]+)"|(\w+)): "(.*)",$', re.MULTILINE)
    words = {
        language: {
            quoted or bare: text
            for quoted, bare, text in keys.findall((APP / "words" / f"{language}.js").read_text())
        }
        for language in ("vi", "en")
    }
    assert list(words["vi"]) == list(words["en"])
    values = re.compile(r"\{\w+\}")
    different = [
        key
        for key, text in words["vi"].items()
        if sorted(values.findall(text)) != sorted(values.findall(words["en"][key]))
    ]
    assert not different
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(APP.rglob("*.js")))
    asked = set(re.findall(r"\bt\(\"([^\"]+)\"", source))
    assert asked - set(words["vi"]) == set()


def test_the_worker_keeps_its_types() -> None:
    assert checked("--lib", "es2023,webworker", "static/pwa/worker.js") == ""


def test_a_wrong_type_would_be_noticed(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.js"
    wrong.write_text("/** @type {string} */\nexport const number = 1;\n", encoding="utf-8")
    assert "TS2322" in checked("--lib", "es2023", str(wrong))
