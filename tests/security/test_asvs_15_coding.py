"""What is sent is taken as the shape it should have, or refused; never bent into it.

OWASP ASVS 5.0, chapters 2 and 15 (2.2.1, 15.3.1, 15.3.4, 15.3.5, 15.3.7).
"""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from tests.security.town import ON_ONE_DATABASE, SAFE, Town, nothing_written, routes
from traceapp.accounts.access import CSRF_FIELD
from traceapp.api import examples

STRANGE: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**400, "", "\x00", "\ud800", [], {}, [[]], [{}], {"a": {}}, [None]),
    *("__proto__", {"__proto__": {"x": 1}}, {"$gt": ""}, {"$ref": "#"}, 1e308, "1e400", -0.0),
    *({"length": 10**9}, ["x"] * 1000, {"": ""}, "\ufeff", "NaN", "٣", "２", "0x10", "1_000"),
)
NOBODYS = "01936b2e-0000-7000-8000-00000000beef"  # every worker must collect the same tests
BODIES = (
    ("POST", "/api/v1/batches", examples.BATCH),
    ("POST", "/api/v1/events", examples.EVENT),
    ("PUT", f"/api/v1/products/{NOBODYS}", examples.PRODUCT),
    ("PUT", f"/api/v1/sites/{NOBODYS}", examples.SITE),
)


def statuses_of(answer: Any) -> set[int]:
    """Give the status, or those of the single answers in an array."""
    if answer.status_code == 200 and "results" in answer.get_json():
        return {one["status"] for one in answer.get_json()["results"]}
    return {answer.status_code}


@ON_ONE_DATABASE
@pytest.mark.parametrize(("method", "path", "body"), BODIES, ids=lambda text: str(text)[:16])
def test_asvs_15_3_1_a_field_that_nobody_knows_is_refused_and_named(
    town: Town, method: str, path: str, body: dict[str, Any]
) -> None:
    headers = town.program(town.colleague("owner"))
    with nothing_written(town.app, but={"api_token", "refused_message"}):
        for name in ("is_admin", "created_at", "__class__", "visibility", "state", "ï"):
            sent = body | {name: "x"}
            answer = town.app.test_client().open(path, method=method, json=sent, headers=headers)
            assert answer.status_code == 422, name
            pointers = [one["pointer"] for one in answer.get_json()["errors"]]
            assert f"/{name}" in pointers, name


@pytest.mark.parametrize(("method", "path", "body"), BODIES, ids=lambda text: str(text)[:16])
def test_asvs_15_3_5_no_value_is_bent_into_another_type(
    town: Town, method: str, path: str, body: dict[str, Any]
) -> None:
    headers = town.program(town.colleague("owner")) | {"Content-Type": "application/json"}
    for name in body:
        for value in STRANGE:
            sent = json.dumps(body | {name: value})
            answer = town.app.test_client().open(path, method=method, data=sent, headers=headers)
            assert statuses_of(answer) <= {200, 201, 400, 404, 409, 422}, (name, value)
            assert answer.status_code < 500


WHOLE = (
    *(b"null", b"true", b"7", b'"a"', b"[]", b"[[]]", b"[null]", b"{}", b"", b" ", b"{", b"\xff"),
    *(b'{"a":1,"a":2}', b"[" * 5000, b'{"a":' * 5000, b"\xef\xbb\xbf{}", b"{}{}", b"'{}'", b"-"),
    *(b"9" * 10_000, b"[" + b"{}," * 200 + b"{}]", b"NaN", b"Infinity", b'{"id": NaN}', b"1e999"),
    *(json.dumps({"a": 1}).encode("utf-16"), b'"\\ud800"', b"[" + b" " * 100_000 + b"]"),
)


@ON_ONE_DATABASE
def test_asvs_2_2_1_and_1_5_2_no_body_whatever_breaks_a_route_for_programs(town: Town) -> None:
    headers = town.program(town.colleague("owner"))
    for route in routes(town.app):
        if not route.is_for_programs:
            continue
        path = route.path(town.lan.values)
        refused = {400, 404, 413, 415, 422} | ({403} if route.is_for_phones else set())
        for method in set(route.methods) - SAFE:
            for body in WHOLE:
                answer = town.app.test_client().open(
                    path, method=method, data=body, headers=headers, content_type="application/json"
                )
                found = statuses_of(answer)
                assert found <= refused, (path, body[:20], answer.status)
                assert answer.mimetype in {"application/problem+json", "application/json"}


KINDS = ("text/plain", "text/xml", "application/x-www-form-urlencoded", "multipart/form-data", "")


