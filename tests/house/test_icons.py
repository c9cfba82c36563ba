"""Every icon a page asks for is fetched by the set-up."""

import json
import re
from pathlib import Path

from tools import frontend

TOP = Path(__file__).resolve().parents[2]
ASKED_BY_TEMPLATES = re.compile(r"""\b(?:icon|use)\(\s*["']([a-z-]+)["']""")


def test_every_step_kind_has_its_icon():
    vocabulary = json.loads((TOP / "traceapp/trace/step_kinds.json").read_text(encoding="utf-8"))
    asked = {kind["icon"] for kind in vocabulary["kinds"]}
    assert asked
    assert not asked - set(frontend.icon_names())


def test_every_template_asks_for_icons_that_are_fetched():
    asked = {
        (page.name, name)
        for page in (TOP / "traceapp").rglob("templates/**/*.html")
        for name in ASKED_BY_TEMPLATES.findall(page.read_text(encoding="utf-8"))
    }
    assert not {(page, name) for page, name in asked if name not in frontend.icon_names()}


def test_no_word_stands_twice_in_the_list():
    lines = frontend.ICON_NAMES.read_text(encoding="utf-8").splitlines()
    words = [line.split()[0] for line in lines if line and not line.startswith("#")]
    assert len(words) == len(set(words))
