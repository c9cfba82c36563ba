"""Links: each form read, each mistake named, and nothing but InvalidKey from hostile input."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.gs1.batch_code import ALPHABET, BatchCode, StallCode, UnitCode
from traceapp.gs1.digital_link import (
    LONGEST_LINK,
    BatchKey,
    PalletKey,
    PlaceKey,
    ProductKey,
    StallKey,
    UnitKey,
    format_path,
    parse_path,
    parse_typed,
    readable,
    uri,
)
from traceapp.gs1.digits import check_digit
from traceapp.gs1.element import GlnExtension, Lot, Serial
from traceapp.gs1.errors import InvalidKey, Rule
from traceapp.gs1.gln import Gln
from traceapp.gs1.gtin import Gtin
from traceapp.gs1.sscc import Sscc

GTIN = Gtin("09520123456788")
CODE = BatchCode("7K3M9QRT2X")
UNIT = UnitCode("7K3M9QRT2XABC")
STALL = StallCode("7K3M9QRT2XA")
QR_ALPHANUMERIC = set(string.digits + string.ascii_uppercase + " $%*+-./:")

CSET_82 = string.digits + string.ascii_letters + "!\"%&'()*+,-./:;<=>?_"
TEXTS = st.text(CSET_82, min_size=1, max_size=20).filter(lambda text: text not in {".", ".."})


def checked(prefix: str, size: int):
    bodies = st.text(string.digits, min_size=size, max_size=size).map(prefix.__add__)
    return bodies.map(lambda body: body + check_digit(body))


KEYS = st.one_of(
    st.builds(
        ProductKey,
        checked("0952", 9).map(Gtin),
        st.none() | TEXTS.map(Lot),
        st.none() | TEXTS.map(Serial),
    ),
    st.builds(
        BatchKey,
        st.text(ALPHABET, min_size=10, max_size=10).map(BatchCode),
        st.none() | TEXTS.map(Serial),
    ),
    st.builds(UnitKey, st.text(ALPHABET, min_size=13, max_size=13).map(UnitCode)),
    st.builds(StallKey, st.text(ALPHABET, min_size=11, max_size=11).map(StallCode)),
    st.builds(PlaceKey, checked("952", 9).map(Gln), st.none() | TEXTS.map(GlnExtension)),
    st.builds(PalletKey, checked("0952", 13).map(Sscc)),
)


def rule_of(path: str, read=parse_path) -> Rule:
    with pytest.raises(InvalidKey) as caught:
        read(path)
    return caught.value.rule


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/01/09520123456788", ProductKey(GTIN)),
        ("/01/09520123456788/10/CN-VD03-T", ProductKey(GTIN, Lot("CN-VD03-T"))),
        ("/01/09520123456788/21/000123", ProductKey(GTIN, serial=Serial("000123"))),
        ("/01/09520123456788/10/a1/21/B2", ProductKey(GTIN, Lot("a1"), Serial("B2"))),
        ("/01/09520123456788/10/2026%2F11%25", ProductKey(GTIN, Lot("2026/11%"))),
        ("/01/09520123456788/10/A+B", ProductKey(GTIN, Lot("A+B"))),
        ("/B/7K3M9QRT2X", BatchKey(CODE)),
        ("/b/7k3m-9qrt-2x/", BatchKey(CODE)),
        ("B/7K3M9QRT2X/21/15", BatchKey(CODE, Serial("15"))),
        ("/%42/7K3M9QRT2X", BatchKey(CODE)),
        ("/u/7k3m9qrt2xabc", UnitKey(UNIT)),
        ("/s/7k3m-9qrt-2xa", StallKey(STALL)),
        ("/414/9520123456788", PlaceKey(Gln("9520123456788"))),
        ("/414/9520123456788/254/V3", PlaceKey(Gln("9520123456788"), GlnExtension("V3"))),
        ("/00/952012345678912345", PalletKey(Sscc("952012345678912345"))),
    ],
)
def test_each_form_of_the_grammar_is_read(path, key):
    assert parse_path(path) == key


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("", Rule.LINK_UNKNOWN),
        ("/", Rule.LINK_UNKNOWN),
        ("//", Rule.LINK_UNKNOWN),
        ("//B/7K3M9QRT2X", Rule.LINK_UNKNOWN),
        ("/C/7K3M9QRT2X", Rule.LINK_UNKNOWN),
        ("/../B/7K3M9QRT2X", Rule.LINK_UNKNOWN),
        ("/gtin/09520123456788", Rule.LINK_UNKNOWN),
        ("/B", Rule.LINK_INCOMPLETE),
        ("/01/09520123456788/10/", Rule.LINK_INCOMPLETE),
        ("/01/09520123456788/10//", Rule.LOT_LENGTH),
        ("/B/7K3M9QRT2X//", Rule.LINK_INCOMPLETE),
        ("/01/09520123456788/21/B2/10/a1", Rule.LINK_ORDER),
        ("/01/09520123456788/17/261231", Rule.LINK_ORDER),
        ("/01//09520123456788", Rule.LINK_INCOMPLETE),
        ("/B/7K3M9QRT2X/10/A", Rule.LINK_ORDER),
        ("/U/7K3M9QRT2XABC/21/1", Rule.LINK_ORDER),
        ("/S/7K3M9QRT2XA/21/1", Rule.LINK_ORDER),
        ("/S/7K3M9QRT2X", Rule.CODE_LENGTH),
        ("/01/9520123456788", Rule.GTIN_LINK_LENGTH),
        ("/01/0952012345678%38%00", Rule.GTIN_LINK_LENGTH),
        ("/01/09520123456789", Rule.GTIN_CHECK_DIGIT),
        ("/01/02000000000015", Rule.GTIN_RESTRICTED),
        ("/414/9520123456789", Rule.GLN_CHECK_DIGIT),
        ("/00/952012345678912346", Rule.SSCC_CHECK_DIGIT),
        ("/01/09520123456788/10/r%C3%A0u", Rule.LOT_CHARACTERS),
        ("/01/09520123456788/10/ràu", Rule.LOT_CHARACTERS),
        ("/01/09520123456788/10/A%20B", Rule.LOT_CHARACTERS),
        ("/01/09520123456788/10/A%00", Rule.LOT_CHARACTERS),
        ("/01/09520123456788/10/%E2%80%AEA", Rule.LOT_CHARACTERS),
        ("/01/09520123456788/10/%2E%2E", Rule.LOT_CHARACTERS),
        ("/01/09520123456788/10/" + "A" * 21, Rule.LOT_LENGTH),
        ("/01/09520123456788/21/" + "A" * 21, Rule.SERIAL_LENGTH),
        ("/01/09520123456788/10/A%zz", Rule.LINK_ENCODING),
        ("/01/09520123456788/10/100%", Rule.LINK_ENCODING),
        ("/01/09520123456788/10/%FF", Rule.LINK_ENCODING),
        ("/B/\ud800K3M9QRT2X", Rule.LINK_ENCODING),
        ("/B/7K3M9QRT2U", Rule.CODE_CHARACTERS),
        ("/B/7K3M9QRT2", Rule.CODE_LENGTH),
        ("/B/" + "A" * 65_536, Rule.LINK_TOO_LONG),
    ],
)
def test_each_mistake_is_named(path, rule):
    assert rule_of(path) is rule


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("7k3m 9qrt 2x", BatchKey(CODE)),
        (" 7K3M-9QRT-2X\n", BatchKey(CODE)),
        ("7k3m9qrt2xabc", UnitKey(UNIT)),
        ("7k3m 9qrt 2xa", StallKey(STALL)),
        ("9 520123 456788", ProductKey(GTIN)),
        ("b/7k3m9qrt2x", BatchKey(CODE)),
        ("example.vn/B/7K3M9QRT2X", BatchKey(CODE)),
        ("HTTPS://EXAMPLE.VN/B/7K3M9QRT2X", BatchKey(CODE)),
        ("https://example.vn/B/7K3M9QRT2X?fbclid=abc#top", BatchKey(CODE)),
        ("https://example.vn/nguon-goc/01/09520123456788/10/A1", ProductKey(GTIN, Lot("A1"))),
        ("https://example.vn/00/x/01/09520123456788/", ProductKey(GTIN)),
        ("https://example.vn/01/09520123456788/10/00", ProductKey(GTIN, Lot("00"))),
        ("example.vn/01/09520123456788/10/b/21/5", ProductKey(GTIN, Lot("b"), Serial("5"))),
    ],
)
def test_what_people_type_or_paste_is_found(typed, key):
    assert parse_typed(typed) == key


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("", Rule.CODE_LENGTH),
        ("9520123456789", Rule.GTIN_CHECK_DIGIT),
        ("2000000000015", Rule.GTIN_RESTRICTED),
        ("7K3M9QRT2U", Rule.CODE_CHARACTERS),
        ("https://example.vn/", Rule.LINK_UNKNOWN),
        ("https://B/7K3M9QRT2X", Rule.LINK_UNKNOWN),  # B is the host here
        ("https://example.vn/B/" + "A" * 65_536, Rule.LINK_TOO_LONG),
    ],
)
def test_what_cannot_be_found_is_told(typed, rule):
    assert rule_of(typed, parse_typed) is rule


@given(key=KEYS)
def test_a_written_path_reads_back_as_the_same_key(key):
    path = format_path(key)
    assert parse_path(path) == key
    assert parse_path(f"/{path}/") == key


@given(key=KEYS, stem=st.sampled_from(["", "/truy-xuat", "/a/b/"]))
def test_the_text_of_a_qr_leads_back_to_the_same_key(key, stem):
    text = uri(f"https://example.vn:8443{stem}", key)
    assert text.startswith("HTTPS://EXAMPLE.VN:8443/")
    assert "?" not in text
    assert "#" not in text
    assert parse_typed(text) == key


@given(key=KEYS)
def test_a_lot_is_printed_as_typed_and_percent_encoded_where_it_must_be(key):
    path = format_path(key)
    assert path.isascii()
    assert set(path) <= set(string.digits + string.ascii_letters + "-._~%/")


def test_our_own_links_fit_the_dense_mode_of_a_qr():
    assert uri("https://example.vn", BatchKey(CODE)) == "HTTPS://EXAMPLE.VN/B/7K3M9QRT2X"
    assert set(uri("http://localhost:8000", UnitKey(UNIT))) <= QR_ALPHANUMERIC
    lot = ProductKey(GTIN, Lot("CN-1/2"))
    assert set(uri("https://example.vn/", lot)) <= QR_ALPHANUMERIC


def test_a_path_below_the_host_and_a_lot_keep_their_case():
    key = ProductKey(GTIN, Lot("cn-vd03"))
    assert uri("https://example.vn/nguon/", key) == (
        "HTTPS://EXAMPLE.VN/nguon/01/09520123456788/10/cn-vd03"
    )


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (BatchKey(CODE), "7K3M-9QRT-2X"),
        (BatchKey(CODE, Serial("15")), "7K3M-9QRT-2X 15"),
        (UnitKey(UNIT), "7K3M-9QRT-2XAB-C"),
        (StallKey(STALL), "7K3M-9QRT-2XA"),
        (ProductKey(GTIN, Lot("a/1"), Serial("7")), "(01)09520123456788(10)a/1(21)7"),
        (PlaceKey(Gln("9520123456788")), "(414)9520123456788"),
    ],
)
def test_the_readable_form_is_what_stands_beside_the_symbol(key, text):
    assert readable(key) == text


HOSTILE = st.lists(
    st.sampled_from(["//", "..", "%00", "%zz", "%2F", "%ff", "%E2%80%AE", "://", "?", "#", "/"])
    | st.sampled_from(["01", "10", "21", "b", "U", "414", "254", "00", str(GTIN), str(CODE)])
    | st.sampled_from([*"ßı\0\ud800\udfff\u202e\u2066\ufeff", "A" * 65_536])
    | st.text(st.characters(exclude_categories=())),
    max_size=12,
)


@given(parts=HOSTILE, joint=st.sampled_from(["", "/"]))
def test_hostile_paths_raise_nothing_but_invalid_key(parts, joint):
    text = joint.join(parts)
    for read in (parse_path, parse_typed):
        try:
            key = read(text)
        except InvalidKey:
            continue
        assert len(text) <= LONGEST_LINK or "?" in text or "#" in text or text != text.strip()
        assert parse_path(format_path(key)) == key
