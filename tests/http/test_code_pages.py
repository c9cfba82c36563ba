"""The pages behind a printed code, on the loaded demo: each state, language and database."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, event, select

from tests.conftest import close, settings_for
from tests.postgres import postgres_database
from traceapp.app import create_app
from traceapp.batches.models import Batch, Product
from traceapp.codes import operations as codes
from traceapp.codes.models import PublicCode
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.demo import operations as demo
from traceapp.freshness.models import PublicSnapshot
from traceapp.producers.certificate_models import Certificate
from traceapp.producers.models import Commune, Membership, Plot, Site
from traceapp.public import code_views, page, queries
from traceapp.public.stylesheet import stylesheet
from traceapp.web.endpoints import transaction

FLIGHT = 8 * 1024  # what fits the first flight of a connection beside its headers
DEEPEST, SHALLOW = "GL-UL-01", "TR-BT-31-V"
AUTHORITY = "Cơ quan quản lý Hà Nội (mẫu)"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def hanoi(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The demo as it is today; a test that changes a state takes a lot of its own."""
    folder = tmp_path_factory.mktemp("pages")
    with ExitStack() as stack:
        if request.param == "sqlite":
            shutil.copy(request.getfixturevalue("sqlite_template"), folder / "demo.db")
            url = f"sqlite:///{folder / 'demo.db'}"
        else:
            url = stack.enter_context(postgres_database(*request.getfixturevalue("postgres")))
        app = create_app(settings_for(url, folder, TRACEAPP_DEMO="1"))
        stack.callback(close, app)
        with app.app_context(), transaction():
            demo.load(datetime.now(UTC))
        yield app


@pytest.fixture
def reader(hanoi: Flask) -> FlaskClient:
    """A shopper who has never been here."""
    return hanoi.test_client()


@pytest.fixture(scope="module")
def lots(hanoi: Flask) -> dict[str, str]:
    """The code of each finished lot."""
    with hanoi.app_context():
        rows = db.session.execute(
            select(Batch.lot, PublicCode.code)
            .join(Product, Product.product_id == Batch.product_id)
            .join(PublicCode, PublicCode.batch_id == Batch.batch_id)
            .where(Product.role == "finished")
        )
        return {row.lot: row.code for row in rows}


def change(app: Flask, code: str, state: CodeState, reason: str | None = None) -> None:
    """Change a state, and let the worker notice at once instead of in half a second."""
    with app.app_context(), transaction():
        codes.set_state(code, state, actor=AUTHORITY, now=datetime.now(UTC), reason=reason)
    notice(app)


def notice(app: Flask) -> None:
    app.extensions["page_cache"]._read_at = float("-inf")


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Collect the queries of a request; one of the generation alone is not the page's."""
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            said.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_every_finished_lot_fits_the_first_flight_in_both_languages(
    hanoi: Flask, lots: dict[str, str]
) -> None:
    assert len(lots) == 31
    sizes = {}
    for lot, code in lots.items():
        for language in ("vi", "en"):
            headers = {"Accept-Language": language, "Accept-Encoding": "br"}
            answer = hanoi.test_client().get(f"/B/{code}", headers=headers)
            assert answer.status_code == 200, lot
            text = brotli.decompress(answer.data).decode()
            assert f'<html lang="{language}">' in text
            assert lot in text
            sizes[lot, language] = len(answer.data)
    assert max(sizes.values()) <= FLIGHT, sorted(sizes.items(), key=lambda one: -one[1])[:3]


def test_the_stylesheet_is_small_and_the_policy_allows_it_alone(
    reader: FlaskClient, lots: dict[str, str]
) -> None:
    answer = reader.get(f"/B/{lots[SHALLOW]}")
    assert len(stylesheet().encode()) <= 4096
    assert f"<style>{stylesheet()}</style>" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert re.search(r"style-src 'sha256-[\w+/]+='(;|$)", policy)
    assert "unsafe" not in policy
    assert " style=" not in answer.text


