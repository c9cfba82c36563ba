"""Files of labels go out as they are drawn: the first page at once, and nothing is asked then."""

import http.client
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.bench.demo import clean_environ
from tests.bench.servers import free_port, gunicorn, serving
from tests.conftest import AppMaker, close, migrate
from tests.http.answers import told
from tests.http.ordered_labels import issued
from tests.http.programs import API, Program
from tests.http.test_api_label_issues import on_sale
from tests.http.test_desk_label_issues import desk_of
from tests.http.test_label_serials import ordered
from tests.symbols import symbols
from traceapp.app import create_app
from traceapp.batches.models import Product
from traceapp.config import Config
from traceapp.database.engine import db
from traceapp.labels import files
from traceapp.printing import symbol
from traceapp.web.endpoints import transaction

SHEETS = 20  # of 24 labels
FEW = 16  # labels tell whether all can be drawn: they bear every letter of the alphabet
MANY = 4_800
PAGE = b"/Type/Page/"
GRAM = {"quantity": "0.001", "uom": "kg"}


Served = tuple[int, str, Mapping[str, str]]


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(TRACEAPP_DEMO="1")


@pytest.fixture
def lan(app: Flask) -> Program:
    return on_sale(app, "HTX Lan", "owner")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the symbols that are drawn."""
    uris: list[str] = []
    encode = symbol.encode

    def noting(uri: str) -> Any:
        uris.append(uri)
        return encode(uri)

    monkeypatch.setattr(symbol, "encode", noting)
    return uris


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """Note what the database is asked."""
    statements: list[str] = []

    def note(_c: object, _cu: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield statements
    event.remove(Engine, "before_cursor_execute", note)


def numbered(by: Program, labels: int, **changes: Any) -> dict[str, str]:
    links = ordered(by, labels, pack=GRAM, **changes)["links"]
    return {writer: link.removeprefix(API) for writer, link in links.items()}


def test_a_page_is_sent_before_the_next_are_drawn_and_the_database_is_left_alone(
    lan: Program, drawn: list[str], asked: list[str]
) -> None:
    link = numbered(lan, SHEETS * 24)["pdf"]
    drawn.clear()
    answer = lan.get(link)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "Content-Length" not in answer.headers
    assert "ETag" not in answer.headers
    asked.clear()
    pieces = answer.iter_encoded()
    first = next(pieces)
    assert PAGE in first
    assert len(drawn) <= FEW + 24
    whole = first + b"".join(pieces)
    assert SHEETS * 24 < len(drawn) <= FEW + SHEETS * 24
    assert asked == []
    assert len(pypdfium2.PdfDocument(whole)) == SHEETS


@pytest.mark.parametrize("writer", ["zpl", "tspl", "csv"])
def test_label_printers_and_tables_get_theirs_bit_by_bit_too(
    lan: Program, drawn: list[str], asked: list[str], writer: str
) -> None:
    link = numbered(lan, 200, stock="die-50x30", template="code")[writer]
    drawn.clear()
    answer = lan.get(link)
    assert "Content-Length" not in answer.headers
    asked.clear()
    pieces = answer.iter_encoded()
    assert next(pieces)
    assert len(drawn) < FEW + 100
    assert [*pieces]
    assert asked == []
    if writer != "csv":
        assert 200 < len(drawn) <= FEW + 200


def test_the_desk_sends_them_so_too(app: Flask, drawn: list[str]) -> None:
    reader, code = desk_of(app, "owner")
    wanted = {"labels": SHEETS * 24, "pack__quantity": "0,001", "serials": "yes"}
    shown = issued(reader, code, **wanted)
    drawn.clear()
    answer = reader.get(f"{shown}/labels.pdf")
    assert PAGE in next(iter(answer.iter_encoded()))
    assert len(drawn) <= FEW + 24
    assert answer.headers["Cache-Control"] == "private, no-store"
    answer.close()


def test_who_asks_for_the_head_alone_has_nothing_drawn(lan: Program, drawn: list[str]) -> None:
    link = numbered(lan, SHEETS * 24)["pdf"]
    drawn.clear()
    head = lan.ask("HEAD", link)
    assert (head.status_code, head.mimetype, head.data) == (200, "application/pdf", b"")
    assert len(drawn) <= FEW
    for condition in ({"If-None-Match": "*"}, {"Range": "bytes=0-9"}):
        whole = lan.get(link, headers=condition)
        assert whole.status_code == 200
        assert whole.data.endswith(b"%%EOF\n")


@pytest.mark.parametrize("writer", ["pdf", "zpl", "tspl", "png"])
def test_what_cannot_be_drawn_is_refused_before_the_first_byte(
    app: Flask, lan: Program, writer: str
) -> None:
    link = numbered(lan, 60, stock="die-50x30")[writer]
    with app.app_context(), transaction():
        db.session.query(Product).update({"name": "Cải 🥬"})
    errors = told(lan.get(link), 422, "invalid-input")["errors"]
    assert [one["rule"] for one in errors] == ["no_letter"]


def test_the_labels_that_are_looked_at_before_bear_every_letter_and_length() -> None:
    serials = {1: "AAAB", 2: "ABBA", 3: "AAAAA", 4: "BAAAB", 5: "BACB"}
    sheet = files.Sheet(design=None, label=None, numbers=[1, 2, 3, 4, 5], serials=serials)  # type: ignore[arg-type]
    assert files._telling(sheet) == [1, 3, 5]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A gunicorn as `make run` starts it, where 10,000 labels were issued; port, path and token."""
    folder = tmp_path_factory.mktemp("served")
    url = f"sqlite:///{folder / 'traceapp.db'}"
    migrate(url, folder)
    settings = {"DATABASE_URL": url, "INSTANCE_DIR": str(folder), "TRACEAPP_DEMO": "1"}
    app = create_app(Config.from_environment(settings))
    by = on_sale(app, "HTX Lan", "owner")
    link = numbered(by, MANY)["pdf"]
    headers = by.headers
    close(app)
    port = free_port()
    environ = clean_environ(**settings, HOST="127.0.0.1", PORT=str(port), WEB_CONCURRENCY="1")
    with serving(gunicorn(environ), environ, f"http://127.0.0.1:{port}/healthz"):
        yield port, f"{API}{link}", headers


def test_gunicorn_passes_the_first_page_on_long_before_the_last_is_drawn(
    server: Served,
) -> None:
    port, path, headers = server
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    line.request("GET", path, headers=headers)
    begun = time.perf_counter()
    answer = line.getresponse()
    assert (answer.status, answer.headers["Transfer-Encoding"]) == (200, "chunked")
    first = answer.read(1)
    while PAGE not in first:
        first += answer.read1()
    first_s = time.perf_counter() - begun
    rest = answer.read()
    whole_s = time.perf_counter() - begun
    line.close()
    assert first_s < whole_s / 4
    document = pypdfium2.PdfDocument(first + rest)
    assert len(document) == -(-MANY // 24)
    for page in islice(document, 0, None, 100):
        assert len(symbols(page.render(scale=150 / 72).to_pil())) == 24
