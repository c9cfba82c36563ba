"""What was typed is shown as it was typed, and never becomes markup, script, formula or query.

OWASP ASVS 5.0, chapter 1.
"""

import ast
import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, TestResponse
from werkzeug.wrappers import Request

from tests import builders
from tests.http.on_sale import TEA, code_of
from tests.lan import lan
from tests.security import markup
from tests.security.naughty import (
    ALL_IN_ONE,
    FAMILIES,
    FORMULAS,
    LETTERS,
    NOT_TEXT,
    PRODUCT,
    TYPED,
    big_list,
)
from tests.security.town import ON_ONE_DATABASE, Person, Town, routes
from traceapp.web import csv_text
from traceapp.web.endpoints import transaction
from traceapp.web.fields import clean

# What breaks out of anything is put into every field and asked for at every address; all texts go
# through the public page, where strangers read them.
PAGES = ("", "/chain", "/report")


def town_of(town: Town, text: str) -> Town:
    """Found another co-operative whose every text is this one."""
    with town.app.app_context(), transaction():
        found = lan(text)
    return Town(town.app, found)


def owner_of(town: Town) -> Person:
    """Give the one who owns the co-operative."""
    return Person(town.lan.business, "owner", "farm")


def test_asvs_1_2_1_and_1_2_3_a_text_in_every_field_is_text_at_every_address(town: Town) -> None:
    naughty = town_of(town, ALL_IN_ONE)
    owner = owner_of(naughty)
    reader, token = naughty.browser(owner), naughty.program(owner)
    found = {}
    for path, answer in everything_shown(naughty, reader, token):
        bad = [f"{answer.status}"] if answer.status_code >= 500 else list(markup.faults(answer))
        if bad:
            found[path] = bad
    assert found == {}


def everything_shown(
    town: Town, reader: FlaskClient, token: dict[str, str]
) -> Iterator[tuple[str, TestResponse]]:
    """Ask for everything, as a page, as JSON and as a table."""
    for route in routes(town.app):
        if "GET" not in route.methods:
            continue
        path = route.path(town.lan.values)
        client = town.app.test_client() if route.is_for_programs else reader
        headers = token if route.is_for_programs else {}
        yield path, client.get(path, headers=headers, buffered=True)
        if not route.is_for_programs:
            table = client.get(f"{path}?format=csv", buffered=True)
            yield f"{path}?format=csv", table
    code = town.lan.values["code"]
    for accept in ("text/html", "application/json"):
        for page in PAGES:
            path = f"/B/{code}{page}"
            yield path, reader.get(path, headers={"Accept": accept})


def calculated(text: str) -> str:
    """Write a text as a template would that reads it as one of its own."""
    return f"<p>{escape(text).replace('{{7919*7927}}', PRODUCT)}</p>"


# Places that let a text out, with what they forget to guard.
HTML, DRAWING = "text/html", "image/svg+xml"
LEAKS: dict[str, tuple[str, Callable[[str], str]]] = {
    "a text": (HTML, lambda text: f"<p>{text}</p>"),
    "a bare value": (HTML, lambda text: f"<p class={text}>x</p>"),
    "a quoted value": (HTML, lambda text: f'<p class="{text}">x</p>'),
    "a value in single quotes": (HTML, lambda text: f"<p class='{text}'>x</p>"),
    "single quotes alone": (HTML, lambda text: f"<p class='{escape(text, quote=False)}'>x</p>"),
    "a data block": (
        HTML,
        lambda text: f'<script type="application/ld+json">{json.dumps(text)}</script>',
    ),
    "a data block of bare text": (
        HTML,
        lambda text: f'<script type="application/ld+json">"{text}"</script>',
    ),
    "JSON": ("application/json", lambda text: f'"{text}"'),
    "a cell": ("text/csv", lambda text: f'"{text.replace(chr(34), 2 * chr(34))}"\r\n'),
    "a drawing": (DRAWING, lambda text: f"<svg><text>{text}</text></svg>"),
    "a drawn value": (DRAWING, lambda text: f"<svg><a b='{text}'/></svg>"),
    "a template": (HTML, calculated),
}


@pytest.mark.parametrize("place", LEAKS)
def test_one_text_breaks_whatever_any_of_the_families_breaks(place: str) -> None:
    kind, leak = LEAKS[place]
    assert any(is_broken(leak(text), kind) for text in FAMILIES)
    assert is_broken(leak(ALL_IN_ONE), kind)


def is_broken(body: str, kind: str) -> bool:
    """Tell whether an answer is found to be more than text."""
    asked, headers = Request(EnvironBuilder().get_environ()), Headers({"Content-Type": kind})
    try:
        return any(markup.faults(TestResponse([body.encode()], "200 OK", headers, asked)))
    except (ValueError, ET.ParseError):
        return True


def test_asvs_1_2_1_every_text_reads_on_the_public_page_as_it_was_typed(town: Town) -> None:
    with town.app.app_context(), transaction():
        owner = builders.business("HTX mọi chữ", role="owner")
        codes = {text: shown_by(owner, text, place) for place, text in enumerate(TYPED)}
    reader = town.app.test_client()
    for text, code in codes.items():
        kept = clean(text)
        answer = reader.get(f"/B/{code}")
        assert answer.status_code == 200, text
        assert list(markup.faults(answer)) == [], text
        page = markup.read(answer.text)
        assert kept in [" ".join(said.split()) for said in page.texts], (text, kept)
        (facts,) = page.data_blocks
        assert json.loads(facts)["name"] == kept
        told = reader.get(f"/B/{code}", headers={"Accept": "application/json"}).get_json()
        assert kept in json.dumps(told, ensure_ascii=False) or json.dumps(kept)[1:-1] in json.dumps(
            told
        )


