"""The symbols and the shared picture of a batch: public, kept, and read back exactly."""

import io
import re

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image

from tests.builders import NOW, business
from tests.conftest import AppMaker
from tests.http.on_sale import finished, writing
from tests.pure.printing.conftest import fill
from traceapp.codes import operations as codes

TEA = "09520001000010"
PICTURES = ("qr.svg", "qr.png", "picture.png")


@pytest.fixture
def reader(make_app: AppMaker) -> FlaskClient:
    """A visitor of the demo; each request has a context of its own, and so its own language."""
    return make_app(TRACEAPP_DEMO="1").test_client()


@pytest.fixture
def greens(reader: FlaskClient) -> str:
    """The code of Lan's greens, on sale."""
    with writing(reader):
        return finished(business("HTX Đồng Xanh"), name="Cải ngọt Đông Dư", name_en="Choy sum")


def decoded(png: bytes) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))]


@pytest.mark.parametrize(
    ("gtin", "expected"),
    [(None, "HTTP://LOCALHOST:8000/B/{code}"), (TEA, "HTTP://LOCALHOST:8000/01/{gtin}/10/CN-01")],
)
def test_every_picture_reads_back_to_the_exact_address(
    reader: FlaskClient, gtin: str | None, expected: str
) -> None:
    with writing(reader):
        code = finished(business("HTX Lan"), gtin=gtin)
    uri = expected.format(code=code, gtin=gtin)
    for name in ("qr.png", "qr.png?module=2", "qr.png?module=20", "picture.png"):
        answer = reader.get(f"/B/{code}/{name}")
        assert answer.mimetype == "image/png"
        assert decoded(answer.data) == [uri], name
    assert drawing(reader.get(f"/B/{code}/qr.svg").get_data(as_text=True)) == [uri]


def drawing(svg: str) -> list[str]:
    """Read the symbol back from its drawing."""
    box = re.search(r'viewBox="0 0 (\d+) ', svg)
    path = re.search(r'fill="#000" d="([^"]+)"', svg)
    assert box
    assert path
    side = int(box[1])
    large = fill(path[1], side).resize((side * 4, side * 4), Image.Resampling.NEAREST)
    return [found.text for found in zxingcpp.read_barcodes(large)]


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_public_may_be_kept_and_are_sent_once(
    reader: FlaskClient, greens: str, name: str
) -> None:
    answer = reader.get(f"/B/{greens}/{name}", base_url="http://truyxuat.example")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("public")
    again = {"If-None-Match": answer.headers["ETag"]}
    assert reader.get(f"/B/{greens}/{name}", headers=again).status_code == 304


@pytest.mark.parametrize("name", PICTURES)
def test_a_code_never_issued_or_malformed_has_no_picture(reader: FlaskClient, name: str) -> None:
    assert reader.get(f"/B/AAAAAAAAAA/{name}").status_code == 404
    assert reader.get(f"/B/AAAAAAAAA/{name}").status_code == 400
    assert reader.get(f"/B/AAAAAAAAAU/{name}").status_code == 400


@pytest.mark.parametrize("module", ["0", "65", "00640000", "008", "-1", "x", "", "٣", "9" * 5000])
def test_a_module_no_printer_has_is_refused(reader: FlaskClient, greens: str, module: str) -> None:
    assert reader.get(f"/B/{greens}/qr.png?module={module}").status_code == 400


def test_the_picture_of_a_moved_code_leads_on(reader: FlaskClient, greens: str) -> None:
    with writing(reader):
        newer = finished(business("HTX Minh"), "CN-02")
        codes.move(greens, newer, actor="traceapp", now=NOW.replace(minute=1))
    answer = reader.get(f"/B/{greens}/qr.png?module=3")
    assert (answer.status_code, answer.location) == (308, f"/B/{newer}/qr.png?module=3")


@pytest.mark.parametrize(
    "query", ["endpoint=x", "_external=1&_scheme=https", "_anchor=x", "code=x", "a=1&a=%C3%A1"]
)
def test_no_word_of_the_reader_steers_where_a_moved_code_leads(
    reader: FlaskClient, greens: str, query: str
) -> None:
    with writing(reader):
        newer = finished(business("HTX Minh"), "CN-02")
        codes.move(greens, newer, actor="traceapp", now=NOW.replace(minute=1))
    answer = reader.get(f"/B/{greens}/qr.svg?{query}", base_url="http://elsewhere.example")
    assert (answer.status_code, answer.location) == (308, f"/B/{newer}/qr.svg?{query}")
