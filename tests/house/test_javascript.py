"""The types that the JavaScript states in its comments hold (`tsc --noEmit`)."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import REQUIRE_ALL
from tools.node import VENV_BIN

TOP = Path(__file__).resolve().parent.parent.parent
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


def test_the_worker_keeps_its_types() -> None:
    assert checked("--lib", "es2023,webworker", "static/pwa/worker.js") == ""


def test_a_wrong_type_would_be_noticed(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.js"
    wrong.write_text("/** @type {string} */\nexport const number = 1;\n", encoding="utf-8")
    assert "TS2322" in checked("--lib", "es2023", str(wrong))
