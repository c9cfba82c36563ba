"""The lock files pin everything by hash and name no registry."""

import json
import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
PYTHON_LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt")
NPM_LOCKS = ("package-lock.json", "tools/browser/package-lock.json")


def pinned(name: str) -> dict[str, str]:
    """Read package -> the rest of its entry (version, marker, hashes) of a Python lock."""
    entries = (TOP / name).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return dict(entry.split("==", 1) for entry in entries if entry)


@pytest.mark.parametrize("name", [*PYTHON_LOCKS, *NPM_LOCKS])
def test_a_lock_names_no_registry(name):
    assert "://" not in (TOP / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_every_python_package_is_pinned_with_a_hash(name):
    packages = pinned(name)
    assert packages
    loose = [package for package, rest in packages.items() if "--hash=sha256:" not in rest]
    assert not loose


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-node.txt"])
def test_development_uses_the_very_versions_that_run(name):
    development = pinned("requirements-dev.txt")
    differing = {
        package: rest
        for package, rest in pinned(name).items()
        if development.get(package, "").split()[0] != rest.split()[0]
    }
    assert not differing


@pytest.mark.parametrize("name", NPM_LOCKS)
def test_every_npm_package_is_pinned_with_a_hash(name):
    packages = json.loads((TOP / name).read_text(encoding="utf-8"))["packages"]
    loose = [path for path, package in packages.items() if path and "integrity" not in package]
    assert not loose


@pytest.mark.parametrize("folder", ["", "tools/browser"])
def test_package_json_asks_for_exact_versions(folder):
    wanted = json.loads((TOP / folder / "package.json").read_text(encoding="utf-8"))
    versions = {**wanted["dependencies"], **wanted.get("devDependencies", {})}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())
