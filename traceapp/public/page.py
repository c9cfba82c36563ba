"""From the document of a batch to what its page shows on one day, in one language.

Here is decided what follows from the day and from the state of the code. What is public was
decided when the document was made; how it looks is the template's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from traceapp.claims.green import LEFT_OUT
from traceapp.codes.states import CodeState, shown_state
from traceapp.public import banners
from traceapp.public.banners import Banner
from traceapp.public.lines import address, days_ago, in_groups, written
from traceapp.public.queries import Issued
from traceapp.public.route_map import Route, route
from traceapp.trace.wording import percent
from traceapp.web.languages import pick
from traceapp.web.pages import HANOI

Document = Mapping[str, Any]

MOST_ENTRIES = 60  # of the longest way in the demo, 49; beyond it the page outgrows one flight

# States whose page may not tell an origin as though the code were in use.
WITHOUT_ORIGIN = frozenset({CodeState.NOT_ACTIVATED, CodeState.VOIDED})


@dataclass(frozen=True, slots=True)
class Line:
    """A term of the product facts and what stands beside it; `language` where it is foreign."""

    term: str
    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """A certificate and how it stands, on the day of the harvest or making and today."""

    certificate: Document
    counts: bool
    words: str


@dataclass(frozen=True, slots=True)
class Page:
    """What one page shows."""

    issued: Issued
    document: Document
    language: str
    state: CodeState
    banner: Banner | None
    relative: str | None
    facts: tuple[Line, ...]
    certificates: tuple[CertificateLine, ...]
    route: Route | None
    folded: bool


def today(now: datetime) -> date:
    """Give the day it is in Hanoi."""
    return now.astimezone(HANOI).date()


def valid_until(now: datetime, document: Document | None) -> datetime:
    """Say until when a page made now stays true: midnight in Hanoi, or a timer it shows."""
    midnight = datetime.combine(today(now) + timedelta(days=1), time(), HANOI)
    timer = document and document["valid_until"]
    return min(midnight, datetime.fromisoformat(timer)) if timer else midnight


def state_of(issued: Issued, document: Document | None, day: date) -> CodeState:
    """Give the state to show on a day."""
    expiry = document and document["batch"]["expiry_date"]
    return shown_state(issued.state, date.fromisoformat(expiry) if expiry else None, day)


def make(issued: Issued, document: Document, now: datetime, language: str, *, whole: bool) -> Page:
    """Make the page of a batch; `whole` tells the longest way without folding any of it."""
    day = today(now)
    state = state_of(issued, document, day)
    folded = not whole and sum(1 for _entry in walk(document["entries"])) > MOST_ENTRIES
    if folded:
        document = {**document, "entries": _without_ancestors(document["entries"])}
    return Page(
        issued=issued,
        document=document,
        language=language,
        state=state,
        banner=banners.banner(state, issued, document),
        relative=_relative(document, day),
        facts=tuple(facts(issued, document, language)),
        certificates=tuple(certificates(document, day)),
        route=route([stop["centre"] for stop in document["stops"]]),
        folded=folded,
    )


def walk(entries: list[Any]) -> Iterator[Document]:
    """Go through all entries, those of sources too."""
    for entry in entries:
        yield entry
        for source in entry.get("sources", ()):
            yield from walk(source["entries"])


def _without_ancestors(entries: list[Any]) -> list[Any]:
    """Leave the sources and their shares, and their own way to the page with the whole chain."""
    return [
        entry
        if entry["type"] != "sources"
        else {**entry, "sources": [{**source, "entries": []} for source in entry["sources"]]}
        for entry in entries
    ]


def _relative(document: Document, day: date) -> str | None:
    event = document["summary"]["key_event"]
    if event is None:
        return None
    then = datetime.fromisoformat(event["until"] or event["time"]).astimezone(HANOI).date()
    return days_ago((day - then).days)


def facts(issued: Issued, document: Document, language: str) -> Iterator[Line]:
    """Give what Decree 37/2026 art. 23.7 asks for, then the rest of the label, as known.

    What the law asks for and nobody gave is said to be unknown, never left out. Where words are
    left out, the last line says why.
    """
    lines = list(_facts(issued, document, language))
    yield from lines
    if document["product"].get("is_cut") and any(LEFT_OUT in line.text for line in lines):
        yield Line(LEFT_OUT, _("General words about the environment: no eco-label covers them now"))


def _facts(issued: Issued, document: Document, language: str) -> Iterator[Line]:
    product, batch, producer = document["product"], document["batch"], document["producer"]
    yield _text(_("Product name"), product["name"], language)
    if product["brand"]:
        yield Line(_("Brand"), product["brand"])
    yield _text(_("Responsible"), producer["name"], language)
    yield Line(_("Address"), address(producer), "vi")
    yield _text(_("Origin"), product["origin"], language)
    yield Line(_("Traceability code"), in_groups(issued.code))
    yield Line(_("Lot"), batch["lot"] or _("not known"))
    if product["gtin"]:
        yield Line("GTIN", product["gtin"])
    yield Line(_("Made on (NSX)"), written(batch["production_date"]) or _("not known"))
    if batch["packing_date"] and batch["packing_date"] != batch["production_date"]:
        yield Line(_("Packed on"), written(batch["packing_date"]) or "")
    yield Line(_("Use by (HSD)"), written(batch["expiry_date"]) or _("none on the label"))
    yield from _label(product, language)


def _label(product: Document, language: str) -> Iterator[Line]:
    if product["net_quantity"]:
        yield Line(_("Net content"), product["net_quantity"])
    if product["standards"] is not None:
        standards = "; ".join(product["standards"]) or _("none declared")
        yield Line(_("Standards declared"), standards)
    if product["ingredients"]:
        names = [_ingredient(one, language) for one in product["ingredients"]]
        yield Line(_("Ingredients"), ", ".join(names))
    if product.get("ethanol_percent") is not None:  # not in pages kept from before it was asked
        share = percent(Decimal(str(product["ethanol_percent"])))
        yield Line(_("Alcohol by volume"), pick(share.document(), language))
    texts = (
        (_("Specifications"), product["specifications"]),
        *((_("Warning"), text) for text in product["warnings"]),
        (_("How to use"), product["use"]),
        (_("Storage"), product["storage"]),
    )
    yield from (_text(term, text, language) for term, text in texts if text)


def _ingredient(one: Document, language: str) -> str:
    share = one.get("mass_percent")
    name = pick(one, language)
    if share is None:
        return name
    return f"{name} {pick(percent(Decimal(str(share))).document(), language)}"


def _text(term: str, text: Mapping[str, str | None] | None, language: str) -> Line:
    if not text or not pick(text, language):
        return Line(term, _("not known"))
    return Line(term, pick(text, language), None if text.get(language) else "vi")


def certificates(document: Document, day: date) -> Iterator[CertificateLine]:
    """Tell each certificate apart: valid on the day of the harvest or making, and valid today."""
    lines = [_certificate(one, day) for one in document["certificates"]]
    yield from sorted(lines, key=lambda line: not line.counts)


def _certificate(one: Document, day: date) -> CertificateLine:
    end = one["expires_on"]
    ended = end is not None and day > date.fromisoformat(end)
    made = written(one["day"])
    if one["valid_on_day"] is False:
        if end is not None and one["day"] > end:
            words = _(
                "Ended %(end)s, before %(made)s: does not count here", end=written(end), made=made
            )
        else:
            words = _(
                "Issued %(start)s, after %(made)s: does not count here",
                start=written(one["issued_on"]),
                made=made,
            )
        return CertificateLine(one, counts=False, words=words)
    if ended:
        words = _("Was valid on %(made)s, ended %(end)s", made=made or "?", end=written(end))
        return CertificateLine(one, counts=bool(one["valid_on_day"]), words=words)
    words = _("Valid until %(end)s", end=written(end)) if end else _("No end date")
    return CertificateLine(one, counts=True, words=words)
