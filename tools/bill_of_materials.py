"""Print what a running Traceapp is made of, as CycloneDX 1.6 (ECMA-424) in JSON.

Each package of `requirements.txt` and each npm package that is not for development alone, with
version, package URL and licence; of npm packages the hash of their one archive, too. The same
locks give the same document.

usage: .venv/bin/python -m tools.bill_of_materials
"""

import base64
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

TOP = Path(__file__).resolve().parent.parent
LOCKED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)", re.MULTILINE)
Component = dict[str, Any]


def document() -> dict[str, Any]:
    """Give the bill of materials."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ours = {
        "type": "application",
        "name": project["name"],
        "version": project["version"],
        "licenses": [{"expression": project["license"]}],
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": ours},
        "components": [*python_packages(), *npm_packages()],
    }


def python_packages() -> Iterator[Component]:
    """Describe the packages that run, also those that only another system needs."""
    for name, version in LOCKED.findall((TOP / "requirements.txt").read_text(encoding="utf-8")):
        yield {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            "licenses": licences_of(name),
        }


def licences_of(name: str) -> list[dict[str, Any]]:
    """Read the licence of an installed package: in SPDX's words, else in its own; else none."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return []
    if expressions := said.get_all("License-Expression"):
        return [{"expression": expressions[0]}]
    classes = said.get_all("Classifier") or []
    named = [text.rpartition(" :: ")[2] for text in classes if text.startswith("License :: ")]
    named = named or [text.partition("\n")[0] for text in said.get_all("License") or []]
    return [{"license": {"name": one}} for one in named]


def npm_packages() -> Iterator[Component]:
    """Describe the packages that pages and the phone app are made from."""
    lock = json.loads((TOP / "package-lock.json").read_text(encoding="utf-8"))
    for path, package in lock["packages"].items():
        if not path or package.get("dev"):
            continue
        name, version = path.rpartition("node_modules/")[2], package["version"]
        algorithm, _, digest = package["integrity"].partition("-")
        yield {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:npm/{quote(name, safe='/')}@{version}",
            "licenses": [{"expression": package["license"]}],
            "hashes": [
                {
                    "alg": algorithm.upper().replace("SHA", "SHA-"),
                    "content": base64.b64decode(digest).hex(),
                }
            ],
        }


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=1, ensure_ascii=False)
    print()
