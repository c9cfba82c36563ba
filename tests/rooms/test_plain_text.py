"""Plain text is kept in one form, and what hides in it is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from traceapp.web.faults import EMPTY
from traceapp.web.fields import PlainText, clean


class NoteSchema(Schema):
    name = PlainText(20, required=True)
    about = PlainText(20, load_default=None, allow_none=True, lines=True)


def load(**values: object) -> dict[str, object]:
    loaded: dict[str, object] = NoteSchema().load(values)
    return loaded


def test_text_is_kept_composed_and_without_spaces_around_it() -> None:
    spread = unicodedata.normalize("NFD", "  Cải ngọt\u00a0Đống\tĐa ")
    assert load(name=spread)["name"] == "Cải ngọt Đống Đa"


def test_what_pasting_carries_along_unseen_is_left_out() -> None:
    assert clean("\ufeffCải\u200b ngọt\u00ad") == "Cải ngọt"


def test_lines_are_kept_where_they_are_wanted_only() -> None:
    text = "một\r\nhai\r\n\r\n\r\n\r\nba "
    assert load(name="Lan", about=text)["about"] == "một\nhai\n\nba"
    assert load(name=text)["name"] == "một hai ba"


@pytest.mark.parametrize(
    "text",
    [
        *("a\x00b", "a\x1bb", "a\x85b"),
        *("gi\u202eòl", "a\u2066b", "\u200fa", "a\ud800b", "\ue000", "\ufdd0", "\U0001ffff"),
    ],
)
def test_hidden_or_broken_characters_are_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="hidden control characters"):
        load(name=text)


def test_a_family_of_emoji_is_no_hidden_character() -> None:
    assert clean("👨\u200d👩\u200d👧") == "👨\u200d👩\u200d👧"


@pytest.mark.parametrize("length", [21, 64 * 1024])
def test_too_long_a_text_is_refused_with_the_limit(length: int) -> None:
    with pytest.raises(ValidationError, match="at most 20 characters"):
        load(name="ộ" * length)


def test_twenty_letters_spread_into_sixty_characters_are_still_twenty() -> None:
    assert load(name=unicodedata.normalize("NFD", "ộ" * 20))["name"] == "ộ" * 20


@pytest.mark.parametrize("value", ["", "  ", "\u200b", None])
def test_nothing_is_an_error_where_something_is_due_and_unknown_elsewhere(value: object) -> None:
    with pytest.raises(ValidationError, match=EMPTY):
        load(name=value)
    assert load(name="Lan", about=value)["about"] is None


@pytest.mark.parametrize("value", [1, True, ["a"], {"a": "b"}, b"a"])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(ValidationError, match="Write text here"):
        load(name=value)


@given(st.text(max_size=80), st.booleans())
def test_cleaning_twice_changes_nothing_more(text: str, lines: bool) -> None:
    try:
        once = clean(text, lines=lines)
    except ValidationError:
        return
    assert clean(once, lines=lines) == once
    assert unicodedata.is_normalized("NFC", once)
    assert lines or "\n" not in once
