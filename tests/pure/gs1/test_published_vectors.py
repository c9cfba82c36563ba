"""GS1's own test vectors, and those of two other projects, read where they lie.

They cover all of GS1 Digital Link; each test says which of them concern the part we know.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from traceapp.gs1.digital_link import format_path, parse_path, parse_typed, readable
from traceapp.gs1.digits import are_digits, ends_in_check_digit, is_restricted
from traceapp.gs1.element import LONGEST, Lot
from traceapp.gs1.errors import InvalidKey, Rule
from traceapp.gs1.gtin import Gtin

SHARED = Path(__file__).resolve().parents[3] / ".." / "shared"
HANOI = Path(__file__).resolve().parents[3] / "traceapp" / "demo" / "hanoi"
VECTORS = SHARED / "vectors" / "digitallink"

PRESENT = VECTORS.is_dir()

pytestmark = pytest.mark.skipif(
    not PRESENT, reason="the GS1 vectors are not beside this checkout (../shared/vectors)"
)

DEMONSTRATION_GTIN = "09520123456788"  # of prefix 952, which GS1 keeps for examples
OUR_KEYS = {"01", "414", "00"}
OUR_NAMES = OUR_KEYS | {"10", "21", "254"}
TRAILING_SLASH = "https://a/stem/00/006141411234567890/"


@cache
def vectors(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def with_public_gtin(text: str) -> str:
    """Put a demonstration GTIN in place of a restricted one.

    Most of GS1's examples use 1 2312312312333, whose prefix 23 is restricted circulation: right
    in syntax, refused by us on purpose. Replaced, the rest of the link is put to the test.
    """
    return re.sub(r"(?<=/01/)\d{14}|(?<=\(01\))\d{14}", public_gtin, text)


def public_gtin(found: re.Match[str]) -> str:
    digits = found[0]
    replace = ends_in_check_digit(digits) and is_restricted(digits[1:])
    return DEMONSTRATION_GTIN if replace else digits


def names_in(link: str) -> list[str]:
    """List the application identifiers in a link's path, from the last key of ours on."""
    parts = re.split("[?#]", link)[0].split("/")[3:]
    starts = [i for i in range(len(parts) - 2, -1, -2) if parts[i] in OUR_KEYS]
    return parts[starts[0] :: 2] if starts else []


def is_about_us(vector: dict[str, Any]) -> bool:
    """Choose valid links made of our identifiers only, and all links whose path is wrong.

    A query never decides here, so links wrong in their query are left out; so are those wrong in
    their host, which the browser judged before us, and two refusals of style that a resolver
    should not share: a mixed-case scheme and a trailing slash (resolver statements 1.2).
    """
    if vector["strict_valid"]:
        names = names_in(vector["uri"])
        return bool(names) and OUR_NAMES.issuperset(names)
    wrong_elsewhere = r"quer|AI \(99\)|AI \(253\)|duplicated|Domain"
    if re.search(wrong_elsewhere, vector["strict_error"]) or "?01=" in vector["uri"]:
        return False
    return not vector["uri"].startswith("HtTp") and vector["uri"] != TRAILING_SLASH


@cache
def links_about_us() -> list[dict[str, Any]]:
    return [vector for vector in vectors("syntax_engine_parse_dluri.json") if is_about_us(vector)]


VALID = [vector for vector in links_about_us() if vector["strict_valid"]] if PRESENT else []
WRONG = [vector for vector in links_about_us() if not vector["strict_valid"]] if PRESENT else []


def test_the_choice_of_links_is_not_empty():
    assert (len(VALID), len(WRONG)) == (44, 40)


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector["uri"])
def test_links_the_gs1_syntax_engine_accepts_are_read_as_it_reads_them(vector):
    link = with_public_gtin(vector["uri"])
    elements = re.findall(r"\(\d+\)[^(]*", with_public_gtin(vector["strict_ai"]))
    in_path = elements[: len(names_in(link))]
    assert readable(parse_typed(link)) == "".join(in_path)


@pytest.mark.parametrize("vector", WRONG, ids=lambda vector: vector["uri"])
def test_links_the_gs1_syntax_engine_refuses_are_refused(vector):
    with pytest.raises(InvalidKey) as caught:
        parse_typed(with_public_gtin(vector["uri"]))
    assert caught.value.rule is not Rule.GTIN_RESTRICTED


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector["uri"])
def test_only_the_restricted_gtins_of_the_engine_are_refused(vector):
    link = vector["uri"]
    if with_public_gtin(link) == link:
        assert parse_typed(link)
    else:
        with pytest.raises(InvalidKey) as caught:
            parse_typed(link)
        assert caught.value.rule is Rule.GTIN_RESTRICTED


def test_valid_links_of_other_keys_are_refused_and_never_misread():
    others = [
        vector["uri"]
        for vector in vectors("syntax_engine_parse_dluri.json")
        if vector["strict_valid"] and not is_about_us(vector)
    ]
    assert others
    for link in others:
        with pytest.raises(InvalidKey) as caught:
            parse_typed(link)
        assert caught.value.rule in {Rule.LINK_UNKNOWN, Rule.LINK_ORDER}, link


