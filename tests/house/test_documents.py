"""Documents that must keep step with the code: problems, settings, the tables, the rooms."""

import dataclasses
import re
from pathlib import Path

from tools import draw_database
from traceapp.config import Config
from traceapp.problem.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ENVIRONMENT_NAMES = re.compile(r'(?:environment\.get\(|environment, )"([A-Z_]+)"')


def _text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_every_problem_has_a_heading() -> None:
    headings = re.findall(r"^## `([a-z-]+)`", _text("problems.md"), re.MULTILINE)
    assert sorted(headings) == sorted(kind.slug for kind in CATALOGUE)


def test_problem_slugs_are_never_used_twice() -> None:
    slugs = [kind.slug for kind in CATALOGUE]
    assert len(slugs) == len(set(slugs))


def test_every_setting_is_documented() -> None:
    source = (ROOT / "traceapp" / "config.py").read_text(encoding="utf-8")
    settings = set(re.findall(r'"([A-Z][A-Z_]{3,})"', source))
    documented = set(
        re.findall(r"^\| `([A-Z_]+)` \|", _text("operators/settings.md"), re.MULTILINE)
    )
    assert settings <= documented
    assert len(dataclasses.fields(Config)) <= len(documented) + 1


def test_the_diagram_of_the_tables_is_the_code() -> None:
    assert _text("database.md") == draw_database.page(), "run: python -m tools.draw_database"


def test_every_room_is_in_the_architecture() -> None:
    rooms = {path.parent.name for path in (ROOT / "traceapp").glob("*/__init__.py")}
    text = _text("ARCHITECTURE.md")
    assert [room for room in sorted(rooms) if f"  {room}/" not in text] == []


def test_every_file_named_in_the_architecture_exists() -> None:
    text = _text("ARCHITECTURE.md")
    named = set(re.findall(r"`(?:[a-z_]+/)?([a-z_]+\.py)`", text))
    there = {path.name for path in ROOT.rglob("*.py") if ".venv" not in path.parts}
    assert named - there == set()
