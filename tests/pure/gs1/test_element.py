"""Lots, serials and extensions: what a link can carry, and what it cannot."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.gs1.element import GlnExtension, Lot, Serial
from traceapp.gs1.errors import InvalidKey, Rule


def rule_of(make, text: str) -> Rule:
    with pytest.raises(InvalidKey) as caught:
        make(text)
    return caught.value.rule


@pytest.mark.parametrize("text", ["A", "cn-vd03-t", "A" * 20, "10/11(2)", "..."])
def test_a_lot_is_kept_as_typed(text):
    assert str(Lot(text)) == text


@pytest.mark.parametrize(
    "text",
    ["lô1", unicodedata.normalize("NFD", "lô1"), "A B", "A\0", "\ud800", "\u202eA", "A\n", *"#@$."],
)
def test_a_lot_that_a_link_cannot_carry_is_refused(text):
    assert rule_of(Lot, text) is Rule.LOT_CHARACTERS


def test_a_lot_that_a_browser_would_take_for_a_folder_is_refused():
    assert rule_of(Lot, "..") is Rule.LOT_CHARACTERS


@pytest.mark.parametrize(
    ("make", "length", "characters"),
    [
        (Lot, Rule.LOT_LENGTH, Rule.LOT_CHARACTERS),
        (Serial, Rule.SERIAL_LENGTH, Rule.SERIAL_CHARACTERS),
        (GlnExtension, Rule.EXTENSION_LENGTH, Rule.EXTENSION_CHARACTERS),
    ],
)
def test_each_kind_names_its_own_mistake(make, length, characters):
    assert rule_of(make, "") is length
    assert rule_of(make, "A" * 21) is length
    assert rule_of(make, "đ") is characters


def test_a_lot_is_never_equal_to_a_serial_of_the_same_text():
    assert len({Lot("A1"), Lot("A1"), Lot("a1"), Serial("A1"), GlnExtension("A1")}) == 4


@given(text=st.text(max_size=25), make=st.sampled_from([Lot, Serial, GlnExtension]))
def test_any_text_is_an_element_or_a_told_mistake(text, make):
    try:
        made = make(text)
    except InvalidKey:
        assert not (text.isascii() and text.isalnum() and len(text) <= 20)
    else:
        assert made.text == text
