"""Documents that must keep step with the code: problems, settings, the tables, the rooms."""

import dataclasses
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.pofile import read_po

from tools import draw_database
from traceapp.accounts import security
from traceapp.config import Config
from traceapp.problem.catalogue import CATALOGUE
from traceapp.push import keys
from traceapp.webhooks import signing

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


def test_asvs_11_1_1_every_key_is_in_the_inventory_with_its_purpose_and_place() -> None:
    page = _text("operators/keys.md")
    sources = {path: path.read_text(encoding="utf-8") for path in ROOT.glob("traceapp/*/*.py")}
    makes = re.compile(r"hmac\.new\(|derived_key\(|Fernet\(|^from cryptography", re.MULTILINE)
    found = {path.relative_to(ROOT / "traceapp") for path in sources if makes.search(sources[path])}
    assert {str(path) for path in found} - set(
        re.findall(r"`([a-z_]+/[a-z_]+\.py)`", page)
    ) == set()
    derived = {security.TOTP_KEY, security.RECOVERY_KEY, signing.KEY, *keys.PURPOSES}
    assert {f"`{purpose.decode()}`" for purpose in derived} <= set(re.findall(r"`[^`]+`", page))
    asked = sum(len(re.findall(r"(?<!def )derived_key\(", text)) for text in sources.values())
    assert asked == len(derived) - 1  # the two of push are asked for together


def test_every_room_is_in_the_architecture() -> None:
    rooms = {path.parent.name for path in (ROOT / "traceapp").glob("*/__init__.py")}
    text = _text("ARCHITECTURE.md")
    assert [room for room in sorted(rooms) if f"  {room}/" not in text] == []


def test_every_file_named_in_the_architecture_exists() -> None:
    text = _text("ARCHITECTURE.md")
    named = set(re.findall(r"`(?:[a-z_]+/)?([a-z_]+\.py)`", text))
    there = {path.name for path in ROOT.rglob("*.py") if ".venv" not in path.parts}
    assert named - there == set()


def test_words_in_italics_on_vietnamese_pages_stand_on_the_screen() -> None:
    said = _on_screens()
    for page in sorted((DOCS / "users" / "vi").glob("*.md")):
        named = re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", page.read_text(encoding="utf-8"))
        assert named, page.name
        assert [words for words in named if words not in said] == [], page.name


def _on_screens() -> set[str]:
    with (ROOT / "traceapp/translations/vi/LC_MESSAGES/messages.po").open("rb") as file:
        said = {text for message in read_po(file) for text in _texts(message.string)}
    for path in (ROOT / "static/pwa/app/words").glob("*.js"):
        said |= set(re.findall(r'"((?:[^"\\]|\\.)+)"', path.read_text(encoding="utf-8")))
    kinds = json.loads((ROOT / "traceapp/trace/step_kinds.json").read_text(encoding="utf-8"))
    return said | set(_strings(kinds))


def _texts(found: str | Sequence[str] | None) -> Sequence[str]:
    return [found] if isinstance(found, str) else found or ()


def _strings(found: object) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict | list):
        for one in found.values() if isinstance(found, dict) else found:
            yield from _strings(one)


def test_every_link_between_documents_leads_somewhere() -> None:
    pages = (*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md")
    lost = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert lost == []
