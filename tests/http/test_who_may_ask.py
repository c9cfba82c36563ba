"""The matrix of who may ask for what, made from the route table."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule, UUIDConverter

from traceapp.web.access import ACCESS_MARK

SAMPLES = {
    "code": "7K3M9QRT2X",
    "slug": "not-found",
    "gtin": "09520001000010",
    "lot": "CX-BT-09",
    "sequence": "1",
    "year": "2026",
}
PUBLIC_HOST = "http://truyxuat.example"


def _behind_the_door(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        if getattr(app.view_functions[rule.endpoint], ACCESS_MARK, None) == "demo_door":
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
                yield method, _path(rule)


def _path(rule: Rule) -> str:
    values = {name: SAMPLES.get(name, _sample(rule, name)) for name in rule.arguments}
    built = rule.build(values)
    assert built is not None
    return str(built[1])


def _sample(rule: Rule, name: str) -> str:
    converter = rule._converters.get(name)
    if isinstance(converter, UUIDConverter):
        return "00000000-0000-4000-8000-000000000000"
    one_of = getattr(converter, "items", None)
    return next(iter(sorted(one_of)), "x") if one_of and not callable(one_of) else "x"


def test_outside_the_demo_no_door_exists(app: Flask) -> None:
    for method, path in _behind_the_door(app):
        assert app.test_client().open(path, method=method).status_code == 404, path


def test_a_visitor_from_elsewhere_finds_no_door_of_the_demo(demo_app: Flask) -> None:
    for method, path in _behind_the_door(demo_app):
        answer = demo_app.test_client().open(path, method=method, base_url=PUBLIC_HOST)
        assert answer.status_code == 404, path


@pytest.mark.parametrize(
    "header",
    [
        *("Forwarded", "Via", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Host"),
        *("x-forwarded-proto", "CF-Connecting-IP", "cf-ray", "X-Client-IP", "True-Client-IP"),
    ],
)
def test_a_proxy_on_this_machine_opens_no_door(demo_app: Flask, header: str) -> None:
    for method, path in _behind_the_door(demo_app):
        forwarded = {header: "203.0.113.9"}
        answer = demo_app.test_client().open(path, method=method, headers=forwarded)
        assert answer.status_code == 404, path


def test_a_wrong_secret_opens_no_door(make_app) -> None:
    app = make_app(TRACEAPP_DEMO="1", DEMO_SECRET="a demo secret of 20+")
    for method, path in _behind_the_door(app):
        client = app.test_client()
        answer = client.open(f"{path}?demo_secret=wrong", method=method, base_url=PUBLIC_HOST)
        assert answer.status_code == 404, path


def test_the_secret_opens_the_doors_from_elsewhere(make_app) -> None:
    app = make_app(TRACEAPP_DEMO="1", DEMO_SECRET="a demo secret of 20+")
    client = app.test_client()
    secret = {"demo_secret": "a demo secret of 20+", "lang": "en"}
    arrived = client.get("/", query_string=secret, base_url=PUBLIC_HOST)
    assert (arrived.status_code, arrived.location) == (302, "/?lang=en")
    assert client.get("/demo/doors", base_url=PUBLIC_HOST).status_code == 200


def test_no_route_falls_over_when_a_stranger_asks(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static" and "GET" in (rule.methods or set()):
            answer = app.test_client().get(_path(rule), buffered=True)
            assert answer.status_code < 500, rule
