"""Who may be at the door, what routes there are, and how each of them asks."""

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests import builders
from tests.lan import Lan
from tests.signing_in import form, signed_in, token_of
from traceapp.accounts import phones, reauthentication
from traceapp.accounts.acts import Act, may
from traceapp.database.engine import db
from traceapp.web.access import ACCESS_MARK
from traceapp.web.endpoints import transaction

SAFE = {"GET", "HEAD", "OPTIONS"}
# For tests in which no database has a part.
ON_ONE_DATABASE = pytest.mark.parametrize("town", ["sqlite"], indirect=True, scope="session")
# What routes that everybody may ask take, and no co-operative's.
ADDRESSES = {
    "slug": "not-found",
    "token": "a-private-link-that-nobody-has",
    "file_name": "0" * 64 + ".webp",
}
REFUSED = 404
PROVEN_FOR_S = 60.0  # long before one would be asked for the password again
FOR_PHONES = {"/api/v1/phones/me", "/api/v1/sync"} | {
    f"/api/v1/phones/me/push{rest}" for rest in ("", "/forget")
}
LINK = {"kind": "01", "rest": "09520001000010"}


@dataclass(frozen=True, slots=True)
class Route:
    """A route, whom it answers, and the methods it takes."""

    rule: Rule
    access: Act | str
    methods: tuple[str, ...]

    @property
    def act(self) -> Act | None:
        """Give what one must be allowed to do; None where nobody signs in."""
        return self.access if isinstance(self.access, Act) else None

    @property
    def is_for_programs(self) -> bool:
        """Tell whether it asks for a token."""
        return self.rule.rule.startswith("/api/")

    @property
    def is_for_phones(self) -> bool:
        """Tell whether it answers phones alone."""
        return self.rule.rule in FOR_PHONES

    def path(self, values: Mapping[str, str]) -> str:
        """Fill in the ids; a new argument of a route must be given a value in tests/lan.py."""
        known = {**ADDRESSES, **values, **(LINK if "rest" in self.rule.arguments else {})}
        unknown = self.rule.arguments - known.keys()
        assert not unknown, f"{self.rule}: say in tests/lan.py what {unknown} are"
        built = self.rule.build({name: known[name] for name in self.rule.arguments})
        assert built is not None
        return str(built[1])


def routes(app: Flask) -> list[Route]:
    """Give every route but the files of the style and the scripts."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        access = getattr(app.view_functions[rule.endpoint], ACCESS_MARK)
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        found.append(Route(rule, access, tuple(methods)))
    return found


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a role in a body of a kind."""

    business: builders.Business
    role: str
    kind: str

    def may(self, act: Act) -> bool:
        """Tell whether the table of roles lets them."""
        return may(act, {self.role}, {self.kind})


@dataclass(slots=True)
class Town:
    """An installation with Lan's co-operative; people are made as they are asked for."""

    app: Flask
    lan: Lan
    _people: dict[tuple[str, str], Person] = field(default_factory=dict)
    _readers: dict[Person, tuple[float, FlaskClient]] = field(default_factory=dict)
    _programs: dict[Person, dict[str, str]] = field(default_factory=dict)

    def colleague(self, role: str) -> Person:
        """Give somebody of Lan's co-operative."""
        return self._person(role, "colleague")

    def outsider(self, role: str, kind: str) -> Person:
        """Give somebody of another body."""
        return self._person(role, kind)

    def browser(self, person: Person) -> FlaskClient:
        """Give a browser in which they have just proven who they are, by every factor."""
        with self.app.app_context():
            client = signed_in(self.app, person.business, is_second_factor_proven=True)
        with client.session_transaction() as session:
            session[reauthentication.SINCE] = time.time()
        return client

    def program(self, person: Person, **options: Any) -> dict[str, str]:
        """Give the headers of a program of theirs."""
        with self.app.app_context():
            return token_of(person.business, **options)

    def phone(self, person: Person) -> dict[str, str]:
        """Give the headers of a phone of theirs."""
        actor, now = person.business.actor, datetime.now(UTC)
        member = (actor.producer_id, actor.member_id)
        with self.app.app_context(), transaction():
            invite = phones.invite(member, by=member, now=now)
            made = phones.enrol(invite.secret, uuid4(), "A05", now=now)
        assert made is not None
        return {"Authorization": f"Bearer {made.token}"}

    def form(self, **values: Any) -> dict[str, Any]:
        """Give what a form carries: the hidden field, and these values."""
        return form(self.app, **values)

    def ask(self, person: Person, route: Route, method: str, path: str) -> TestResponse:
        """Ask as this person would: a program where programs ask, else a browser.

        Whoever was refused asks on. What changed something ends it: it may have been the signing
        out of all others.
        """
        if route.is_for_programs:
            headers = self.phone(person) if route.is_for_phones else self._program(person)
            body: dict[str, str] | None = {} if method not in SAFE else None
            client = self.app.test_client()
            answer = client.open(path, method=method, json=body, headers=headers, buffered=True)
        else:
            data = self.form() if method not in SAFE else None
            client = self._reader(person)
            answer = client.open(path, method=method, data=data, buffered=True)
        if method not in SAFE and answer.status_code != REFUSED:
            self._readers.pop(person, None)
            self._programs.pop(person, None)
        return answer

    def _reader(self, person: Person) -> FlaskClient:
        now = time.monotonic()
        if person not in self._readers or now - self._readers[person][0] > PROVEN_FOR_S:
            self._readers[person] = now, self.browser(person)
        return self._readers[person][1]

    def _program(self, person: Person) -> dict[str, str]:
        if person not in self._programs:
            self._programs[person] = self.program(person)
        return self._programs[person]

    def _person(self, role: str, kind: str) -> Person:
        if (role, kind) not in self._people:
            with self.app.app_context(), transaction():
                if kind == "colleague":
                    made = Person(self.lan.colleague(role), role, "farm")
                else:
                    name = f"Tùng {uuid4().hex[:8]}"
                    business = builders.business(name, kinds=(kind,), role=role)
                    made = Person(business, role, kind)
            self._people[role, kind] = made
        return self._people[role, kind]


@dataclass(frozen=True, slots=True)
class Read:
    """What a route answered to somebody who asked."""

    route: Route
    path: str
    answer: TestResponse


def read_everything(town: Town, reader: FlaskClient, token: dict[str, str]) -> Iterator[Read]:
    """Ask every address, by a program where programs ask, else in a browser."""
    for route in routes(town.app):
        if "GET" not in route.methods:
            continue
        path = route.path(town.lan.values)
        client = town.app.test_client() if route.is_for_programs else reader
        headers = token if route.is_for_programs else {}
        yield Read(route, path, client.get(path, headers=headers, buffered=True))


@contextmanager
def nothing_written(app: Flask, but: Collection[str] = ()) -> Iterator[None]:
    """Compare every row of every table before and after, `but` for tables that may change."""
    before = everything(app)
    yield
    after = everything(app)
    assert {name for name in before if before[name] != after[name]} - set(but) == set()


def everything(app: Flask) -> dict[str, list[str]]:
    """Give the content of every table."""
    with app.app_context():
        try:
            return {
                table.name: sorted(
                    repr(tuple(row)) for row in db.session.execute(table.select()).all()
                )
                for table in db.metadata.sorted_tables
            }
        finally:
            db.session.rollback()
