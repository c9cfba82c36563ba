"""The purchasing board in words of the reader's language: needs, and why a lot matches or not."""

from collections.abc import Mapping
from decimal import Decimal

from flask_babel import gettext as _

from traceapp.problem import N_
from traceapp.producers.communes import place_name
from traceapp.purchasing.matching import LEAFY, Amount, Aspect, Holding, Shows, Verdict
from traceapp.purchasing.models import PurchaseNeed
from traceapp.purchasing.schemes import SCHEMES
from traceapp.trace.facts import EvidenceLevel
from traceapp.trace.units import unit
from traceapp.trace.vocabulary import FAMILIES
from traceapp.trace.wording import number
from traceapp.web.languages import say
from traceapp.web.pages import quantity

LEVELS: Mapping[str, str] = {
    EvidenceLevel.SELF: N_("Own record is enough"),
    EvidenceLevel.COOP: N_("Confirmed by a colleague of the producer"),
    EvidenceLevel.COUNTERPART: N_("Confirmed by whoever received it"),
    EvidenceLevel.INSPECTOR: N_("Checked by an inspector"),
    EvidenceLevel.LAB: N_("Measured by a laboratory"),
}
REACHES: Mapping[str, str] = {
    "anywhere": N_("From anywhere"),
    "province": N_("From the same province"),
    "commune": N_("From the same commune"),
    "km_10": N_("At most 10 km away"),
    "km_30": N_("At most 30 km away"),
    "km_100": N_("At most 100 km away"),
}
SHOWS: Mapping[str, str] = {
    Shows.NOTHING: N_("Not on the board"),
    Shows.RANGE: N_("Shown, stock as a range"),
    Shows.EXACT: N_("Shown, stock exactly"),
}
ASPECTS: Mapping[str, str] = {
    Aspect.STOCK: N_("In stock"),
    Aspect.PLACE: N_("Distance"),
    Aspect.EVIDENCE: N_("Evidence"),
    Aspect.CERTIFICATE: N_("Certificate"),
}
_FOUND_LEVELS: Mapping[str, str] = {
    EvidenceLevel.SELF: N_("own record, nobody else checked"),
    EvidenceLevel.COOP: N_("confirmed by a colleague of the producer"),
    EvidenceLevel.COUNTERPART: N_("confirmed by whoever received it"),
    EvidenceLevel.INSPECTOR: N_("checked by an inspector"),
    EvidenceLevel.LAB: N_("measured by a laboratory"),
}
_HOLDINGS: Mapping[str, str] = {
    Holding.VALID: N_("valid today and named for this lot"),
    Holding.NOT_NAMED: N_("valid today, but not named for this lot"),
    Holding.EXPIRED: N_("not valid today"),
    Holding.MISSING: N_("none here"),
}


def title(row: PurchaseNeed) -> str:
    """Name what is needed: its words, else its kind."""
    return row.words or kind(row.kind)


def kind(of: str) -> str:
    """Name a kind of goods."""
    return str(_("Leafy vegetables")) if of == LEAFY else say(FAMILIES.get(of))


def kinds() -> dict[str, str]:
    """Name all kinds of goods that a need may be of."""
    return {one: kind(one) for one in (LEAFY, *FAMILIES)}


def weekly(row: PurchaseNeed) -> str:
    """Say how much is needed: "100 kg a week"."""
    return str(_("%(amount)s a week", amount=quantity(Decimal(row.quantity), row.uom)))


def place(row: PurchaseNeed) -> str:
    """Name where it is delivered to."""
    return place_name(row.commune_kind, row.commune, row.province)


def certificates(row: PurchaseNeed) -> str:
    """Name the certificates that are asked for; nothing for none."""
    return ", ".join(say(SCHEMES[kind]) for kind in row.certificates.split() if kind in SCHEMES)


def level(of: str) -> str:
    """Say which evidence is enough."""
    return str(_(LEVELS[of]))


def reach(of: str) -> str:
    """Say how far away it may come from."""
    return str(_(REACHES[of]))


def aspect(verdict: Verdict) -> str:
    """Name what was looked at; of a certificate, which one."""
    if verdict.aspect is Aspect.CERTIFICATE:
        return say(SCHEMES[str(verdict.asked)])
    return str(_(ASPECTS[verdict.aspect]))


def found(verdict: Verdict) -> str:
    """Say what was found."""
    match verdict.found:
        case Amount() as has:
            return amount(has)
        case EvidenceLevel() as reached:
            return str(_(_FOUND_LEVELS[reached]))
        case Holding() as holding:
            return str(_(_HOLDINGS[holding]))
        case int() as kilometres:
            return str(_("%(km)s km away", km=kilometres))
        case _:
            return str(_("counted in a unit that does not convert"))


def wanted(verdict: Verdict) -> str:
    """Say what was asked for."""
    match verdict.asked:
        case Amount() as wants:
            return amount(wants)
        case EvidenceLevel() as asked:
            return str(_(_FOUND_LEVELS[asked]))
        case _ if verdict.aspect is Aspect.PLACE:
            words = reach(str(verdict.asked))
            return words[:1].lower() + words[1:]
        case _:
            return str(_(_HOLDINGS[Holding.VALID]))


def amount(of: Amount) -> str:
    """Write an amount, or the range that it is in."""
    if of.below is None:
        return quantity(of.least, of.uom)
    symbol = unit(of.uom).symbol
    if of.least == 0:
        return str(_("less than %(most)s %(unit)s", most=say(number(of.below)), unit=symbol))
    return f"{say(number(of.least))}–{say(number(of.below))} {symbol}"
