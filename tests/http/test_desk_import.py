"""The desk's page for tables in and everything out."""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.builders import Business, business, product
from tests.conftest import AppMaker
from tests.signing_in import form, signed_in
from traceapp.audit.models import AuditEntry
from traceapp.batches.models import Product
from traceapp.database.engine import db
from traceapp.exchange import leaving, sample_files, tables
from traceapp.exchange.columns import KINDS
from traceapp.exchange.models import ExportFile, ImportFile
from traceapp.jobs.runner import Runner
from traceapp.producers import operations as producers
from traceapp.web.endpoints import transaction

GOOD = "Tên sản phẩm,Nhóm hàng,Vai trò,Đơn vị\r\nCải ngọt,Rau củ,bán thành phẩm,kg\r\n"
BAD = f"{GOOD}Rau lạ,Rau cỏ,bán thành phẩm,kg\r\n"


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An installation outside any context, so that each request has its own."""
    return make_app()


def _lan(app: Flask, name: str = "HTX Lan", role: str = "owner") -> Business:
    with app.app_context(), transaction():
        return business(name, role=role)


def _browser(app: Flask, by: Business) -> FlaskClient:
    with app.app_context():
        return signed_in(app, by)


def _all(app: Flask, what: Any) -> list[Any]:
    with app.app_context():
        return list(db.session.scalars(select(what)))


def _send(
    app: Flask, client: FlaskClient, text: str | bytes, kind: str = "products"
) -> TestResponse:
    content = text.encode() if isinstance(text, str) else text
    data = form(app, kind=kind, file=(io.BytesIO(content), "sản phẩm.csv"))
    return client.post("/desk/import", data=data, content_type="multipart/form-data")


def test_a_table_is_checked_first_and_brought_in_when_asked(app: Flask) -> None:
    client = _browser(app, _lan(app, role="clerk"))
    sent = _send(app, client, GOOD)
    assert sent.status_code == 303
    page = client.get(sent.location)
    assert page.status_code == 200
    assert "sản phẩm.csv" in page.text
    assert _all(app, Product.name) == []
    done = client.post(sent.location, data=form(app, do="all"))
    assert (done.status_code, _all(app, Product.name)) == (303, ["Cải ngọt"])
    assert "import.products" in _all(app, AuditEntry.act)
    again = client.post(sent.location, data=form(app, do="all"))
    assert (again.status_code, _all(app, Product.name)) == (303, ["Cải ngọt"])


def test_a_table_with_a_fault_says_where_and_brings_in_the_rest_only_when_asked(app: Flask) -> None:
    client = _browser(app, _lan(app))
    address = _send(app, client, BAD).location
    page = client.get(address)
    assert re.search(r">3</td>.*>Nhóm hàng</td>.*Rau cỏ", page.text, re.DOTALL)
    assert 'value="all"' not in page.text
    told = client.get(f"{address}/faults.csv")
    assert "3,Nhóm hàng" in told.text
    assert client.post(address, data=form(app, do="all")).status_code == 422
    assert _all(app, Product.name) == []
    assert client.post(address, data=form(app, do="good")).status_code == 303
    assert _all(app, Product.name) == ["Cải ngọt"]


@pytest.mark.parametrize("content", ["", b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"a\xff\xfe"])
def test_a_file_that_is_no_table_is_refused_beside_its_field(
    app: Flask, content: str | bytes
) -> None:
    client = _browser(app, _lan(app))
    answer = _send(app, client, content)
    assert answer.status_code == 422
    assert 'id="f-file-words"' in answer.text
    assert _all(app, ImportFile.kind) == []


def test_another_kind_of_table_is_refused(app: Flask) -> None:
    client = _browser(app, _lan(app))
    assert _send(app, client, GOOD, kind="people").status_code == 422
    for address in ("/desk/import/people/" + "0" * 64, "/desk/import/people.csv"):
        assert client.get(address).status_code == 404


def test_a_file_of_another_producer_does_not_exist(app: Flask) -> None:
    address = _send(app, _browser(app, _lan(app)), GOOD).location
    tung = _browser(app, _lan(app, "Trại Tùng"))
    assert tung.get(address).status_code == 404
    assert tung.get(f"{address}/faults.csv").status_code == 404
    assert tung.post(address, data=form(app, do="all")).status_code == 404
    assert _all(app, Product.name) == []


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", ["products", "plots", "batches", "steps"])
@pytest.mark.parametrize("file_form", ["csv", "xlsx"])
def test_the_example_of_a_template_comes_in_without_a_fault(
    app: Flask, language: str, kind: str, file_form: str
) -> None:
    lan = _lan(app)
    client = _browser(app, lan)
    if kind == "batches":
        with app.app_context(), transaction():
            product(lan, name="Cải ngọt")
    template = client.get(f"/desk/import/{kind}.{file_form}?lang={language}")
    assert template.content_type == sample_files.MEDIA_TYPES[file_form]
    sent = _send(app, client, template.data, kind)
    assert sent.status_code == 303
    page = client.get(sent.location)
    assert 'value="all"' in page.text, page.text


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_templates_of_every_kind_have_the_headings_that_are_read(kind: str) -> None:
    for file_form in sample_files.MEDIA_TYPES:
        header = tables.read(sample_files.make(KINDS[kind], "vi", file_form)).header
        assert header == tuple(column.title.vi for column in KINDS[kind].columns)


def _run_jobs(app: Flask) -> None:
    Runner(app, lambda: datetime.now(UTC), timedelta(minutes=1)).run_due()


def test_an_owner_takes_everything_with_her_and_nobody_else_gets_it(app: Flask) -> None:
    lan = _lan(app)
    client = _browser(app, lan)
    assert client.post("/desk/export", data=form(app)).status_code == 303
    assert client.post("/desk/export", data=form(app)).status_code == 303
    (export_id,) = _all(app, ExportFile.export_id)
    address = f"/desk/export/{export_id}.zip"
    assert client.get(address).status_code == 404
    assert 'http-equiv="refresh"' in client.get("/desk/data").text
    _run_jobs(app)
    assert address in client.get("/desk/data").text
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "filename=traceapp-htx-lan-" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as file:
        assert {"data.json", "manifest.json", "README.vi.md", "README.en.md"} <= set(
            file.namelist()
        )
    assert _browser(app, _lan(app, "Trại Tùng")).get(address).status_code == 404
    assert app.test_client().get(address).status_code == 303


def test_a_clerk_may_bring_in_but_not_take_everything(app: Flask) -> None:
    client = _browser(app, _lan(app, role="clerk"))
    assert "/desk/export" not in client.get("/desk/data").text
    assert client.post("/desk/export", data=form(app)).status_code == 404


def test_a_producer_that_was_refused_may_still_leave_with_everything(app: Flask) -> None:
    lan = _lan(app)
    with app.app_context(), transaction():
        producers.decide_admission(
            lan.producer_id, admitted=False, by=None, now=datetime.now(UTC), reason="x"
        )
    client = _browser(app, lan)
    assert client.post("/desk/export", data=form(app)).status_code == 303


def test_an_export_is_gone_after_a_week(app: Flask) -> None:
    lan = _lan(app)
    client = _browser(app, lan)
    long_ago = datetime.now(UTC) - leaving.KEPT_FOR - timedelta(hours=1)
    with app.app_context(), transaction():
        export_id = leaving.ask(lan.producer_id, lan.actor.member_id, now=long_ago)
    _run_jobs(app)
    assert client.get(f"/desk/export/{export_id}.zip").status_code == 404
    assert _all(app, ExportFile.export_id) == []


def test_no_table_that_goes_out_runs_as_a_formula(app: Flask) -> None:
    lan = _lan(app)
    name = '=HYPERLINK("https://example.org")'
    with app.app_context(), transaction():
        product(lan, name=name)
    client = _browser(app, lan)
    client.post("/desk/export", data=form(app))
    _run_jobs(app)
    (export_id,) = _all(app, ExportFile.export_id)
    with zipfile.ZipFile(io.BytesIO(client.get(f"/desk/export/{export_id}.zip").data)) as file:
        everything = file.read("tables/product.csv").decode("utf-8-sig")
    listed = client.get("/desk/products?format=csv").text
    wrong = f'"{name.replace(chr(34), chr(34) * 2)}",Nhóm hàng,Vai trò,Đơn vị\r\n1,2,3,4\r\n'
    faults = client.get(f"{_send(app, client, wrong).location}/faults.csv").text
    for text in (everything, listed, faults):
        cells = [cell for row in csv.reader(io.StringIO(text.lstrip("\ufeff"))) for cell in row]
        assert f"'{name}" in cells
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


def test_an_export_that_could_not_be_made_can_be_asked_for_again(app: Flask) -> None:
    lan = _lan(app)
    client = _browser(app, lan)
    then = datetime.now(UTC) - leaving.GIVEN_UP_AFTER
    with app.app_context(), transaction():
        leaving.ask(lan.producer_id, lan.actor.member_id, now=then)
    page = client.get("/desk/data").text
    assert 'http-equiv="refresh"' not in page
    assert 'action="/desk/export"' in page
    client.post("/desk/export", data=form(app))
    assert len(_all(app, ExportFile.export_id)) == 2
