"""The targets of the Makefile, and the words about them, agree."""

import re
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
MAKEFILE = (TOP / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):(?!=)", MAKEFILE, re.MULTILINE))
PAGES = [TOP / "README.md", TOP / "CONTRIBUTING.md", *(TOP / "docs").rglob("*.md")]


def test_help_lists_every_target_that_says_what_it_does():
    said = subprocess.run(
        ["make", "-s", "help"], cwd=TOP, capture_output=True, text=True, check=True
    ).stdout
    listed = re.findall(r"^  make ([a-z-]+) +\S", said, re.MULTILINE)
    assert set(listed) == TARGETS - {"environment", "dev"}


def test_no_target_is_taken_for_a_file():
    block = re.search(r"^\.PHONY:((?:.*\\\n)*.*)", MAKEFILE, re.MULTILINE)
    assert block
    assert set(re.findall(r"[a-z-]+", block[1])) == TARGETS


def test_the_documents_speak_only_of_targets_that_exist():
    unknown = {
        (page.name, target)
        for page in PAGES
        if page.exists()
        for target in re.findall(r"`make ([a-z-]+)[^`]*`", page.read_text(encoding="utf-8"))
        if target not in TARGETS
    }
    assert not unknown


def test_what_guards_main_uses_the_same_commands_and_skips_nothing():
    guard = (TOP / ".ci" / "run").read_text(encoding="utf-8")
    assert guard.splitlines()[-1] == "make check test"
    assert "TRACEAPP_TEST_REQUIRE_ALL=1" in guard
    assert "set -euo pipefail" in guard


def test_where_workers_wait_others_work(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not request.config.pluginmanager.hasplugin("xdist"):
        pytest.skip("pytest runs without xdist")
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "2")
    assert request.config.hook.pytest_xdist_auto_num_workers(config=request.config) == 3


def test_a_missing_migration_message_is_asked_for():
    asked = subprocess.run(
        ["make", "-s", "migration", "-o", "dev"],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode != 0
    assert 'make migration MESSAGE="add ..."' in asked.stdout
