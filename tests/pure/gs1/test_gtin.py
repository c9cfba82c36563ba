"""GTIN and GLN: every length, every mistyped digit, every prefix nobody owns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.gs1.digits import check_digit
from traceapp.gs1.errors import WORDS, InvalidKey, Rule
from traceapp.gs1.gln import Gln
from traceapp.gs1.gtin import Gtin
from traceapp.gs1.sscc import Sscc

# 952 is the prefix GS1 keeps for demonstrations; 893 is Viet Nam's.
PUBLIC_BODIES = st.builds(
    "{}{}{}".format,
    st.sampled_from("0123456789"),
    st.sampled_from(["952", "893"]),
    st.text("0123456789", min_size=9, max_size=9),
)


def with_check_digit(body: str) -> str:
    return body + check_digit(body)


def rule_of(make, text: str) -> Rule:
    with pytest.raises(InvalidKey) as caught:
        make(text)
    return caught.value.rule


@pytest.mark.parametrize(
    ("typed", "fourteen"),
    [
        ("96385074", "00000096385074"),
        ("614141000036", "00614141000036"),
        ("9520123456788", "09520123456788"),
        ("09520123456788", "09520123456788"),
        ("9 520123 456788", "09520123456788"),
        ("9-520123-456788", "09520123456788"),
        ("20614141000030", "20614141000030"),  # 2 is an indicator digit here, not a prefix
    ],
)
def test_each_length_becomes_fourteen_digits(typed, fourteen):
    assert str(Gtin.parse(typed)) == fourteen


@pytest.mark.parametrize("typed", ["952012345678", "9520123456789", "19520123456788"])
def test_a_wrong_check_digit_is_told(typed):
    assert rule_of(Gtin.parse, typed) is Rule.GTIN_CHECK_DIGIT


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "1234567",
        "123456789",
        "123456789012345",
        "952012345678A",
        "٩٥٢٠١٢٣٤٥٦٧٨٨",
        "9520123456788\n",
    ],
)
def test_only_8_12_13_or_14_western_digits_are_a_gtin(typed):
    assert rule_of(Gtin.parse, typed) is Rule.GTIN_LENGTH


@pytest.mark.parametrize(
    "body",
    [
        "020000000001",  # U.P.C. number system 2: weighed in the shop
        "040000000001",  # number system 4: one company's own use
        "200000000001",
        "234567890123",
        "299999999999",
        "980123456789",  # refund receipt
        "981123456789",  # coupon
        "990123456789",  # coupon
        "000002345678",  # a GTIN-8 with prefix 2, padded
        "000000123456",  # a GTIN-8 with prefix 0, padded
    ],
)
def test_numbers_nobody_owns_worldwide_are_refused(body):
    assert rule_of(Gtin.parse, with_check_digit(body)) is Rule.GTIN_RESTRICTED
    carton = with_check_digit("1" + body)
    assert rule_of(Gtin.parse, carton) is Rule.GTIN_RESTRICTED
    assert rule_of(Gln.parse, with_check_digit(body)) is Rule.GLN_RESTRICTED


@pytest.mark.parametrize("body", ["019999999999", "030000000001", "199999999999", "300000000001"])
def test_the_neighbours_of_restricted_prefixes_are_accepted(body):
    assert Gtin.parse(with_check_digit(body)).digits == "0" + with_check_digit(body)


def test_a_short_restricted_number_is_seen_through_its_padding():
    assert rule_of(Gtin.parse, "02345673") is Rule.GTIN_RESTRICTED
    assert rule_of(Gtin.parse, with_check_digit("21234567890")) is Rule.GTIN_RESTRICTED


@given(body=PUBLIC_BODIES, place=st.integers(0, 13), shift=st.integers(1, 9))
def test_every_single_mistyped_digit_of_a_gtin_is_caught(body, place, shift):
    digits = Gtin(with_check_digit(body)).digits
    wrong = str((int(digits[place]) + shift) % 10)
    mistyped = digits[:place] + wrong + digits[place + 1 :]
    assert rule_of(Gtin, mistyped) is Rule.GTIN_CHECK_DIGIT


@given(body=PUBLIC_BODIES)
def test_reading_back_a_written_gtin_gives_the_same(body):
    gtin = Gtin(with_check_digit(body))
    assert Gtin.parse(str(gtin)) == gtin


@given(
    text=st.text() | st.text("0123456789 -", max_size=20),
    make=st.sampled_from([Gtin, Gtin.parse, Gln, Gln.parse, Sscc]),
)
def test_any_text_is_a_number_or_a_told_mistake(text, make):
    try:
        made = make(text)
    except InvalidKey:
        return
    assert str(made).isdigit()


def test_a_gln_has_thirteen_digits():
    assert str(Gln.parse("9520 1234 56788")) == "9520123456788"
    assert rule_of(Gln.parse, "09520123456788") is Rule.GLN_LENGTH
    assert rule_of(Gln.parse, "9520123456789") is Rule.GLN_CHECK_DIGIT


def test_an_sscc_has_eighteen_digits():
    assert str(Sscc("952012345678912345")) == "952012345678912345"
    assert rule_of(Sscc, "95201234567891234") is Rule.SSCC_LENGTH
    assert rule_of(Sscc, "952012345678912346") is Rule.SSCC_CHECK_DIGIT


def test_every_rule_has_words_that_say_what_to_do():
    assert set(WORDS) == set(Rule)
    assert all(message.endswith(".") and fix.endswith(".") for message, fix in WORDS.values())
    assert str(InvalidKey(Rule.GLN_LENGTH)) == (
        "A GLN has exactly 13 digits. "
        "Copy the number from the letter that assigned it, or leave the field empty."
    )
