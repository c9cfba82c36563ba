"""Whatever a page links to, and wherever its forms go, there is a route that takes it."""

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter
from werkzeug.routing.exceptions import RequestRedirect

from tests.security.town import ON_ONE_DATABASE, Person, Town, read_everything

HOST = "localhost"
MADE_BY_SET_UP = "/static/"


class Ways(HTMLParser):
    """Collects where one can go from a page: by GET, and by what forms and their buttons send."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: set[tuple[str, str]] = set()
        self._method = "get"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.found.add(("GET", given["href"]))
        elif tag == "form":
            self._method = given.get("method", "get")
            self.found.add((self._method.upper(), given.get("action", "")))
        elif "formaction" in given:
            method = given.get("formmethod", self._method)
            self.found.add((method.upper(), given["formaction"]))


def nowhere(routes: MapAdapter, path: str, html: str) -> Iterator[str]:
    ways = Ways()
    ways.feed(html)
    for method, address in sorted(ways.found):
        there = urlsplit(urljoin(f"http://{HOST}{path}", address))
        if there.scheme not in {"http", "https"} or there.hostname != HOST:
            continue
        if there.path.startswith(MADE_BY_SET_UP):
            continue
        try:
            routes.match(there.path, method=method)
        except RequestRedirect:
            yield f"{path}: {method} {address} leads elsewhere first"
        except HTTPException as error:
            yield f"{path}: {method} {address} is {error.code}"


@ON_ONE_DATABASE
@pytest.mark.parametrize("who", ["owner", "officer", "operator"])
def test_every_link_and_every_form_of_a_page_goes_to_a_route(town: Town, who: str) -> None:
    person = town.colleague(who) if who == "owner" else official(town, who)
    routes = town.app.url_map.bind(HOST)
    pages = 0
    lost: set[str] = set()
    for one in read_everything(town, town.browser(person), town.program(person)):
        assert one.answer.status_code < 500, one.path
        if one.answer.mimetype == "text/html" and one.answer.status_code == 200:
            pages += 1
            lost |= set(nowhere(routes, one.path, one.answer.text))
    assert lost == set()
    assert pages > 40


def official(town: Town, who: str) -> Person:
    return town.outsider(
        *{"officer": ("officer", "authority"), "operator": ("owner", "operator")}[who]
    )