def test_a_link_is_written_as_the_gs1_syntax_engine_writes_it():
    """Chosen: element strings of our identifiers only, written without a query."""
    written = 0
    for valid, _, elements, link in vectors("syntax_engine_dl_other.json")[
        "test_testGenerateDLuri"
    ]:
        names = set(re.findall(r"\((\d+)\)", elements))
        if valid == "true" and names <= {"01", "10", "21"} and "?" not in link:
            path = with_public_gtin(urlsplit(link).path)
            assert "/" + format_path(parse_path(path)) == path
            written += 1
    assert written == 3


def test_values_are_percent_encoded_as_the_gs1_syntax_engine_does():
    """Chosen: values of at most 20 characters that a lot may hold."""
    checked = 0
    for value, encoded, _ in vectors("syntax_engine_dl_other.json")["test_URIescape"]:
        try:
            Lot(value)
        except InvalidKey:
            continue
        path = f"01/{DEMONSTRATION_GTIN}/10/{encoded}"
        assert format_path(parse_path(path)) == path
        checked += 1
    assert checked == 1


def test_values_are_percent_decoded_as_the_gs1_syntax_engine_does():
    """A broken escape is refused, where the engine keeps it and then fails on the value."""
    for encoded, decoded, _ in vectors("syntax_engine_dl_other.json")["test_URIunescape"]:
        path = f"01/{DEMONSTRATION_GTIN}/10/{encoded}"
        try:
            key = parse_path(path)
        except InvalidKey:
            assert not re.fullmatch(r"[A-Z0-9+]+", decoded, re.IGNORECASE)
        else:
            assert readable(key) == f"(01){DEMONSTRATION_GTIN}(10){decoded}"


def test_check_digits_agree_with_the_gs1_linter():
    """Chosen: all of them; ours expects digits, so other characters are judged before it."""
    for vector in vectors("syntax_dictionary_linter_vectors.json")["csum"]:
        digits = vector["value"]
        ours = are_digits(digits, max(1, len(digits))) and ends_in_check_digit(digits)
        assert ours == vector["pass"], digits


def test_characters_agree_with_the_gs1_linter():
    """Chosen: all but the empty text (a lot has at least one) and the dot (lost in a path)."""
    for vector in vectors("syntax_dictionary_linter_vectors.json")["cset82"]:
        text = vector["value"]
        if text in {"", "."}:
            continue
        if vector["pass"]:
            assert str(Lot(text)) == text
        else:
            with pytest.raises(InvalidKey) as caught:
                Lot(text)
            assert caught.value.rule is Rule.LOT_CHARACTERS, text


def test_lengths_and_order_agree_with_the_gs1_dictionary():
    lines = (VECTORS / "gs1-syntax-dictionary.txt").read_text(encoding="utf-8").splitlines()
    entries = {line.split()[0]: line for line in lines if re.match(r"\d", line)}
    for name in ("10", "21", "254"):
        assert f"X..{LONGEST} " in entries[name]
    assert "N14,csum" in entries["01"]
    assert "N13,csum" in entries["414"]
    assert "N18,csum" in entries["00"]
    assert "dlpkey=22,10,21|235" in entries["01"]  # lot before serial


@cache
def openepcis_links() -> list[str]:
    tests = vectors("openepcis_epc_urn_dl.json").values()
    links = {link for test in tests for link in test["digital_links"]}
    return sorted(link for link in links if OUR_KEYS.intersection(link.split("/")[3:]))


GRAMMAR = re.compile(
    r"01/(?P<gtin>\d{14})(/10/(?P<lot>[^/]+))?(/21/(?P<serial>[^/]+))?"
    r"|414/(?P<gln>\d{13})(/254/(?P<extension>[^/]+))?|00/(?P<sscc>\d{18})"
)
# The regular expression of URI Syntax 1.2 section 4 for a value, percent-encoded or not.
VALUE = re.compile(r"([!\"&'()*+,\-.0-9:;<=>?A-Z_a-z]|%(2[1-9A-F]|3[A-F])){1,20}", re.IGNORECASE)


def is_ours(path: str) -> bool:
    """Judge a path by another way than the library: one expression and a sum modulo ten."""
    found = GRAMMAR.fullmatch(path)
    if not found:
        return False
    parts = {name: value for name, value in found.groupdict().items() if value}
    number = next(iter(parts.values()))
    weighted = sum(int(d) * (3 if (len(number) - i) % 2 == 0 else 1) for i, d in enumerate(number))
    public = not re.match(r"(gtin:\d|gln:)(02|04|2\d|99|98[0-4])", f"{next(iter(parts))}:{number}")
    values = [parts[name] for name in ("lot", "serial", "extension") if name in parts]
    return weighted % 10 == 0 and public and all(VALUE.fullmatch(value) for value in values)


@pytest.mark.parametrize("link", openepcis_links() if PRESENT else [])
def test_openepcis_links_are_judged_as_by_the_published_expression(link):
    """Chosen: links with a GTIN, GLN or SSCC.

    They carry no verdict (many are there to be refused), so a second judge gives it.
    """
    path = urlsplit(link).path
    start = re.search(r"(?<=/)(01|414|00)/", path)
    key = path[start.start() :] if start else ""
    try:
        parsed = parse_typed(link)
    except InvalidKey:
        assert not is_ours(key)
    else:
        assert is_ours(key)
        assert unquote(format_path(parsed)) == unquote(key)


def test_the_gtins_of_the_sample_products_are_accepted():
    products = HANOI / "products.json"
    gtins = re.findall(r'"gtin": "(\d+)"', products.read_text(encoding="utf-8"))
    assert gtins
    assert [str(Gtin.parse(gtin)) for gtin in gtins] == gtins
