"""Labels as people order and issue them at the desk."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

WISH = {
    "labels": "24",
    "pack.quantity": "0.5",
    "pack.uom": "kg",
    "stock": "a4-24",
    "template": "full",
    "start_position": "1",
}


def order(**changes: Any) -> dict[str, str]:
    """Give the fields of the form; `pack__uom` stands for `pack.uom`."""
    named = {name.replace("__", "."): str(value) for name, value in changes.items()}
    return WISH | named


def ask(reader: FlaskClient, code: str, **changes: Any) -> TestResponse:
    """Look at the page with these values: nothing is issued."""
    return reader.get(f"/desk/batches/{code}/labels", query_string=order(**changes))


def issue(reader: FlaskClient, code: str, **changes: Any) -> TestResponse:
    """Press the button that issues."""
    form = order(**changes) | token_in(reader.get("/desk").text)
    return reader.post(f"/desk/batches/{code}/labels", data=form)


def issued(reader: FlaskClient, code: str, **changes: Any) -> str:
    """Issue labels; give the address of their page."""
    answer = issue(reader, code, **changes)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def token_in(shown: str) -> dict[str, str]:
    """Read the token of the forms of a page, where it has one."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', shown)
    return {"csrf_token": found[1]} if found else {}
