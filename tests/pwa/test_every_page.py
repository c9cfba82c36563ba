"""Every page that the links of a desk lead to, in a real browser, as four people of the demo.

No word of the policy, no error, nothing wider than a phone, nothing that shuts a reader out
(OWASP ASVS 5.0: 3.4.3, 3.4.7). One page of each kind is read; the kinds come from the route table.
Whoever comes second opens where they begin, and what nobody has opened yet. What no link leads to,
and what follows a form, is in test_every_route.py.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

from tests.conftest import settings_for
from tests.pwa.looking import NARROW, listen, troubles_of
from traceapp.app import create_app

pytestmark = pytest.mark.browser

# By a door of the demo, or as anybody of the town: an owner opens more than a clerk.
DOORS: dict[str, dict[str, str]] = {
    "owner": {"member": "019b771a-0001-7004-990e-3eadabe0f8c1"},
    **{door: {"door": door} for door in ("lan", "labels", "officer")},
}
OF_OWNERS = ("tokens.", "people.", "audit.", "particulars.")
BEGINNINGS = (
    *(
        "/",
        "/desk",
        "/desk/batches",
        "/desk/hand-offs",
        "/desk/products",
        "/desk/places",
        "/desk/seasons",
    ),
    *("/desk/certificates", "/desk/steps/new", "/desk/reports", "/desk/people", "/desk/data"),
    *(
        "/desk/tokens",
        "/desk/audit",
        "/desk/producer",
        "/desk/phones",
        "/desk/admissions",
        "/account",
        "/demo/doors",
        "/api/docs",
        "/report",
    ),
)
FILES = re.compile(
    r"\.(?:svg|png|csv|xlsx|zip|json|pdf|txt|webmanifest|js)(?:\?|$)|format=csv|/media/"
    r"|/photo$|/photos/[0-9a-f]{64}$"
)
# The same for everybody, and of 5,000 elements: its contrast alone takes half a minute to measure.
MEASURED_ELSEWHERE = {"reference.docs "}  # test_every_route.py
FORMS = {"kind", "batch", "season", "correct", "corrects", "again", "copy"}  # another form each
# By the attribute: `href` of a link inside a drawing is an object.
LINKS = """[...document.querySelectorAll('a[href]')]
  .map(link => new URL(link.getAttribute('href'), location).href)"""


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> MapAdapter:
    """The route table, to tell of which kind a page is."""
    folder = tmp_path_factory.mktemp("addresses")
    app = create_app(settings_for(f"sqlite:///{folder / 'none.db'}", folder, TRACEAPP_DEMO="1"))
    return app.url_map.bind("localhost")


@pytest.fixture(scope="module")
def opened() -> set[str]:
    """The kinds of pages that somebody has opened: those of another person look much the same."""
    return set()


def kind_of(addresses: MapAdapter, path: str, query: str) -> str | None:
    """Name the kind of a page; None where no page is."""
    try:
        endpoint, _ = addresses.match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    asked = sorted(name for name in parse_qs(query) if name in FORMS)
    return f"{endpoint} {'+'.join(asked)}"


def enter(context: BrowserContext, demo: str, door: str) -> None:
    """Sign in by a door of the demo."""
    answer = context.request.post(
        f"{demo}/demo/doors", form={**DOORS[door]}, headers={"Origin": demo}, max_redirects=0
    )
    assert answer.status == 303, answer.text()


def crawl(
    page: Page, demo: str, addresses: MapAdapter, opened: set[str]
) -> Iterator[tuple[str, str]]:
    """Go where the links lead, once to each kind of page; give the kind and the address."""
    waiting = [demo + path for path in BEGINNINGS]
    seen: set[str] = set()
    while waiting:
        parts = urlsplit(waiting.pop(0))
        kind = kind_of(addresses, parts.path, parts.query)
        address = f"{parts.path}?{parts.query}" if parts.query else parts.path
        is_ours = f"{parts.scheme}://{parts.netloc}" == demo
        if not is_ours or kind is None or kind in seen or "lang=" in parts.query:
            continue
        if FILES.search(address) or (kind in opened and address not in BEGINNINGS):
            continue
        seen.add(kind)
        answer = page.goto(demo + address, wait_until="load")
        assert answer is not None
        if answer.status == 404 and address in BEGINNINGS:
            continue  # not for this person
        assert answer.status == 200, address
        yield kind, address
        waiting += page.evaluate(LINKS)


@pytest.mark.parametrize("door", DOORS)
def test_asvs_3_4_3_every_page_keeps_to_its_policy_and_shuts_nobody_out(
    browser: Browser, demo: str, addresses: MapAdapter, opened: set[str], door: str
) -> None:
    context = browser.new_context(locale="vi-VN", viewport=NARROW, service_workers="block")
    enter(context, demo, door)
    page, said = listen(context)
    found: dict[str, list[str]] = {}
    kinds = []
    for kind, address in crawl(page, demo, addresses, opened):
        kinds.append(kind)
        is_known = kind in opened | MEASURED_ELSEWHERE
        if troubles := [*said, *troubles_of(page, is_known=is_known)]:
            found[address] = troubles
        opened.add(kind)
        said.clear()
    context.close()
    print(f"{door}: {len(kinds)} kinds of pages")
    assert found == {}
    assert len(kinds) >= 8
    assert opened >= MEASURED_ELSEWHERE
    for start in OF_OWNERS if door == "owner" else ():
        assert any(kind.startswith(start) for kind in kinds), start
    assert any(kind.startswith("public.producers.show_producer") for kind in opened)