def test_nothing_on_the_page_needs_a_script(reader: FlaskClient, lots: dict[str, str]) -> None:
    text = reader.get(f"/B/{lots[DEEPEST]}").text
    scripts = re.findall(r"<script([^>]*)>", text)
    assert len(scripts) == 2
    assert 'type="application/ld+json"' in scripts[0]
    assert 'type="module"' in scripts[1]
    assert not re.search(r"\son\w+=", text)


def test_the_deepest_lot_tells_its_way_back_to_the_pigs_of_another_producer(
    reader: FlaskClient, lots: dict[str, str]
) -> None:
    text = reader.get(f"/B/{lots[DEEPEST]}").text
    assert "Trang trại lợn Gò Mít (mẫu)" in text
    assert "Nhập con giống" in text
    shares = [float(share) for share in re.findall(r"M0 3h(\d+\.\d)\"", text)]
    shares.remove(100.0)  # the one source of a source
    assert shares
    assert shares == sorted(shares, reverse=True)


def test_the_consumer_fields_of_the_decree_stand_on_every_page(
    hanoi: Flask, lots: dict[str, str]
) -> None:
    for lot, code in lots.items():
        text = hanoi.test_client().get(f"/B/{code}", headers={"Accept-Language": "vi"}).text
        for term in ("Tên sản phẩm", "Đơn vị chịu trách nhiệm", "Địa chỉ", "Xuất xứ", "Số lô"):
            assert f"<dt>{term}</dt>" in text, (lot, term)
        for term in ("Mã truy xuất", "Ngày sản xuất (NSX)", "Hạn sử dụng (HSD)"):
            assert f"<dt>{term}</dt>" in text, (lot, term)
        assert 'class="hero"' in text
        assert f"{code[:4]}-{code[4:8]}-{code[8:]}" in text


def test_a_gtin_and_lot_lead_to_the_same_batch_and_the_lot_is_taken_as_printed(
    reader: FlaskClient,
) -> None:
    path = "/01/09520001000027/10/GL-UL-01"
    assert "Giò lụa Ước Lễ" in reader.get(path).text
    assert reader.get(path + "/").status_code == 200
    assert reader.get(path.lower()).status_code == 404


@pytest.mark.parametrize("spelling", ["/b/{}", "/B/{}/", "/b/{}/"])
def test_case_and_a_slash_at_the_end_do_not_matter(
    reader: FlaskClient, lots: dict[str, str], spelling: str
) -> None:
    code = lots[SHALLOW]
    assert reader.get(spelling.format(code)).status_code == 200
    assert reader.get(spelling.format(code.lower())).status_code == 200
    assert reader.get(spelling.format(code), headers={"Host": "LOCALHOST"}).status_code == 200


