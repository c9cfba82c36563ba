"""Every page that the links of a desk lead to, in a real browser, as four people of the demo.

No word of the policy, no error, nothing wider than a phone, nothing that shuts a reader out
(OWASP ASVS 5.0: 3.4.3, 3.4.7). One page of each kind is read; the kinds come from the route table.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

from tests.conftest import settings_for
from traceapp.app import create_app

pytestmark = pytest.mark.browser

# By a door of the demo, or as anybody of the town: an owner opens more than a clerk.
DOORS: dict[str, dict[str, str]] = {
    **{door: {"door": door} for door in ("lan", "labels", "officer")},
    "owner": {"member": "019b771a-0001-7004-990e-3eadabe0f8c1"},
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
)
OF_THE_TEST = "Service Worker registration blocked by Playwright"
NARROW: ViewportSize = {"width": 360, "height": 740}
WIDE: ViewportSize = {"width": 1280, "height": 800}
SERIOUS = {"serious", "critical"}
MOST_PAGES = 60
FORMS = {"kind", "batch", "season", "correct", "corrects", "again", "copy"}  # another form each
TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"
# By the attribute: `href` of a link inside a drawing is an object.
LINKS = """[...document.querySelectorAll('a[href]')]
  .map(link => new URL(link.getAttribute('href'), location).href)"""
HEARS_THE_POLICY = """
addEventListener("securitypolicyviolation", event =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> MapAdapter:
    """The route table, to tell of which kind a page is."""
    folder = tmp_path_factory.mktemp("addresses")
    app = create_app(settings_for(f"sqlite:///{folder / 'none.db'}", folder, TRACEAPP_DEMO="1"))
    return app.url_map.bind("localhost")


@pytest.fixture(scope="module")
def read_by_axe() -> set[str]:
    """The kinds of pages that axe has read: those of another person look the same."""
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
    page: Page, demo: str, addresses: MapAdapter, said: list[str]
) -> Iterator[tuple[str, str]]:
    """Go where the links lead, once to each kind of page; give the kind and the address."""
    waiting = [demo + path for path in BEGINNINGS]
    seen: set[str] = set()
    while waiting and len(seen) < MOST_PAGES:
        parts = urlsplit(waiting.pop(0))
        kind = kind_of(addresses, parts.path, parts.query)
        address = f"{parts.path}?{parts.query}" if parts.query else parts.path
        is_ours = f"{parts.scheme}://{parts.netloc}" == demo
        if not is_ours or kind is None or kind in seen or "lang=" in parts.query:
            continue
        if FILES.search(address):
            continue
        seen.add(kind)
        answer = page.goto(demo + address, wait_until="load")
        assert answer is not None
        if answer.status == 404 and address in BEGINNINGS:
            said.clear()
            continue  # not for this person
        assert answer.status == 200, address
        yield kind, address
        waiting += page.evaluate(LINKS)


@pytest.mark.parametrize("door", DOORS)
def test_asvs_3_4_3_every_page_keeps_to_its_policy_and_shuts_nobody_out(
    browser: Browser, demo: str, addresses: MapAdapter, read_by_axe: set[str], door: str
) -> None:
    context = browser.new_context(locale="vi-VN", viewport=NARROW, service_workers="block")
    context.add_init_script(HEARS_THE_POLICY)
    enter(context, demo, door)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: hear(said, message))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    found: dict[str, list[str]] = {}
    kinds = []
    for kind, address in crawl(page, demo, addresses, said):
        kinds.append(kind)
        with_axe = kind not in read_by_axe
        troubles = [*said, *troubles_of(page, with_axe=with_axe)]
        read_by_axe.add(kind)
        if troubles:
            found[address] = troubles
        said.clear()
    context.close()
    print(f"{door}: {len(kinds)} kinds of pages")
    assert found == {}
    assert len(kinds) >= 8
    for start in OF_OWNERS if door == "owner" else ():
        assert any(kind.startswith(start) for kind in kinds), start
    assert any(kind.startswith("public.producers.show_producer") for kind in kinds)


def hear(said: list[str], message: ConsoleMessage) -> None:
    """Note what the browser complains of, and where."""
    if message.type in {"error", "warning"} and OF_THE_TEST not in message.text:
        said.append(f"{message.text} ({message.location.get('url', '')})")


def troubles_of(page: Page, *, with_axe: bool) -> list[str]:
    """Tell what is wrong with the page that is open."""
    troubles = []
    if page.locator("html").get_attribute("lang") != "vi":
        troubles.append("not in the reader's language")
    if not page.title().strip() or page.locator("h1").count() != 1:
        troubles.append("a title or one heading is missing")
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        if page.evaluate(TOO_WIDE):
            troubles.append(f"wider than {size['width']} px")
    if with_axe:
        results = Axe().run(page)
        troubles += [
            f"{one['id']}: {one['nodes'][0]['html'][:120]}"
            for one in results.response["violations"]
            if one["impact"] in SERIOUS
        ]
    return troubles
