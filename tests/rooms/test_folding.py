"""Folding for a search: the same in Python and in both databases, whatever people type."""

import unicodedata

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import literal, select

from traceapp.database.engine import db
from traceapp.database.folding import fold, folded

VIETNAMESE = "".join(
    letter + tone
    for letter in "aăâeêioôơuưyđAĂÂEÊIOÔƠUƯYĐ"
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
)


def slowly(text: str) -> str:
    """Fold letter by letter."""
    marked = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in marked if not unicodedata.combining(c)).casefold()


@given(st.text())
def test_every_text_is_folded_as_letter_by_letter(text: str) -> None:
    assert fold(text) == slowly(text)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_every_vietnamese_letter_is_folded_alike_by_the_database(app: Flask, form: str) -> None:
    text = unicodedata.normalize(form, f"{VIETNAMESE} Đống Đa, 12% _x\\")  # type: ignore[arg-type]
    told = db.session.scalar(select(folded(literal(text))))
    assert told == fold(text)
    assert told.isascii()


def test_nothing_folds_to_nothing(app: Flask) -> None:
    assert db.session.scalar(select(folded(literal(None)))) is None
