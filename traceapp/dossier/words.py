"""How a dossier says things in the reader's language, on paper and in tables."""

from collections.abc import Mapping
from decimal import Decimal

from flask_babel import gettext as _

from traceapp.batches.queries import BatchCard
from traceapp.dossier.contents import Dossier, Happening, Held, Stopped
from traceapp.findings.words import ROLES
from traceapp.problem import N_
from traceapp.recalls.case_queries import Notice
from traceapp.recalls.parts import Part
from traceapp.trace.rules import RULES
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.trace.words import Words
from traceapp.web import languages
from traceapp.web.languages import pick, say
from traceapp.web.pages import moment, quantity

ACCOUNTS: Mapping[str, str] = {
    "made": N_("Quantity made"),
    "received": N_("Quantity received"),
    "returned_in": N_("Came back"),
    "used": N_("Used for other lots"),
    "sold": N_("Quantity sold"),
    "sold_by_count": N_("Sold, calculated from a count"),
    "shipped": N_("Handed on"),
    "returned_out": N_("Sent back"),
    "sampled": N_("Samples"),
    "lost": N_("Lost"),
    "destroyed": N_("Destroyed"),
    "stock": N_("In stock"),
}
UNTOLD = "…"


def product(card: BatchCard) -> str:
    """Name the product of a lot."""
    return said(Words(card.product_name, card.product_name_en))


def producer(card: BatchCard) -> str:
    """Name who made a lot."""
    return said(Words(card.producer_name, card.producer_name_en))


def address(card: BatchCard) -> str:
    """Write the address of the producer on one line."""
    return ", ".join((card.street, f"{card.commune_kind} {card.commune}", card.province))


def content(card: BatchCard) -> str:
    """Say what one pack holds; empty where nobody said."""
    if card.net_quantity is not None and card.net_uom is not None:
        return quantity(card.net_quantity, card.net_uom)
    return str((card.label or {}).get("net_quantity") or "")


def said(words: Words | None) -> str:
    """Say words, in Vietnamese where nobody translated them."""
    return pick(words.document(), languages.current()) if words else ""


def kind(step_kind: str) -> str:
    """Name a kind of step."""
    known = STEP_KINDS.get(step_kind)
    return said(known.label) if known else step_kind


def amount(given: tuple[Decimal, str] | None) -> str:
    """Write an amount; empty where it is not known, or not for the reader."""
    return quantity(*given) if given else ""


def lot(told: str | None) -> str:
    """Write a lot, or that it is not for the reader."""
    return told or UNTOLD


def by(step: Happening) -> str:
    """Say who recorded a step."""
    who = said(step.step.who.words)
    return f"{step.author} · {who}" if step.author and step.author not in who else who


def more(step: Happening) -> str:
    """Say what a step tells besides its sentence: fields, own words, remarks, the other side."""
    told = [f"{said(label)}: {said(value)}" for label, value in step.details]
    if step.step.quote:
        told.append(f"“{said(step.step.quote)}”")
    told += [said(one.words) for one in step.step.notes]
    told += [said(one.words) for one in step.step.corrections]
    if step.step.hand_off:
        told.append(said(step.step.hand_off.words))
    return "\n".join(told)


def held(one: Held) -> tuple[str, str, str]:
    """Say what a hold was about, for which lot, and what became of it."""
    finding = one.told.finding
    rule = say(RULES[finding.rule].name)
    why = f"{rule}: {say(finding.message)}" if one.is_inside else rule
    ends = [
        _(
            "Released on %(at)s by %(by)s: %(reason)s",
            at=moment(release.at),
            by=f"{say(ROLES[release.role])}, {say(release.body)}",
            reason=release.reason,
        )
        for release in one.told.releases
    ]
    if one.told.is_active:
        ends.append(_("On hold now"))
    elif not ends:
        ends.append(_("No longer the case"))
    return why, _source(one.lot), "\n".join(ends)


def stopped(one: Stopped) -> tuple[str, str, str]:
    """Say why a sale was stopped and by whom, for which lot, and what became of it."""
    told = one.told
    why = _("Sale stopped by %(who)s: %(why)s", who=say(told.body), why=say(told.why))
    if told.lift is None:
        return why, _source(one.lot), _("Stopped now")
    end = _(
        "Allowed again on %(at)s by %(by)s: %(reason)s",
        at=moment(told.lift.at),
        by=say(told.lift.body),
        reason=told.lift.reason,
    )
    return why, _source(one.lot), end


def recalled(part: Part, notice: Notice) -> tuple[str, str, str]:
    """Say who recalls the lot and why, and what became of it; of a drill that it is one."""
    one = part.case
    told = {"number": one.number, "who": notice.actor, "why": notice.reason}
    if one.is_drill:
        what = _("DRILL %(number)s by %(who)s: %(why)s", **told)
    else:
        what = _("Recall %(number)s by %(who)s: %(why)s", **told)
    if part.left_at is not None:
        end = _("Let go on %(at)s", at=moment(part.left_at))
    elif one.released_at is not None:
        end = _("Released on %(at)s", at=moment(one.released_at))
    elif one.closed_at is not None:
        end = _("Closed on %(at)s", at=moment(one.closed_at))
    else:
        end = _("Running now")
    return what, _source(None), end


def left_out(dossier: Dossier) -> list[str]:
    """Say what a reader is not told, so that nobody takes the dossier for more than it is."""
    told = []
    if dossier.lineage is None:
        told.append(
            _(
                "You wrote down that you received this lot; no delivery to you is known yet, so"
                " only your own records are here."
            )
        )
    elif not dossier.tells_all:
        told.append(
            _("Amounts, lots and names that other producers keep to themselves are left out (…).")
        )
    if dossier.missing:
        told.append(_("Photos that are not drawn yet: %(number)s.", number=dossier.missing))
    return told


def _source(told: str | None) -> str:
    if told is None:
        return str(_("This lot"))
    return told or str(_("one of its sources"))
