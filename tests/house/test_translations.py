"""Every message that the code can say is in the Vietnamese catalogue, finished."""

import re
import shutil
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from traceapp.web.catalogues import compile_stale

TOP = Path(__file__).resolve().parent.parent.parent
VIETNAMESE = TOP / "traceapp" / "translations" / "vi" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}")

MessageId = str | tuple[str, ...]


def said_by_the_code() -> dict[MessageId, str]:
    """Every message id of the source and the templates, and where it stands."""
    settings = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    mappings = settings["tool"]["babel"]["mappings"]
    found = extract_from_dir(
        TOP,
        method_map=[(mapping["pattern"], mapping["method"]) for mapping in mappings],
        keywords=DEFAULT_KEYWORDS,
        directory_filter=is_ours,
    )
    return {message: f"{name}:{line}" for name, line, message, _, _ in found if message}


def is_ours(folder: str) -> bool:
    return not Path(folder).name.startswith((".", "node_modules", "instance", "tests"))


def vietnamese() -> Catalog:
    with VIETNAMESE.open("rb") as file:
        return read_po(file, locale="vi", abort_invalid=True)


def texts(entry: str | Iterable[str] | None) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry or ())


def entries(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def test_the_code_says_something_in_python_and_in_templates() -> None:
    places = list(said_by_the_code().values())
    assert any(".py:" in place for place in places)
    assert any(".html:" in place for place in places)


def test_no_message_is_missing_in_vietnamese() -> None:
    written = {tuple(texts(message.id)) for message in entries(vietnamese())}
    missing = {
        message: place
        for message, place in said_by_the_code().items()
        if tuple(texts(message)) not in written
    }
    assert not missing


def test_no_message_is_left_over_from_words_that_are_gone() -> None:
    said = {tuple(texts(message)) for message in said_by_the_code()}
    assert {tuple(texts(message.id)) for message in entries(vietnamese())} <= said


def test_no_message_is_empty_or_fuzzy() -> None:
    unfinished = [
        message.id
        for message in entries(vietnamese())
        if message.fuzzy or not all(text.strip() for text in texts(message.string))
    ]
    assert not unfinished


def test_placeholders_are_the_same_in_both_languages() -> None:
    different = [
        message.id
        for message in entries(vietnamese())
        for said in texts(message.string)
        if set(PLACEHOLDER.findall(said)) != set(PLACEHOLDER.findall(texts(message.id)[-1]))
    ]
    assert not different


def test_nothing_is_said_against_a_message_where_it_is_compiled() -> None:
    assert [(message.id, errors) for message, errors in vietnamese().check()] == []


def test_no_message_stands_twice() -> None:
    ids = re.findall(r'^msgid ((?:".*"\n)+)', VIETNAMESE.read_text(encoding="utf-8"), re.MULTILINE)
    twice = {text for text in ids if ids.count(text) > 1}
    assert not twice


def test_no_message_claims_more_than_we_know() -> None:
    claims = re.compile(r"\b(certified|compliant|authentic|blockchain)\b", re.IGNORECASE)
    assert not [m for m in said_by_the_code() if any(claims.search(text) for text in texts(m))]


def test_a_changed_catalogue_is_compiled_at_start(tmp_path: Path) -> None:
    folder = tmp_path / "vi" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "messages.po"
    shutil.copyfile(VIETNAMESE, source)
    compile_stale(tmp_path)
    with source.open("a", encoding="utf-8") as file:
        file.write('\nmsgid "Quite new"\nmsgstr "Mới tinh"\n')
    compile_stale(tmp_path)
    with source.with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)
    entry = compiled["Quite new"]
    assert entry is not None
    assert entry.string == "Mới tinh"
    assert sorted(path.name for path in folder.iterdir()) == ["messages.mo", "messages.po"]
