"""The symbols and the shared picture of a batch: public, kept, and read back exactly."""

import io
import re
from uuid import UUID

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image

from tests.builders import LABEL, NOW, Business, batch, business, product
from tests.conftest import AppMaker
from tests.http.answers import told
from tests.http.on_sale import code_of, finished, writing
from tests.http.programs import program
from tests.pure.printing.conftest import fill
from tests.signing_in import signed_in
from traceapp.batches.paper.label import NEVER_PRINTED_IN
from traceapp.codes import operations as codes
from traceapp.codes.queries import find as found
from traceapp.codes.states import CodeState

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


def in_state(lan: Business, state: CodeState) -> str:
    """Put greens on sale, and into a state; what expires does so by its date alone."""
    past = {"production_date": "2020-01-01", "expiry_date": "2020-01-05"}
    code = finished(lan, **(past if state is CodeState.EXPIRED else {}))
    if state not in (CodeState.EXPIRED, CodeState.ACTIVE):
        codes.set_state(code, state, actor="Chi cục", now=NOW, reason="Dư lượng")
    return code


@pytest.mark.parametrize("state", sorted(NEVER_PRINTED_IN))
def test_of_what_may_not_be_sold_no_picture_can_be_had_and_its_page_stays(
    reader: FlaskClient, state: CodeState
) -> None:
    with reader.application.app_context():
        lan = program(reader.application)
    with writing(reader):
        code = in_state(lan.by, state)
        batch_id = getattr(found(code), "batch_id", None)
    for name in PICTURES:
        answer = reader.get(f"/B/{code}/{name}", headers={"Accept": "application/json"})
        assert [one["rule"] for one in told(answer, 422, "blocked")["errors"]] == ["not_in_use"]
    for name in ("qr.svg", "qr.png"):
        told(lan.get(f"/batches/{batch_id}/{name}"), 422, "blocked")
    assert reader.get(f"/B/{code}").status_code == 200


@pytest.mark.parametrize("state", [*sorted(NEVER_PRINTED_IN), CodeState.ACTIVE, None])
def test_the_desk_offers_pictures_only_of_what_may_be_labelled(
    reader: FlaskClient, state: CodeState | None
) -> None:
    with writing(reader):
        lan = business("HTX Lan", role="owner")
        code = in_state(lan, state) if state else code_of(lan.producer_id, new_batch(lan))
    with reader.application.app_context():
        desk = signed_in(reader.application, lan)
    shown = desk.get(f"/desk/batches/{code}").text
    assert re.search(r'class="code">[0-9A-Z -]+<', shown)  # it is told, whatever its state
    for name in PICTURES:
        assert (f"/B/{code}/{name}" in shown) is (state is CodeState.ACTIVE)


def new_batch(lan: Business) -> UUID:
    """A batch of which nothing is recorded yet."""
    return batch(lan, product(lan, role="finished", label=LABEL), "CN-09")
