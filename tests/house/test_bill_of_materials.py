"""What runs is listed, package by package, with its licence (OWASP ASVS 5.0: 15.1.2)."""

import json
import re
from pathlib import Path

from tools import bill_of_materials

TOP = Path(__file__).resolve().parents[2]
# Said by no package that is installed here, and looked up by hand.
SAY_NOTHING = {
    "colorama",  # for Windows alone: BSD-3-Clause
    "tzdata",  # for Windows alone: Apache-2.0
    "huey",  # MIT
}


def test_asvs_15_1_2_every_locked_package_that_runs_is_in_the_bill_of_materials() -> None:
    components = bill_of_materials.document()["components"]
    listed = {one["purl"] for one in components}
    locked = (TOP / "requirements.txt").read_text("utf-8")
    python = re.findall(r"^(\S+?)==(\S+)", locked, re.MULTILINE)
    npm = json.loads((TOP / "package-lock.json").read_text("utf-8"))["packages"]
    ours = json.loads((TOP / "package.json").read_text("utf-8"))["dependencies"]
    assert {f"pkg:pypi/{name}@{version}" for name, version in python} <= listed
    assert {f"pkg:npm/{name.replace('@', '%40')}@{ours[name]}" for name in ours} <= listed
    assert len(listed) == len(python) + sum(
        bool(path) and not package.get("dev") for path, package in npm.items()
    )
    assert all(one["version"] for one in components)
    silent = {one["name"] for one in components if not one["licenses"]}
    assert silent <= SAY_NOTHING


def test_asvs_15_1_2_no_licence_forbids_what_we_do() -> None:
    texts = {
        one["name"]: json.dumps(one["licenses"])
        for one in bill_of_materials.document()["components"]
    }
    strict = {
        name for name, text in texts.items() if re.search(r"\bA?GPL|SSPL|BUSL|NonCommercial", text)
    }
    assert strict == set()  # LGPL is used unmodified, and loaded at run time
