"""Every route of the table that answers a page, opened in a real browser; and what forms answer.

One page each: as somebody unknown, the owner of Lan's co-operative, an operator, an officer. Every
form is sent with nonsense, past what a browser would check, and the page that follows is looked at
like the others (OWASP ASVS 5.0: 3.4.3, 3.4.7).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.conftest import Tell, close, migrate, settings_for
from tests.lan import fair_of, lan, totals_of
from tests.pwa.looking import NARROW, listen, troubles_of
from tests.pwa.serving import served
from tests.security.town import Person, Route, Town, routes
from traceapp.accounts.acts import Act
from traceapp.app import create_app
from traceapp.handoffs import links
from traceapp.public.operations import receive_report
from traceapp.web.endpoints import transaction

pytestmark = pytest.mark.browser

NONSENSE = "Không đúng <i>&" * 25
ACCEPTS_PAGES = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "vi"}
# What is not opened here, and why.
NOT_OPENED = {
    "joining.first_run_form": "404 once somebody is in: test_new_cooperative.py goes through it",
    "accounts.second_factor_form": "between password and desk: test_passkeys.py goes through it",
    "static": "files",
    "photos.media": "files",
}
NOT_SENT = {
    "accounts.sign_in_by_passkey": "JSON of a script: test_passkeys.py",
    "accounts.add_passkey": "JSON of a script: test_passkeys.py",
    "accounts.new_passkey_challenge": "JSON of a script: test_passkeys.py",
}
ASKED = {"public.find": "?code={code}", "hand_offs.find_offer": "?code={code}"}
FORMS = """[...document.forms].filter(form => form.method === "post").map(form =>
  new URL(form.getAttribute("action") || location.href, location).pathname)"""
# The form is taken from its page as it is now, and sent from the page that is open: to draw its
# page once more would only take time. It was looked at when it was opened.
FILL = """async ([path, page, nonsense]) => {
  const answer = await fetch(page, {headers: {Accept: "text/html"}});
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  const asks = [...found.forms].find(form => form.method === "post" &&
    new URL(form.getAttribute("action") || page, location).pathname === path);
  const form = document.body.appendChild(asks ?? document.createElement("form"));
  form.action = path;
  if (!asks) {
    form.method = "post";
    const hidden = form.appendChild(document.createElement("input"));
    const token = found.querySelector("[name=csrf_token]")?.value ?? "";
    Object.assign(hidden, {type: "hidden", name: "csrf_token", value: token});
  }
  const written = "input:not([type=hidden], [type=file], [type=radio], [type=checkbox]), textarea";
  for (const field of form.querySelectorAll(written)) {
    if (field.matches("input")) field.type = "text";
    field.value = nonsense;
  }
  form.id = "filled";
}"""
SEND = "() => HTMLFormElement.prototype.submit.call(document.getElementById('filled'))"


@dataclass(slots=True)
class Walk:
    """What was opened and sent so far, and what was wrong with it."""

    pages: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    sent: dict[str, int] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    troubles: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """The installation: its address, who lives there, and what private links there are."""

    address: str
    town: Town
    private: dict[str, dict[str, str]]
    colleague_id: str

    def path(self, route: Route) -> str:
        """Fill in what is there."""
        endpoint = route.rule.endpoint
        values = self.town.lan.values | self.private.get(endpoint, {})
        if endpoint == "codes.show":
            return f"/B/{values['code']}"
        if endpoint.startswith("people."):
            values["member_id"] = self.colleague_id
        return route.path(values) + ASKED.get(endpoint, "").format(**values)

    def lead_programme(self, person: Person) -> None:
        """Let somebody have held a fair and written totals down, of which nobody else writes."""
        with self.town.app.app_context(), transaction():
            fair = {"activity_id": str(fair_of(person.business))}
            total = {"total_id": str(totals_of(person.business))}
        self.private.update({"fairs.ask_booths": fair, "fairs.place_booths": fair})
        pages = ("published_totals.ask_correction", "published_totals.correct")
        self.private.update(dict.fromkeys(pages, total))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A demo of Lan's co-operative alone, with something behind every kind of address."""
    folder: Path = tmp_path_factory.mktemp("every-route")
    url = f"sqlite:///{folder / 'site.db'}"
    migrate(url, folder)
    settings = settings_for(url, folder, TRACEAPP_DEMO="1")
    app = create_app(settings)
    with app.app_context(), transaction():
        town = Town(app, lan("Sông Hồng"))
        private = private_links(town)
        colleague_id = str(town.lan.colleague("clerk").actor.member_id)
    kept = {"DATABASE_URL": url, "SECRET_KEY": settings.secret_key}
    with served(Path(settings.instance_dir), **kept) as (address, _):
        yield Place(address, town, private, colleague_id)
    close(app)


