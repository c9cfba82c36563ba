"""What the top of a page says when a code is not plainly active: who, what, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from traceapp.codes.states import CodeState
from traceapp.codes.stop_reasons import told_reason
from traceapp.public.queries import Issued
from traceapp.public.units import Unit
from traceapp.trace.words import Words
from traceapp.web.languages import current, pick
from traceapp.web.pages import HANOI


@dataclass(frozen=True, slots=True)
class Banner:
    """The first words of a page; `tone` is the wash (clay, amber), never the only carrier."""

    tone: str
    icon: str
    title: str
    advice: str
    reason: Words | None = None
    since: str | None = None
    contact: str | None = None


def banner(
    state: CodeState, issued: Issued, document: Mapping[str, Any] | None = None
) -> Banner | None:
    """Say what a shopper must know first; None for a plainly active batch."""
    words = _words(state, issued, document)
    if words is None:
        return None
    tone, icon, title, advice = words
    told = state is not CodeState.EXPIRED  # the date alone is the reason
    changed = issued.changed_at.astimezone(HANOI).strftime("%d/%m/%Y %H:%M")
    return Banner(
        *(tone, icon, title, advice),
        reason=told_reason(issued.reason) if told else None,
        since=changed if told else None,
        contact=issued.contact if state is CodeState.RECALLED else None,
    )


def _words(
    state: CodeState, issued: Issued, document: Mapping[str, Any] | None
) -> tuple[str, str, str, str] | None:
    actor = _named(issued.actor, document)
    match state:
        case CodeState.RECALLED:
            title = _("Recalled by %(actor)s", actor=actor)
            advice = issued.instruction or _(
                "Do not eat, use or sell it. Keep the pack apart and take it back to where you "
                "bought it."
            )
            return "clay", "recall", title, advice
        case CodeState.SUSPENDED:
            title = _("Suspended by %(actor)s", actor=actor)
            advice = _("Do not rely on what is written below until this notice is gone.")
            return "clay", "hand-stop", title, advice
        case CodeState.SALE_STOPPED:
            title = _("Sale stopped by %(actor)s", actor=actor)
            advice = _(
                "If you have it, keep it apart and look at this page again. If it is still "
                "on sale, please tell us."
            )
            return "clay", "pause", title, advice
        case _:
            return _milder(state, document)


def of_unit(unit: Unit) -> Banner | None:
    """Say what a shopper must know of the label in hand; None for one that is in use."""
    if unit.printed is None:
        advice = _(
            "The number in this address is not among those of the labels of this lot. It may be "
            "mistyped, or the label was made elsewhere. What stands below is told of the lot, and "
            "says nothing of the pack in your hand."
        )
        return Banner("amber", "circle-help", _("This number was never printed by us"), advice)
    if unit.printed.voided_at is None:
        return None
    advice = _(
        "It should not be on any goods. If you found it on goods for sale, please tell us. What "
        "stands below is told of the lot."
    )
    since = unit.printed.voided_at.astimezone(HANOI).strftime("%d/%m/%Y %H:%M")
    title = _("This label was taken out of use")
    return Banner("amber", "label-off", title, advice, since=since)


def without_lot(product: str, serial: str | None) -> Banner:
    """Say that an address leads to no lot, and why where it names a label by its number."""
    if serial is None:
        advice = _(
            "This link names the product but not the lot, and each lot has its own page. Scan the "
            "code on the pack, or add the lot printed on it."
        )
    else:
        advice = _(
            "This link names the product and a label, but not the lot, and the number %(serial)s "
            "does not tell us which lot it is: it may be mistyped, or the label was made "
            "elsewhere. Scan the code on the pack, or add the lot printed on it.",
            serial=serial,
        )
    return Banner("amber", "circle-help", product, advice)


def not_in_use() -> Banner:
    """Say that a code stands for nothing yet: it was minted, and nobody gave it to a batch."""
    return Banner(*_not_in_use())


def _not_in_use() -> tuple[str, str, str, str]:
    advice = _(
        "The producer has not finished the record of this batch, so nothing can be "
        "said about it yet. If you found the code on goods for sale, please tell us."
    )
    return "amber", "circle-help", _("This code is not in use yet"), advice


def _named(actor: str, document: Mapping[str, Any] | None) -> str:
    """Name the producer in the reader's language; anybody else as the change of state names him."""
    name = document["producer"]["name"] if document else {}
    return pick(name, current()) if actor == name.get("vi") else actor


def _milder(
    state: CodeState, document: Mapping[str, Any] | None
) -> tuple[str, str, str, str] | None:
    match state:
        case CodeState.HELD:
            advice = _(
                "It may not be sold until somebody in charge releases it. If you see it on "
                "sale, please tell us."
            )
            return "amber", "lock", _("This batch is being held back"), advice
        case CodeState.EXPIRED:
            advice = _("Do not buy or eat it. What is written below is still its record.")
            return (
                "amber",
                "clock",
                _("Past its use-by date %(day)s", day=_expiry(document)),
                advice,
            )
        case CodeState.NOT_ACTIVATED:
            return _not_in_use()
        case CodeState.VOIDED:
            advice = _(
                "The label was cancelled and should not be on any goods. If you found it on "
                "goods for sale, please tell us."
            )
            return "amber", "label-off", _("This label was cancelled"), advice
        case _:
            return None


def _expiry(document: Mapping[str, Any] | None) -> str:
    day = document and document["batch"]["expiry_date"]
    return date.fromisoformat(day).strftime("%d/%m/%Y") if day else ""