def shown_by(owner: builders.Business, text: str, place: int) -> str:
    """Put a product of this name on sale; gives its code."""
    label = {**builders.LABEL, "warnings": [{"vi": text, "en": None}]}
    product_id = builders.product(
        owner, name=text, role="finished", label=label, photo_sha256="ab" * 32
    )
    batch_id = builders.batch(
        owner,
        product_id,
        f"CHU-{place}",
        production_date="2026-11-21",
        expiry_date="2126-11-26",
    )
    builders.record(owner, "harvest", outputs=[builders.line(batch_id, "1")])
    return code_of(owner.producer_id, batch_id)


REPORTS = [*TYPED, *NOT_TEXT]


@pytest.mark.parametrize("as_json", [False, True], ids=["form", "json"])
def test_asvs_1_2_1_no_text_whatever_breaks_a_form_that_everybody_may_send(
    town: Town, as_json: bool
) -> None:
    address = {"REMOTE_ADDR": "198.51.100.0"}
    for place, text in enumerate([*REPORTS, *big_list()]):
        address["REMOTE_ADDR"] = f"198.51.{place // 10 % 250}.{1 + as_json}"
        reader = town.app.test_client()
        sent = {"kind": "other", "text": text}
        if as_json:
            answer = reader.post("/report", json=sent, environ_overrides=address)
        else:
            body = {name: value.encode("utf-8", "surrogatepass") for name, value in sent.items()}
            answer = reader.post("/report", data=body, environ_overrides=address)
        assert answer.status_code in {201, 303, 413, 422}, ascii(text[:40])
        assert list(markup.faults(answer)) == [], ascii(text[:40])


LOTS = ("A/B", "A?B=C", "A%2eB", "A%2FB", "A&B;C", "A+B", "'A'", "A<B>", "(A)", "A,B:C_D-E!*")


def test_asvs_1_2_2_a_lot_of_any_letters_comes_back_out_of_its_address(town: Town) -> None:
    with town.app.app_context(), transaction():
        owner = builders.business("HTX Lô lạ", role="owner")
        product_id = builders.product(
            owner, role="finished", label=builders.LABEL, photo_sha256="ab" * 32, gtin=TEA
        )
        for lot in LOTS:
            made = builders.batch(
                owner,
                product_id,
                lot,
                production_date="2026-11-21",
                expiry_date="2126-11-26",
            )
            builders.record(owner, "harvest", outputs=[builders.line(made, "1")])
    for lot in LOTS:
        path = f"/01/{TEA}/10/{quote(lot, safe='')}"
        answer = town.app.test_client().get(path, headers={"Accept": "application/json"})
        assert answer.status_code == 200, path
        assert answer.get_json()["batch"]["lot"] == lot


SLOW = (".*(a+)+$", "(" * 5000, "a" * 200 + "!", "%" * 200, "_%" * 100, "\\" * 200, "ế" * 400)


@ON_ONE_DATABASE
@pytest.mark.parametrize("text", SLOW, ids=lambda text: ascii(text[:12]))
def test_asvs_1_2_9_a_search_for_anything_is_quick(town: Town, text: str) -> None:
    reader = town.browser(town.colleague("owner"))
    found = {}
    for route in routes(town.app):
        if "GET" not in route.methods or route.is_for_programs or route.rule.arguments:
            continue
        path = route.path({})
        status, seconds = _asked(reader, path, text)
        if seconds > 0.5:  # a collection of garbage may have come between, but hardly twice
            status, seconds = _asked(reader, path, text)
        if status >= 500 or seconds > 0.5:
            found[path] = (status, seconds)
    assert found == {}


def _asked(reader: FlaskClient, path: str, text: str) -> tuple[int, float]:
    """Search a page; give its status, and how long this thread computed: others use it too."""
    started = time.thread_time()
    answer = reader.get(path, query_string={"q": text}, buffered=True)
    return answer.status_code, time.thread_time() - started


@pytest.mark.parametrize("text", [*FORMULAS, *LETTERS, "\t=1", " =1", "\r=1", "\u00a0=1", "-5", ""])
def test_asvs_1_2_10_no_cell_of_a_table_runs_and_each_reads_back_the_same(text: str) -> None:
    row = csv_text.row([text, "x"])
    (cells,) = csv.reader(io.StringIO(row, newline=""))
    assert list(markup._formulas(row)) == []
    assert csv_text.unguarded(cells[0]) == text


@ON_ONE_DATABASE
def test_asvs_1_3_11_no_header_of_an_answer_takes_a_line_end(town: Town) -> None:
    split = "vi%0d%0aSet-Cookie:%20x=1"
    for route in routes(town.app):
        if "GET" not in route.methods:
            continue
        path = route.path(town.lan.values)
        for query in (f"lang={split}", f"next=/{split}", f"code={split}", f"format={split}"):
            answer = town.app.test_client().get(f"{path}?{query}", buffered=True)
            assert answer.status_code < 500, (path, query)
            assert "x=1" not in str(answer.headers.getlist("Set-Cookie"))


def test_asvs_1_5_2_json_nested_without_end_is_refused(plain_app: Flask) -> None:
    reader = plain_app.test_client()
    for body in ("[" * 100_000, '{"text":' * 100_000, '{"text":' + "[" * 60 + "]" * 60 + "}"):
        answer = reader.post("/report", data=body, content_type="application/json")
        assert answer.status_code in {400, 413, 422}


def test_asvs_1_2_4_and_1_3_7_our_own_code_knows_no_way_around_escaping() -> None:
    sources = Path(__file__).resolve().parents[2] / "traceapp"
    assert list(sources.rglob("*.py"))
    for path in sources.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", None)
            assert name not in {"render_template_string", "from_string"}, path
