"""What may be wrong with a page that is open in a browser."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, ViewportSize

NARROW: ViewportSize = {"width": 360, "height": 740}
WIDE: ViewportSize = {"width": 1280, "height": 800}
# What is wider than the screen, the innermost last; empty where the page is not.
TOO_WIDE = """document.documentElement.scrollWidth <= innerWidth ? "" :
  [...document.body.querySelectorAll("*")]
    .filter(one => one.getBoundingClientRect().right + scrollX > innerWidth)
    .map(one => one.localName + (one.className ? "." + one.className : "")).slice(-3).join(" ")
  || "the page" """
# One heading; or one a language, as where nobody knows yet which the reader reads.
HEADINGS = """(found => found.length && found.length ===
  new Set(found.map(one => one.closest("[lang]"))).size)([...document.querySelectorAll("h1")])"""
SERIOUS = {"serious", "critical"}
# The rules of axe whose faults weigh less: they are not looked for, which takes a third less time.
LIGHT_RULES = f"""axe._audit.rules
  .filter(rule => rule.impact && !{sorted(SERIOUS)}.includes(rule.impact)).map(rule => rule.id)"""
RUN = "options => axe.run(options).then(found => found.violations)"
OF_THE_TEST = "Service Worker registration blocked by Playwright"
# Of a date or number that was no such thing: the field stays empty, and beside it stands why.
NOT_SHOWN = re.compile(r"^The specified value .* (?:does not conform|cannot be parsed)", re.DOTALL)
REFUSED = "Failed to load resource"  # said of an answer of 400 and more, the page itself too
HEARS_THE_POLICY = """
addEventListener("securitypolicyviolation", event =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


def listen(context: BrowserContext) -> tuple[Page, list[str]]:
    """Open a tab, and give what its browser complains of."""
    context.add_init_script(HEARS_THE_POLICY)
    page, said = context.new_page(), list[str]()

    def hear(message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        is_the_page = message.text.startswith(REFUSED) and where == page.url
        is_expected = OF_THE_TEST in message.text or NOT_SHOWN.match(message.text)
        if message.type in {"error", "warning"} and not is_expected:
            said.extend([] if is_the_page else [f"{message.text} ({where})"])

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    return page, said


def troubles_of(page: Page, *, is_known: bool) -> list[str]:
    """Tell what is wrong with the page that is open; of a known kind, only what may differ."""
    troubles = []
    page.locator("h1").first.wait_for(state="attached")  # the phone app draws its pages itself
    if page.locator("html").get_attribute("lang") != "vi":
        troubles.append("not in the reader's language")
    if not page.title().strip() or not page.evaluate(HEADINGS):
        troubles.append("a title or one heading is missing")
    for size in (NARROW,) if is_known else (WIDE, NARROW):
        page.set_viewport_size(size)
        if wide := page.evaluate(TOO_WIDE):
            troubles.append(f"wider than {size['width']} px: {wide}")
    return troubles if is_known else [*troubles, *shut_out(page)]


def shut_out(page: Page) -> list[str]:
    """Tell what on the page that is open shuts a reader out."""
    page.evaluate(Axe().axe_script)
    rules = {name: {"enabled": False} for name in page.evaluate(LIGHT_RULES)}
    options = {"resultTypes": ["violations"], "rules": rules}  # what is well is only counted
    violations = page.evaluate(RUN, options)
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}"
        for one in violations
        if one["impact"] in SERIOUS
    ]
