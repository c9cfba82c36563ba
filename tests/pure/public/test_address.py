"""Reading which page a request asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.gs1.batch_code import BatchCode
from traceapp.gs1.errors import InvalidKey
from traceapp.public.address import page_path, raw_path, read


def test_the_path_is_taken_as_sent_and_not_as_decoded() -> None:
    sent = {"PATH_INFO": "/01/09520001000027/10/A/B"}
    assert raw_path(sent | {"RAW_URI": "/01/09520001000027/10/A%2FB?lang=vi"}).endswith("A%2FB")
    assert raw_path(sent | {"REQUEST_URI": "/01/09520001000027/10/A%2FB"}).endswith("A%2FB")
    assert raw_path(sent) == sent["PATH_INFO"]


def test_a_proxy_may_send_the_whole_address_and_the_site_may_stand_below_a_path() -> None:
    assert raw_path({"RAW_URI": "http://host.example/B/7K3M9QRT2X?a=1"}) == "/B/7K3M9QRT2X"
    environ = {"RAW_URI": "/food/B/7K3M9QRT2X", "SCRIPT_NAME": "/food"}
    assert raw_path(environ) == "/B/7K3M9QRT2X"


def test_a_slash_inside_a_lot_is_part_of_the_lot() -> None:
    assert page_path("/01/09520001000027/10/A%2FB") == "/01/09520001000027/10/A%2FB"
    assert page_path("/01/09520001000027/10/A/B") is None


def test_every_label_with_a_number_of_its_own_has_its_page() -> None:
    asked = read("/B/7K3M9QRT2X/21/A1")
    assert asked.serial == "A1"
    assert asked.path == read("/b/7k3m-9qrt-2x/21/A1/").path == "/B/7K3M9QRT2X/21/A1"
    assert read("/B/7K3M9QRT2X/21/A%2FB").path == "/B/7K3M9QRT2X/21/A%2FB"
    ours = {read(f"/B/7K3M9QRT2X/21/{one}").path for one in ("0AB23CDEFG", "oab2-3cde-fg")}
    assert ours == {"/B/7K3M9QRT2X/21/0AB23CDEFG"}
    assert read("/B/7K3M9QRT2X/21/A1/chain").path == "/B/7K3M9QRT2X/chain"


def test_the_whole_chain_has_its_own_address() -> None:
    assert read("/b/7k3m9qrt2x/chain/").path == "/B/7K3M9QRT2X/chain"
    assert not read("/B/7K3M9QRT2X").chain


@given(st.text(alphabet="0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=10, max_size=10))
def test_every_spelling_of_a_code_leads_to_one_page(code: str) -> None:
    readable = BatchCode(code).readable
    spellings = {f"/B/{code}", f"/b/{code.lower()}/", f"/B/{readable}", f"/b/{readable.lower()}"}
    assert {page_path(path) for path in spellings} == {f"/B/{code}"}


@given(st.text(max_size=60))
def test_any_text_is_a_page_or_a_broken_link_and_never_a_crash(path: str) -> None:
    try:
        assert page_path("/" + path) == read("/" + path).path
    except InvalidKey:
        assert page_path("/" + path) is None


@pytest.mark.parametrize("path", ["/B/7K3M9QRT2X/report", "/", "/healthz", "/B/", "/B"])
def test_other_pages_are_not_batch_pages(path: str) -> None:
    assert page_path(path) is None
