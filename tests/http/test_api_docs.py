"""The description of the interface, for programs and as a page for people."""

import re

import pytest
import schemathesis
from flask import Flask

from traceapp.web.access import ACCESS_MARK

# A phone that is not enrolled yet, and the browser of a shopper, of whom nothing is known.
WITHOUT_TOKEN = {
    "/api/v1/phones",
    "/api/v1/push",
    "/api/v1/push/forget",
}  # whoever is invited has no token yet


def test_the_description_is_openapi_3_1_and_open_to_everybody(app: Flask) -> None:
    answer = app.test_client().get("/api/openapi.json")
    document = answer.get_json()
    assert (answer.status_code, document["openapi"]) == (200, "3.1.0")
    schemathesis.openapi.from_dict(document).validate()
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert document["security"] == [{"token": []}]


def test_every_route_of_the_interface_is_described_and_no_other(app: Flask) -> None:
    described = {
        (method.upper(), path)
        for path, item in app.test_client().get("/api/openapi.json").get_json()["paths"].items()
        for method in item
        if method in {"get", "put", "post"}
    }
    routes = {
        (method, re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", str(rule)))
        for rule in app.url_map.iter_rules()
        if str(rule).startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == routes
    for rule in app.url_map.iter_rules():
        if str(rule).startswith("/api/v1/") and str(rule) not in WITHOUT_TOKEN:
            assert getattr(app.view_functions[rule.endpoint], ACCESS_MARK) != "public"


def test_every_operation_tells_its_problems_and_what_they_look_like(app: Flask) -> None:
    document = app.test_client().get("/api/openapi.json").get_json()
    for path, item in document["paths"].items():
        for method in set(item) & {"get", "put", "post"}:
            told = item[method]
            assert told["summary"], path
            assert {"401", "404", "422", "500"} <= told["responses"].keys(), path
            for status, answer in told["responses"].items():
                if status >= "400":
                    content = answer["content"]["application/problem+json"]
                    assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
                    assert content["example"]["status"] == int(status)
            if method != "get":
                assert {"400", "403", "413", "415", "503", "507"} <= told["responses"].keys(), path


def test_the_headers_that_an_answer_carries_are_told(app: Flask) -> None:
    paths = app.test_client().get("/api/openapi.json").get_json()["paths"]
    for kind in ("product", "site"):
        item = paths[f"/api/v1/{kind}s/{{{kind}_id}}"]
        for method, status in (("get", "200"), ("put", "200"), ("put", "201")):
            assert "ETag" in item[method]["responses"][status]["headers"]
    for kind in ("batches", "events"):
        for status in ("200", "201"):
            answer = paths[f"/api/v1/{kind}"]["post"]["responses"][status]
            assert "Location" in answer["headers"], kind


@pytest.mark.parametrize(
    ("language", "words"), [("vi", "Giao diện cho phần mềm"), ("en", "Shapes")]
)
def test_the_page_shows_every_operation_and_asks_no_other_host(
    app: Flask, language: str, words: str
) -> None:
    client = app.test_client()
    answer = client.get("/api/docs", headers={"Accept-Language": language})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, f'<html lang="{language}"' in page, words in page) == (
        200,
        True,
        True,
    )
    for path, item in client.get("/api/openapi.json").get_json()["paths"].items():
        for method in set(item) & {"get", "put", "post"}:
            anchor = f"{method}{re.sub('[{}]', '', path).replace('/', '-')}"
            assert f'id="{anchor}"' in page
            assert f'href="#{anchor}"' in page
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
    assert "'unsafe" not in answer.headers["Content-Security-Policy"]
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links <= set(re.findall(r'id="([^"]+)"', page)), "a link that leads nowhere"
