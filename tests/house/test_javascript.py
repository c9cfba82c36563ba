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
WORDS = APP / "words"
LONGEST_MODULE = 150
LONGEST_CATALOGUE = 300
STRICTER = ("--noUncheckedIndexedAccess", "--noUnusedLocals")
COMPILER = TOP / "node_modules" / "typescript" / "bin" / "tsc"
# Else every package in node_modules that brings types would take part.
NO_TYPES = ("--typeRoots", "static/pwa/none")
SETTINGS = ("--noEmit", "--allowJs", "--checkJs", "--strict", "--target", "es2022", *NO_TYPES)
# Those that come with the screens that say them, by a call of `learn`.
LATER = [path for path in sorted(WORDS.glob("*.js")) if "\nlearn({" in path.read_text("utf-8")]


def first_words() -> set[str]:
    """Give the ids of the words that are there from the beginning."""
    text = (WORDS / "vi.js").read_text(encoding="utf-8")
    return {a or b for a, b in re.findall(r'^  (?:"([^"]+)"|(\w+)): ', text, re.MULTILINE)}


def later_words(path: Path) -> dict[str, tuple[str, str]]:
    """Give what a catalogue says, Vietnamese and English."""
    one = re.compile(r'^  "?([\w.]+)"?: \{\s*vi: "(.*)",\s*en: "(.*?)",?\s*\},$', re.MULTILINE)
    return {key: (vi, en) for key, vi, en in one.findall(path.read_text(encoding="utf-8"))}


def holes(text: str) -> list[str]:
    """Give the values that a text has places for."""
    return sorted(re.findall(r"\{\w+\}", text))


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
    assert len(lines) < (LONGEST_CATALOGUE if path.parent == WORDS else LONGEST_MODULE)
    assert "// @ts-check" in lines


def test_the_phone_app_says_the_same_in_both_languages() -> None:
    keys = re.compile(r'^  (?:"([^"]+)"|(\w+)): "(.*)",$', re.MULTILINE)
    words = {
        language: {
            quoted or bare: text
            for quoted, bare, text in keys.findall((WORDS / f"{language}.js").read_text())
        }
        for language in ("vi", "en")
    }
    assert list(words["vi"]) == list(words["en"])
    assert not [key for key, vi in words["vi"].items() if holes(vi) != holes(words["en"][key])]


@pytest.mark.parametrize("path", LATER, ids=lambda path: path.name)
def test_words_of_later_screens_are_there_in_both_languages_and_nowhere_else(path: Path) -> None:
    found = later_words(path)
    text = path.read_text(encoding="utf-8")
    assert len(found) == len(set(found)) == text.count("vi: ") == text.count("en: ") > 0
    assert not [key for key, (vi, en) in found.items() if not vi or not en]
    assert not [key for key, (vi, en) in found.items() if holes(vi) != holes(en)]
    others = [key for other in LATER if other != path for key in later_words(other)]
    assert set(found).isdisjoint([*others, *first_words()])


def test_each_screen_has_the_words_it_says() -> None:
    lacking = []
    for path in sorted(APP.rglob("*.js")):
        text = path.read_text(encoding="utf-8")
        asked = set(re.findall(r"\bt\(\"([^\"]+)\"", text))
        brought = re.findall(r'^import "\.\./words/(\w+)\.js";$', text, re.MULTILINE)
        there = {key for name in brought for key in later_words(WORDS / f"{name}.js")}
        lacking += [f"{path.name} {key}" for key in sorted(asked - there - first_words())]
    assert lacking == []


def test_the_worker_keeps_its_types() -> None:
    assert checked("--lib", "es2023,webworker", "static/pwa/worker.js") == ""


def test_a_wrong_type_would_be_noticed(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.js"
    wrong.write_text("/** @type {string} */\nexport const number = 1;\n", encoding="utf-8")
    assert "TS2322" in checked("--lib", "es2023", str(wrong))
