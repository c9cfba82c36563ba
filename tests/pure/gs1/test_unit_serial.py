"""Serial numbers of labels: random, readable, and read back however they were typed."""

import secrets
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.gs1.batch_code import ALPHABET
from traceapp.gs1.digital_link import BatchKey, parse_path
from traceapp.gs1.element import Serial
from traceapp.gs1.unit_serial import LENGTHS, as_minted, mint, readable

serials = st.sampled_from(LENGTHS).flatmap(
    lambda length: st.text(ALPHABET, min_size=length, max_size=length)
)


@given(count=st.integers(0, 200), length=st.sampled_from(LENGTHS))
def test_numbers_have_the_length_asked_for_and_letters_that_nobody_mixes_up(
    count: int, length: int
) -> None:
    made = [*mint(count, length)]
    assert len(made) == count
    assert all(len(one) == length and set(one) <= set(ALPHABET) for one in made)
    assert not set("ILOU") & set("".join(made))


def test_numbers_are_drawn_from_the_secure_source_and_every_letter_is_as_likely() -> None:
    assert mint.__defaults__ == (secrets.token_bytes,)
    every = bytes(range(256)) * 10
    found = Counter("".join(mint(256, 10, lambda size: every[:size])))
    assert set(found.values()) == {2560 // len(ALPHABET)}


def test_many_numbers_are_all_different_and_none_follows_from_the_one_before() -> None:
    made = [*mint(50_000, 10)]
    assert len(set(made)) == len(made)
    assert [*made] != sorted(made)
    same_start = sum(one[:4] == two[:4] for one, two in pairwise(made))
    assert same_start < 5


@given(serial=serials)
def test_a_number_is_read_back_however_it_was_typed(serial: str) -> None:
    assert as_minted(serial) == serial
    assert as_minted(readable(serial)) == serial
    assert as_minted(readable(serial).lower()) == serial
    assert as_minted(serial.replace("0", "O").replace("1", "l")) == serial
    key = parse_path(f"/B/7K3M9QRT2X/21/{serial}")
    assert isinstance(key, BatchKey)
    assert key.serial == Serial(serial)


@pytest.mark.parametrize("text", ["", "7K3M9QRT2", "7K3M9QRT2XABCD", "7K3M9QRT2U", "SN/12/34/56"])
def test_what_cannot_be_one_of_our_numbers_is_none(text: str) -> None:
    assert as_minted(text) is None