def test_a_number_that_was_never_printed_is_said_so_and_not_repeated(
    reader: FlaskClient, lots: dict[str, str]
) -> None:
    page = reader.get(f"/B/{lots[SHALLOW]}/21/A%2FB", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert "This number was never printed by us" in page.text
    assert "A/B" not in page.text
    assert "A%2FB" not in page.text


@pytest.mark.parametrize(
    "path", ["/B/7K3M", "/B/7K3M9QRT2U", "/B/%FF", "/01/09520001000028/10/A", "/01/02", "/B/a/b/c"]
)
def test_a_malformed_code_is_answered_with_400_and_a_hint(reader: FlaskClient, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 400
    assert 'class="findings"' in answer.text
    problem = reader.get(path, headers={"Accept": "application/json"})
    assert problem.status_code == 400
    assert problem.get_json()["errors"][0]["fix"]


@pytest.mark.parametrize(
    "path",
    ["/B/ZZZZZZZZZZ", "/U/0123456789ABC", "/01/09520001000027/10/NONE", "/414/9520001000003"],
)
def test_a_code_never_issued_says_so_with_404_and_offers_to_report(
    reader: FlaskClient, path: str
) -> None:
    answer = reader.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "never issued" in answer.text
    assert "/report" in answer.text


def test_a_gtin_without_lot_names_the_product_and_asks_for_the_lot(reader: FlaskClient) -> None:
    answer = reader.get("/01/09520001000027", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    assert "not the lot" in answer.text
    assert "Slaughter" not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_get_405(reader: FlaskClient, lots: dict[str, str], method: str) -> None:
    answer = reader.open(f"/B/{lots[SHALLOW]}", method=method)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_moved_code_leads_on_for_ever(
    hanoi: Flask, reader: FlaskClient, lots: dict[str, str]
) -> None:
    old, new = lots["NH-DT01-2"], lots["NH-DT01-1"]
    with hanoi.app_context(), transaction():
        codes.move(old, new, actor="traceapp", now=datetime.now(UTC))
    notice(hanoi)
    for path, goal in (
        (f"/b/{old.lower()}?lang=en", f"/B/{new}?lang=en"),
        (f"/B/{old}/chain", f"/B/{new}/chain"),
    ):
        answer = reader.get(path)
        assert answer.status_code == 308
        assert answer.headers["Location"].endswith(goal)


@pytest.mark.parametrize(
    ("lot", "state", "words"),
    [
        ("CN-VD03-T", CodeState.RECALLED, f"{AUTHORITY} thu hồi lô hàng này"),
        ("CN-VD03-R", CodeState.SALE_STOPPED, f"{AUTHORITY} ngừng bán lô hàng này"),
        ("CA-TX03-T", CodeState.SUSPENDED, f"{AUTHORITY} tạm dừng"),
        ("RM-VD04-T", CodeState.HELD, "Lô hàng này đang bị giữ lại"),
    ],
)
def test_a_state_comes_first_names_its_actor_and_the_record_stays(
    hanoi: Flask, lots: dict[str, str], lot: str, state: CodeState, words: str
) -> None:
    hanoi.test_client().get(f"/B/{lots[lot]}")  # warm, with the old state
    change(hanoi, lots[lot], state, "Lý do <thật>")
    answer = hanoi.test_client().get(f"/B/{lots[lot]}", headers={"Accept-Language": "vi"})
    main = answer.text.partition("<main>")[2]
    assert answer.status_code == 200
    assert main.index(words) < main.index("<h1")
    assert "Lý do &lt;thật&gt;" in main
    assert 'class="tl"' in main
    data = hanoi.test_client().get(f"/B/{lots[lot]}", headers={"Accept": "application/json"})
    assert data.get_json()["state"]["state"] == state.value
    assert data.get_json()["state"]["actor"] == AUTHORITY


@pytest.mark.parametrize(
    ("lot", "state"),
    [("CT-VD07-A", CodeState.NOT_ACTIVATED), ("CT-VD08-S", CodeState.VOIDED)],
)
def test_a_code_that_is_not_in_use_tells_no_origin(
    hanoi: Flask, lots: dict[str, str], lot: str, state: CodeState
) -> None:
    change(hanoi, lots[lot], state)
    for accept in ("text/html", "application/json"):
        answer = hanoi.test_client().get(f"/B/{lots[lot]}", headers={"Accept": accept})
        assert answer.status_code == 200
        for told in ("Cải thảo", "Bãi Xanh", "Thu hoạch"):
            assert told not in answer.text
    page = hanoi.test_client().get(f"/B/{lots[lot]}")
    assert f"/B/{lots[lot]}/report" in page.text


def test_a_lot_past_its_date_says_so_without_anybody_changing_it(
    reader: FlaskClient, lots: dict[str, str]
) -> None:
    text = reader.get(f"/B/{lots['RD-TX06-T']}", headers={"Accept-Language": "vi"}).text
    assert text.index("Đã quá hạn sử dụng") < text.index("<h1")


def test_a_recall_reaches_readers_who_had_the_page_before(
    hanoi: Flask, lots: dict[str, str]
) -> None:
    path = f"/B/{lots['BC-SN-11-K']}"
    tag = hanoi.test_client().get(path).headers["ETag"]
    assert hanoi.test_client().get(path, headers={"If-None-Match": tag}).status_code == 304
    change(hanoi, lots["BC-SN-11-K"], CodeState.RECALLED)
    assert hanoi.test_client().get(path, headers={"If-None-Match": tag}).status_code == 200


def test_certificates_that_ended_are_told_apart_and_do_not_count(
    reader: FlaskClient, lots: dict[str, str]
) -> None:
    text = reader.get(f"/B/{lots['MT-TX01-T']}", headers={"Accept-Language": "en"}).text
    ended = re.findall(r'<div class="cert out">.*?</div></div>', text, re.DOTALL)
    assert len(ended) == 1
    assert "does not count here" in ended[0]
    assert text.index("Valid until") < text.index("does not count here")


def test_the_language_is_chosen_by_link_remembered_and_else_taken_from_the_browser(
    reader: FlaskClient, lots: dict[str, str]
) -> None:
    path = f"/B/{lots[SHALLOW]}"
    assert '<html lang="vi">' in reader.get(path).text
    assert '<html lang="en">' in reader.get(path, headers={"Accept-Language": "en-GB"}).text
    assert '<html lang="en">' in reader.get(f"{path}?lang=en").text
    assert '<html lang="en">' in reader.get(path, headers={"Accept-Language": "vi"}).text


@pytest.mark.parametrize("query", ["lang=&lang=en", "lang=&lang=vi", "lang=fr&lang=en", "lang"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_nobody_is_answered_in_the_language_that_another_smuggled_in(
    hanoi: Flask, lots: dict[str, str], query: str, language: str
) -> None:
    path = f"/B/{lots[SHALLOW]}"
    hanoi.extensions["page_cache"]._pages.clear()
    for address in (f"{path}?{query}", path):
        answer = hanoi.test_client().get(address, headers={"Accept-Language": language})
        assert f'<html lang="{language}">' in answer.text
        assert "Set-Cookie" not in answer.headers


def test_the_json_is_the_document_with_its_code_and_state(
    reader: FlaskClient, lots: dict[str, str]
) -> None:
    code = lots[DEEPEST]
    answer = reader.get(f"/B/{code}", headers={"Accept": "application/json"})
    data = answer.get_json()
    assert answer.mimetype == "application/json"
    assert data["format"] == "traceapp/timeline/1"
    assert data["code"] == code
    assert data["url"] == f"http://localhost:8000/B/{code}"
    assert data["state"] == {"state": "active", "actor": None, "reason": None, "since": None}
    assert data["product"]["gtin"] == "09520001000027"
    assert data["entries"]


def test_the_structured_data_tells_the_same_facts_and_cannot_break_out(
    reader: FlaskClient, lots: dict[str, str]
) -> None:
    text = reader.get(f"/B/{lots[DEEPEST]}", headers={"Accept-Language": "vi"}).text
    block = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    product = json.loads(block[0])
    assert "<" not in block[0]
    assert product["@type"] == "Product"
    assert product["gtin"] == "09520001000027"
    assert product["productID"] == lots[DEEPEST]
    assert product["manufacturer"]["name"] == "Giò chả Ước Lễ Gia Truyền (mẫu)"
    assert {"name": "lot", "value": "GL-UL-01"}.items() <= product["additionalProperty"][1].items()


def structured(reader: FlaskClient, code: str) -> Any:
    """The data block of a page."""
    text = reader.get(f"/B/{code}", headers={"Accept-Language": "vi"}).text
    block = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    return json.loads(block[0])


def test_the_structured_data_lists_no_certificate_that_does_not_count(
    reader: FlaskClient, lots: dict[str, str]
) -> None:
    address = f"/B/{lots['MT-TX01-T']}"
    document = reader.get(address, headers={"Accept": "application/json"}).get_json()
    counting = {one["number"] for one in document["certificates"] if one["valid_on_day"]}
    told = structured(reader, lots["MT-TX01-T"])["hasCertification"]
    assert {one["certificationIdentification"] for one in told} == counting
    assert len(document["certificates"]) == len(counting) + 1


def test_the_structured_data_tells_the_label_and_where_the_whole_document_is(
    reader: FlaskClient, lots: dict[str, str]
) -> None:
    for code in (lots[DEEPEST], lots[SHALLOW]):
        document = reader.get(f"/B/{code}", headers={"Accept": "application/json"}).get_json()
        product = structured(reader, code)
        told = [(one["name"], one["value"]) for one in product["additionalProperty"]]
        for name in ("standards", "ingredients"):
            for one in document["product"][name] or ():
                words = one if isinstance(one, str) else one["vi"]
                assert words in dict(told)[name]
        warnings = [one["vi"] for one in document["product"]["warnings"]]
        assert [value for name, value in told if name == "warning"] == warnings
        assert product["subjectOf"] == {
            "@type": "DigitalDocument",
            "url": f"http://localhost:8000/B/{code}",
            "encodingFormat": "application/json",
        }


def test_sample_data_says_so_to_programs_too(hanoi: Flask, lots: dict[str, str]) -> None:
    reader, code = hanoi.test_client(), lots[SHALLOW]
    accept = {"Accept": "application/json"}
    assert reader.get(f"/B/{code}", headers=accept).get_json()["sample"] is True
    sample = {"@type": "PropertyValue", "name": "sample", "value": True}
    assert sample in structured(reader, code)["additionalProperty"]
    demo_settings = hanoi.extensions["traceapp"]
    hanoi.extensions["traceapp"] = replace(demo_settings, demo=False)
    hanoi.extensions["page_cache"]._pages.clear()
    try:
        assert "sample" not in reader.get(f"/B/{code}", headers=accept).get_json()
        assert sample not in structured(reader, code)["additionalProperty"]
    finally:
        hanoi.extensions["traceapp"] = demo_settings
        hanoi.extensions["page_cache"]._pages.clear()


def test_private_values_are_on_no_page_and_in_no_json(hanoi: Flask, lots: dict[str, str]) -> None:
    with hanoi.app_context():
        exact = [
            *db.session.execute(select(Site.latitude, Site.longitude)),
            *db.session.execute(select(Plot.latitude, Plot.longitude)),
        ]
        communes = db.session.execute(select(Commune.latitude, Commune.longitude))
        centres = {str(value) for row in communes for value in row}
        # A public certificate may name the plots it covers in its own words.
        scopes = " ".join(db.session.scalars(select(Certificate.scope)))
        plots = db.session.scalars(select(Plot.name))
        secrets = {name for name in plots if "-" in name and name not in scopes}
        members = db.session.execute(
            select(Membership.name, Membership.phone, Membership.public_name_consent)
        ).all()
    secrets |= {row.phone for row in members if row.phone}
    secrets |= {row.name for row in members if row.name and not row.public_name_consent}
    secrets |= {str(value) for row in exact for value in row if value} - centres
    shown = {row.name for row in members if row.public_name_consent}
    for lot, code in lots.items():
        for accept in ("text/html", "application/json"):
            answer = hanoi.test_client().get(f"/B/{code}", headers={"Accept": accept})
            text = answer.text
            told = {
                secret for secret in secrets - shown if re.search(rf"\b{re.escape(secret)}\b", text)
            }
            assert not told, (lot, told)


def test_a_cold_page_takes_one_query_whatever_the_depth(
    hanoi: Flask, lots: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = hanoi.extensions["page_cache"]
    for lot in (DEEPEST, SHALLOW):
        path = f"/B/{lots[lot]}"
        hanoi.test_client().get(path)
        cache._pages.clear()
        notice(hanoi)
        cache.generation()
        monkeypatch.setattr(cache, "_tick", lambda: cache._read_at)  # however slow the machine
        with counted(hanoi) as said:
            hanoi.test_client().get(path)
        assert len(said) == 1, said
        with counted(hanoi) as said:
            hanoi.test_client().get(path)
        assert said == []


def test_a_rebuild_takes_the_same_queries_whatever_the_depth(
    hanoi: Flask, lots: dict[str, str]
) -> None:
    counts = {}
    for lot in (DEEPEST, SHALLOW):
        with hanoi.app_context(), transaction():
            db.session.execute(delete(PublicSnapshot).where(PublicSnapshot.code == lots[lot]))
        hanoi.extensions["page_cache"]._pages.clear()
        with counted(hanoi) as said:
            hanoi.test_client().get(f"/B/{lots[lot]}")
        counts[lot] = len(said)
    assert counts[DEEPEST] == counts[SHALLOW]
    assert counts[DEEPEST] <= 25


def test_a_document_made_while_something_changed_is_shown_but_not_kept(
    hanoi: Flask, lots: dict[str, str]
) -> None:
    code = lots["KL-VP-09"]
    kept = select(PublicSnapshot.code).where(PublicSnapshot.code == code)
    with hanoi.test_request_context(f"/B/{code}"):
        found = queries.by_code(code)
        assert found is not None
        db.session.rollback()
        read_before = replace(found, document=None, generation=found.generation - 1)
        with transaction():
            db.session.execute(delete(PublicSnapshot).where(PublicSnapshot.code == code))
        assert code_views.document_behind(read_before, datetime.now(UTC))["entries"]
        assert db.session.execute(kept).first() is None
        db.session.rollback()
        code_views.document_behind(replace(found, document=None), datetime.now(UTC))
        assert db.session.execute(kept).first() is not None


def test_kept_words_end_at_midnight_in_hanoi_or_with_a_timer(
    hanoi: Flask, reader: FlaskClient, lots: dict[str, str]
) -> None:
    reader.get(f"/B/{lots[SHALLOW]}")
    reader.get(f"/B/{lots['CX-BT-09']}")
    now = datetime.now(UTC)
    ends = [page.lifetime.valid_until for page in hanoi.extensions["page_cache"]._pages.values()]
    assert all(now < end <= now + timedelta(days=1) for end in ends)


def test_a_way_longer_than_a_page_leads_to_the_page_with_the_whole_chain(
    hanoi: Flask, lots: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MOST_ENTRIES", 20)
    hanoi.extensions["page_cache"]._pages.clear()
    code = lots[DEEPEST]
    text = hanoi.test_client().get(f"/B/{code}").text
    hanoi.extensions["page_cache"]._pages.clear()
    assert "Nhập con giống" not in text
    assert "86,6\N{NO-BREAK SPACE}%" in text
    assert text.count(f'href="/B/{code}/chain#') == 5
    whole = hanoi.test_client().get(f"/B/{code}/chain").text
    for target in re.findall(rf'href="/B/{code}/chain#(\w+)"', text):
        assert f'id="{target}"' in whole


def test_the_whole_chain_has_a_document_its_own_with_every_fold_open(
    reader: FlaskClient, lots: dict[str, str]
) -> None:
    answer = reader.get(f"/B/{lots[DEEPEST]}/chain")
    assert answer.status_code == 200
    assert "<details>" not in answer.text
    assert "<details open>" in answer.text
    assert f'href="/B/{lots[DEEPEST]}"' in answer.text


def test_the_sample_mark_and_the_domain_stand_on_every_page(
    reader: FlaskClient, lots: dict[str, str]
) -> None:
    for tail in ("", "/chain"):
        text = reader.get(f"/B/{lots[SHALLOW]}{tail}", headers={"Accept-Language": "vi"}).text
        assert "MẪU" in text
        assert "Dữ liệu mẫu. Không phải trang của cơ quan nhà nước." in text
        assert "<strong>localhost:8000</strong>" in text
