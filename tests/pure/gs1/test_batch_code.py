"""Our own codes: how people type them, and that making them is fair."""

from collections import Counter
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.gs1.batch_code import ALPHABET, BatchCode, StallCode, UnitCode
from traceapp.gs1.errors import InvalidKey, Rule

KINDS = st.sampled_from([BatchCode, StallCode, UnitCode])
ENTROPY = st.binary(min_size=13, max_size=32)


def rule_of(text: str) -> Rule:
    with pytest.raises(InvalidKey) as caught:
        BatchCode.parse(text)
    return caught.value.rule


@pytest.mark.parametrize(
    "typed",
    [
        "7K3M9QRT10",
        "7k3m9qrt10",
        "7K3M-9QRT-10",
        " 7k3m 9qrt 10 ",
        "7K3M–9QRT–10",  # a phone made dashes of the hyphens
        "7K3M9QRTIO",
        "7k3m9qrtlo",
        "7K3M9QRTLo",
    ],
)
def test_a_code_is_read_however_people_type_it(typed):
    assert str(BatchCode.parse(typed)) == "7K3M9QRT10"


@pytest.mark.parametrize("typed", ["", "7K3M9QRT1", "7K3M9QRT100", "---------- ", "7" * 65_536])
def test_a_code_of_another_length_is_malformed(typed):
    assert rule_of(typed) is Rule.CODE_LENGTH


@pytest.mark.parametrize(
    "wrong", ["U", "u", "_", "Đ", "đ", "ı", "٣", "\0", "\ud800", "\u202e", "\n"]
)
def test_a_letter_outside_the_alphabet_is_malformed(wrong):
    assert rule_of("7K3M9QRT1" + wrong) is Rule.CODE_CHARACTERS


def test_the_constructor_takes_the_canonical_form_only():
    with pytest.raises(InvalidKey):
        BatchCode("7k3m9qrt10")


@given(kind=KINDS, entropy=ENTROPY)
def test_what_we_print_reads_back_as_the_same_code(kind, entropy):
    code = kind.from_digest(entropy)
    assert kind.parse(code.readable) == code
    assert kind.parse(code.readable.lower()) == code
    assert kind(str(code)) == code


def test_codes_are_printed_in_groups_of_four():
    assert BatchCode("7K3M9QRT10").readable == "7K3M-9QRT-10"
    assert UnitCode("7K3M9QRT10ABC").readable == "7K3M-9QRT-10AB-C"


def test_a_minted_code_takes_its_randomness_from_the_source_given():
    asked = []

    def source(count: int) -> bytes:
        asked.append(count)
        return bytes(range(count))

    assert str(BatchCode.mint(source)) == "0123456789"
    assert str(UnitCode.mint(source)) == "0123456789ABC"
    assert asked == [10, 13]


def test_minted_codes_do_not_repeat():
    assert len({BatchCode.mint() for _ in range(10_000)}) == 10_000


def test_each_byte_picks_each_character_equally_often():
    drawn = Counter(str(BatchCode.from_digest(bytes([byte]) * 10))[0] for byte in range(256))
    assert drawn == dict.fromkeys(ALPHABET, 8)


def test_a_derived_code_is_always_the_same_one():
    digest = sha256(b"MAU CN-VD03-T").digest()
    assert BatchCode.from_digest(digest) == BatchCode.from_digest(digest)
    assert str(BatchCode.from_digest(digest)) == str(UnitCode.from_digest(digest))[:10]


def test_a_digest_too_short_for_a_code_is_refused():
    with pytest.raises(InvalidKey):
        BatchCode.from_digest(b"short")


@given(text=st.text(), kind=KINDS)
def test_any_text_is_a_code_or_a_told_mistake(text, kind):
    try:
        code = kind.parse(text)
    except InvalidKey:
        return
    assert len(code.text) == kind.LENGTH
    assert set(code.text) <= set(ALPHABET)