def private_links(town: Town) -> dict[str, dict[str, str]]:
    """Make the links that are told to one person."""
    owner, now = town.lan.business, datetime.now(UTC)
    shipment = (owner.producer_id, UUID(town.lan.values["shipment_id"]))
    made = links.make(shipment, by=owner.actor.member_id, now=now, lasts=timedelta(days=1))
    report = {"code": None, "kind": "other", "text": "Rau có đá", "area": None}
    receipt = receive_report(report, language="vi", now=now, is_demo=True)
    offer = {"token": made.token}
    return {
        "hand_off_answers.show_offer": offer,
        "hand_off_answers.answer_offer": offer,
        "public.reports.report_status": {"token": receipt.token},
    }


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a browser."""

    page: Page
    said: list[str]
    place: Place
    walk: Walk
    start: str

    def open(self, route: Route) -> None:
        """Open the address; what is no page is only asked for."""
        endpoint, address = route.rule.endpoint, self.place.address + self.place.path(route)
        status, is_page = self._came_to(address)
        if status != 200:
            self.walk.troubles[address] = [f"{endpoint} answers {status}"]
        elif not is_page:
            self.walk.files.add(endpoint)
        else:
            self._look(address, is_known=False)
            self.walk.pages.add(endpoint)
            for path in self.page.evaluate(FORMS):
                self.walk.forms.setdefault(path, address)

    def _came_to(self, address: str) -> tuple[int, bool]:
        """Go to an address; gives its status, and whether it is a page to look at."""
        try:
            answer = self.page.goto(address, wait_until="load")
        except Error:  # a browser keeps it as a file instead of showing it
            # A server may end a connection that waited just as it is used again: ask once more.
            asked = self.page.context.request.get(address, headers=ACCEPTS_PAGES, max_retries=2)
            assert not asked.headers["content-type"].startswith("text/html"), address
            return asked.status, False
        assert answer is not None
        is_page = answer.headers["content-type"].startswith("text/html")
        if not is_page:  # nothing is sent from a picture or a table
            self.page.goto(f"{self.place.address}{self.start}")
            self.said.clear()  # also what the browser's own viewer complained of
        return answer.status, is_page

    def send(self, route: Route) -> None:
        """Send the form of the page it stands on, or an empty one; look at what follows."""
        path = self.place.path(route)
        page = self.walk.forms.get(path, f"{self.place.address}{self.start}")
        self.page.evaluate(FILL, [path, page, NONSENSE])
        self.said.clear()  # what came before it may have ended what the page is about
        with self.page.expect_navigation(wait_until="load") as following:
            self.page.evaluate(SEND)
        answer = following.value
        self._look(f"POST {path}", is_known=answer.status != 422)
        if answer.status >= 500 or answer.status == 401:
            self.walk.troubles[path] = [f"answers {answer.status}"]
        self.walk.sent[route.rule.endpoint] = answer.status

    def _look(self, name: str, *, is_known: bool) -> None:
        """Keep what is wrong with the page that is open."""
        if troubles := [*self.said, *troubles_of(self.page, is_known=is_known)]:
            self.walk.troubles[name] = troubles
        self.said.clear()


@contextmanager
def visit(browser: Browser, place: Place, person: Person | None, walk: Walk) -> Iterator[Visit]:
    """Come as this person, or as nobody."""
    context = browser.new_context(locale="vi-VN", viewport=NARROW, service_workers="block")
    if person is not None:
        cookie = place.town.browser(person).get_cookie("session")
        assert cookie is not None
        context.add_cookies([{"name": "session", "value": cookie.value, "url": place.address}])
    yield Visit(*listen(context), place, walk, "/sign-in" if person is None else "/desk")
    context.close()


def test_asvs_3_4_3_every_route_and_every_answer_to_a_form_keeps_to_its_policy(
    browser: Browser, place: Place, tell: Tell
) -> None:
    walk, table = Walk(), [r for r in routes(place.town.app) if "/api/v1/" not in r.rule.rule]
    keeper = Person(place.town.lan.business, "owner", "farm")
    officials = ("owner", "operator"), ("officer", "authority")
    for person in (None, keeper, *(place.town.outsider(*one) for one in officials)):
        theirs = [route for route in table if is_for(person, route)]
        if person is not None and person.may(Act.LEAD_PROGRAMME):
            place.lead_programme(person)
        with visit(browser, place, person, walk) as at:
            for route in theirs:
                known = walk.pages | walk.files | NOT_OPENED.keys()
                if "GET" in route.methods and route.rule.endpoint not in known:
                    at.open(route)
            for route in theirs:
                known = walk.sent.keys() | NOT_SENT.keys()
                if "POST" in route.methods and route.rule.endpoint not in known:
                    at.send(route)
    tell(f"{len(walk.pages)} pages, {len(walk.sent)} answers to forms, {len(walk.files)} files")
    assert [f"{name}: {one}" for name, found in walk.troubles.items() for one in found] == []
    pages = {route.rule.endpoint for route in table if "GET" in route.methods}
    forms = {route.rule.endpoint for route in table if "POST" in route.methods}
    assert pages == walk.pages | walk.files | NOT_OPENED.keys() - {"static"}
    assert forms == walk.sent.keys() | NOT_SENT.keys()


def is_for(person: Person | None, route: Route) -> bool:
    """Tell whether the route answers this person, and nobody who asks less."""
    if person is None or route.act is None:
        return person is None and route.act is None
    return person.may(route.act)
