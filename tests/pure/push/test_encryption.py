"""A message for one browser, by the example of RFC 8291 (section 5 and appendix A)."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from tests.browser_keys import BrowserKeys
from traceapp.push import encryption
from traceapp.push.encryption import Recipient
from traceapp.push.identification import as_bytes, as_text

PLAIN = b"When I grow up, I want to be a watermelon"
SERVER_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BROWSER_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
BROWSER_PUBLIC = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
    "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
    "lcy4a-fN"
)
TO = Recipient(as_bytes(BROWSER_PUBLIC), as_bytes(AUTH))


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(as_bytes(text), "big"), ec.SECP256R1())


def test_the_example_of_the_standard_comes_out_byte_for_byte() -> None:
    made = encryption.encrypt(
        PLAIN,
        TO,
        salt=as_bytes(SALT),
        own=private(SERVER_PRIVATE),
    )
    assert as_text(made) == BODY


def test_the_browser_of_the_example_reads_it() -> None:
    browser = BrowserKeys(private(BROWSER_PRIVATE), as_bytes(AUTH))
    assert as_text(browser.public) == BROWSER_PUBLIC
    assert browser.read(as_bytes(BODY)) == PLAIN


@given(st.binary(max_size=encryption.MOST_BYTES), st.integers(0, 5000))
def test_whatever_is_sent_is_read_and_is_one_record(plain: bytes, length: int) -> None:
    browser = BrowserKeys.made()
    body = encryption.encrypt(plain, Recipient(browser.public, browser.auth), length=length)
    assert browser.read(body) == plain
    assert len(body) <= encryption.RECORD_BYTES


def test_messages_of_one_length_tell_nothing_by_their_size_and_none_repeats() -> None:
    browser = BrowserKeys.made()
    bodies = [
        encryption.encrypt(b"x" * size, Recipient(browser.public, browser.auth), length=1000)
        for size in (1, 500, 1000)
    ]
    assert len({len(one) for one in bodies}) == 1
    same = {encryption.encrypt(b"x", Recipient(browser.public, browser.auth)) for _ in range(3)}
    assert len({one[:16] for one in same}) == len({one[21:86] for one in same}) == len(same)


@pytest.mark.parametrize(
    "key",
    [b"", b"\x04" + b"\x01" * 64, b"\x02" + b"\x01" * 64, BROWSER_PUBLIC.encode()[:65]],
)
def test_what_is_no_point_of_the_curve_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        encryption.encrypt(PLAIN, Recipient(key, as_bytes(AUTH)))


def test_too_long_a_text_and_a_short_secret_are_refused() -> None:
    with pytest.raises(ValueError, match="record"):
        encryption.encrypt(b"x" * 4000, TO)
    with pytest.raises(ValueError, match="16 bytes"):
        encryption.encrypt(PLAIN, Recipient(TO.key, b"short"))


def test_another_browser_cannot_read_it() -> None:
    body = encryption.encrypt(PLAIN, TO)
    with pytest.raises(InvalidTag):
        BrowserKeys.made().read(body)