@ON_ONE_DATABASE
def test_asvs_4_1_1_and_2_2_1_a_body_of_another_kind_is_415(town: Town) -> None:
    headers = town.program(town.colleague("owner"))
    for method, path, body in BODIES:
        for kind in (*KINDS, "image/png"):
            answer = town.app.test_client().open(
                path, method=method, data=json.dumps(body), headers=headers, content_type=kind
            )
            assert answer.status_code == 415, (path, kind)


@ON_ONE_DATABASE
def test_asvs_15_3_7_a_parameter_that_stands_twice_is_refused_or_read_once(town: Town) -> None:
    owner = town.colleague("owner")
    reader, token = town.browser(owner), town.program(owner)
    for route in routes(town.app):
        if "GET" not in route.methods or route.rule.arguments:
            continue
        path = route.path({})
        for query in ("q=a&q=b", "limit=1&limit=2", "after=1&after=2", "format=csv&format=html"):
            if route.is_for_programs:
                answer = town.app.test_client().get(f"{path}?{query}", headers=token, buffered=True)
                if route.act is not None:
                    assert answer.status_code == 422, (path, query)
            else:
                answer = reader.get(f"{path}?{query}", buffered=True)
            assert answer.status_code < 500, (path, query)


def position(*values: Any) -> str:
    """Write where a page of a list begins, as its own links do."""
    return urlsafe_b64encode(json.dumps(values).encode()).decode()


POSITIONS = (
    *(
        "x",
        "!!!!",
        "é",
        "W10=",
        position(),
        position(None),
        position({}),
        position("s"),
        "A" * 4000,
    ),
    *(
        position(["s", "a"]),
        position(["i", 1]),
        position(["d", "2026-01-01"]),
        position(["u", "x"]),
    ),
    *(position(["s", "a"], ["s", "b"]), position(["s", "\x00"], ["u", NOBODYS])),
    position(["t", "2026-01-01T00:00:00"], ["u", NOBODYS]),
    position(["t", "2026-01-01T00:00:00+07:00"], ["s", "not an id"]),
    position(["t", "9999-12-31T23:59:59+00:00"], ["u", NOBODYS]),
    position(["t", "0001-01-01T00:00:00+23:59"], ["u", NOBODYS]),
    position(["i", 10**30], ["i", 10**30]),
    position(["i", 10**30], ["u", NOBODYS]),
    position(["s", "\ud800"], ["u", NOBODYS]),
    position(["u", NOBODYS], ["t", "2026-01-01T00:00:00+07:00"]),
    position(["s", "a"], ["u", NOBODYS]),
    position(["d", "2026-01-01"], ["u", NOBODYS]),
    position(["s", ["a"]], ["u", None]),
)


def test_asvs_2_2_1_a_place_in_a_list_that_nobody_gave_breaks_no_list(town: Town) -> None:
    owner = town.colleague("owner")
    reader, token = town.browser(owner), town.program(owner)
    broken, asked = [], 0
    for route in routes(town.app):
        if "GET" not in route.methods or route.rule.arguments or route.act is None:
            continue
        client = town.app.test_client() if route.is_for_programs else reader
        headers = token if route.is_for_programs else {}
        path = route.path({})
        if client.get(f"{path}?after=x", headers=headers, buffered=True).status_code == 200:
            continue  # no list of many pages
        for after in POSITIONS:
            asked += 1
            place = {"after": after}
            answer = client.get(path, query_string=place, headers=headers, buffered=True)
            if answer.status_code >= 500:
                broken.append((path, after))
    assert asked
    assert broken == []


STRANGE_TEXTS = (
    "",
    "\x00",
    "-1",
    "1e400",
    "٣",
    "9" * 400,
    "2026-02-30",
    "[]",
    "x" * 70_000,
    "\u202e",
)


def test_asvs_2_2_1_no_form_of_strange_values_breaks_a_page(town: Town) -> None:
    owner = town.colleague("owner")
    names = field_names()
    for route in routes(town.app):
        for method in sorted(set(route.methods) - SAFE):
            if route.is_for_programs or route.rule.rule in LEAVING:
                continue
            path = route.path(town.lan.values | town.lan.made_up)
            reader = town.browser(owner)
            for text in STRANGE_TEXTS:
                sent = dict.fromkeys(names, text) | {CSRF_FIELD: town.form()[CSRF_FIELD]}
                answer = reader.open(path, method=method, data=sent, buffered=True)
                assert answer.status_code < 500, (path, text[:20])


LEAVING = {"/sign-out"}


def field_names() -> list[str]:
    """Give the names of fields that forms of ours have."""
    found = {"name", "version", "kind", "file", "code", "password", "public", "text", "answer"}
    for body in (examples.BATCH, examples.EVENT, examples.PRODUCT, examples.SITE):
        found |= body.keys()
    found |= {
        "inputs.0.batch_id",
        "inputs.0.quantity",
        "fields.note",
        "label.origin.vi",
        "lines.999",
    }
    return sorted(found)
