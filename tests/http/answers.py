"""What a bad answer must look like: a problem for programs, a page in each language for people."""

import json
import re
from collections.abc import Mapping
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

JSON = {"Accept": "application/json"}
LANGUAGES = ("vi", "en")


def told(answer: TestResponse, status: int, slug: str) -> Mapping[str, Any]:
    """Give the problem that an answer is, with every member that RFC 9457 and we promise."""
    assert answer.status_code == status, answer.get_data(as_text=True)[:500]
    assert answer.mimetype == "application/problem+json"
    document: dict[str, Any] = json.loads(answer.get_data(as_text=True))
    assert {"type", "title", "status", "detail", "instance"} <= document.keys()
    assert (document["type"], document["status"]) == (f"/problems/{slug}", status)
    for error in document.get("errors", []):
        assert error.keys() == {"pointer", "rule", "message", "fix"}
        assert error["rule"]
        assert error["message"]
        assert error["fix"]
    return document


def assert_pages(client: FlaskClient, path: str, status: int, **request: Any) -> dict[str, str]:
    """See that people get a page in each language, that says the same, and give both."""
    pages = {}
    method = request.pop("method", "GET")
    for language in LANGUAGES:
        accept = {"Accept": "text/html", "Accept-Language": language}
        answer = client.open(path, method=method, headers=accept, **request)
        page = answer.get_data(as_text=True)
        assert (answer.status_code, answer.mimetype) == (status, "text/html"), path
        assert f'<html lang="{language}"' in page
        assert len(re.findall("<h1", page)) == 1
        pages[language] = page
    assert pages["vi"] != pages["en"]
    return pages
