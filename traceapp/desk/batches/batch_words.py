"""How the desk says things in the reader's language: states, what is missing, the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _

from traceapp.batches.books.handed_on import HandedOn
from traceapp.batches.movements import Holding
from traceapp.batches.queries import BatchCard
from traceapp.batches.recording.booking import IN_ACCOUNTS, OUT_ACCOUNTS, STOCK
from traceapp.codes.states import CodeState
from traceapp.labels.printable import NotPrinted
from traceapp.problem import N_
from traceapp.trace.measures import amount
from traceapp.trace.units import from_micro
from traceapp.web.languages import say


@dataclass(frozen=True, slots=True)
class StateWords:
    """A state as a mark (icon, wash and word) and why nothing is printed while it lasts."""

    icon: str
    tone: str
    name: str
    no_labels: str


STATES: Mapping[CodeState, StateWords] = {
    CodeState.ACTIVE: StateWords("circle-check", "leaf", N_("In use"), ""),
    CodeState.NOT_ACTIVATED: StateWords(
        "circle-help",
        "amber",
        N_("Not in use yet"),
        N_("The record of this batch is not complete, so it cannot get labels yet."),
    ),
    CodeState.HELD: StateWords(
        "lock",
        "amber",
        N_("Held back"),
        N_("This batch is held back until somebody in charge releases it."),
    ),
    CodeState.SALE_STOPPED: StateWords(
        "pause", "clay", N_("Sale stopped"), N_("The sale of this batch is stopped.")
    ),
    CodeState.EXPIRED: StateWords(
        "clock", "amber", N_("Past its use-by date"), N_("This batch is past its use-by date.")
    ),
    CodeState.SUSPENDED: StateWords(
        "hand-stop",
        "clay",
        N_("Suspended by the authority"),
        N_("The authority has suspended this code."),
    ),
    CodeState.RECALLED: StateWords(
        "recall", "clay", N_("Recalled"), N_("This batch is being recalled.")
    ),
    CodeState.VOIDED: StateWords(
        "label-off",
        "amber",
        N_("Label cancelled"),
        N_("The labels with this code were cancelled."),
    ),
    CodeState.MOVED: StateWords(
        "arrow-right", "amber", N_("Moved"), N_("This code now leads to another one.")
    ),
}

MISSING: Mapping[str, tuple[str, str]] = {
    "admission": (
        N_("Admission of the producer"),
        N_("Whoever runs this site checks name and address first. There is nothing to do here."),
    ),
    "label": (
        N_("Label data of the product"),
        N_("Fill in group, origin and standards of the product."),
    ),
    "picture": (
        N_("A picture of the product"),
        N_("Take one photo of the goods as they are sold."),
    ),
    "origin": (N_("Origin"), N_("Say where the goods were grown or made.")),
    "events": (N_("At least one step with its time"), N_("Log what was done with this batch.")),
    "expiry_date": (
        N_("Use-by date"),
        N_("Food and drink need one. Add it to the batch."),
    ),
    "standards": (
        N_("Standards applied"),
        N_("Name them, or answer “none declared”."),
    ),
}

ACCOUNTS: Mapping[str, str] = {
    "made": N_("made %(amount)s"),
    "received": N_("received %(amount)s"),
    "returned_in": N_("got back %(amount)s"),
    "used": N_("used %(amount)s"),
    "sold": N_("sold %(amount)s"),
    "sold_by_count": N_("sold %(amount)s (calculated from the count)"),
    "shipped": N_("handed on %(amount)s"),
    "returned_out": N_("sent back %(amount)s"),
    "sampled": N_("took %(amount)s as samples"),
    "lost": N_("lost %(amount)s"),
    "destroyed": N_("destroyed %(amount)s"),
}


def state_words(state: CodeState) -> StateWords:
    """Say a state in the reader's language."""
    words = STATES[state]
    return StateWords(
        words.icon, words.tone, _(words.name), _(words.no_labels) if words.no_labels else ""
    )


def no_labels_words(error: NotPrinted) -> str:
    """Say why a batch gets no labels."""
    if error.missing:
        return str(_("The label does not say yet all that the law asks for. Nothing is printed."))
    for claim in error.unproven:
        return str(
            _(
                "The label says “%(words)s”, and no eco-label covers these goods now. Change the "
                "texts of the product.",
                **claim.values,
            )
        )
    return state_words(error.state).no_labels if error.lacks is None else say(error.lacks.message)


def missing_words(names: list[str]) -> list[tuple[str, str]]:
    """Name what the minimum record lacks, each with what to do about it."""
    return [(_(what), _(fix)) for what, fix in (MISSING[name] for name in names)]


def holding_words(holding: Holding, uom: str, language: str) -> str:
    """Tell one holder's ledger of a batch: "Made 480 bags, handed on 200 bags. 280 bags left."."""
    moved = [
        _(ACCOUNTS[account], amount=amount(holding.accounts[account], uom, language))
        for account in (*IN_ACCOUNTS, *OUT_ACCOUNTS, "sold_by_count")
        if holding.accounts.get(account, 0) > 0
    ]
    told = ", ".join(moved)
    return f"{told[:1].upper()}{told[1:]}. {_stock_words(holding, uom, language)}"


def _stock_words(holding: Holding, uom: str, language: str) -> str:
    stock = holding.accounts[STOCK]
    if stock < 0:
        more = amount(-stock, uom, language)
        return str(_("%(amount)s more went out than came in.", amount=more))
    if stock == 0:
        return str(_("Nothing left."))
    return str(_("%(amount)s left.", amount=amount(stock, uom, language)))


def handed_on_words(told: HandedOn, uom: str, language: str) -> list[str]:
    """Tell what all holders handed to each other; nothing where nobody handed anything on."""
    said: list[str] = []
    names = ("shipped", "received", "on_the_way", "difference", "unmatched")
    given = {name: amount(from_micro(getattr(told, name), uom), uom, language) for name in names}
    if told.shipped:
        said.append(
            _(
                "Over all holders: handed on %(shipped)s = received %(received)s + on the way"
                " %(on_the_way)s + difference %(difference)s. Goods sent back are counted too.",
                **given,
            )
        )
    if told.unmatched:
        said.append(_("Received, and no shipment of it is known: %(unmatched)s.", **given))
    return said


def content_words(card: BatchCard, language: str) -> str | None:
    """Say what one pack holds, in the reader's language where it is a number with a unit."""
    if card.net_quantity is not None and card.net_uom is not None:
        return amount(Decimal(card.net_quantity), card.net_uom, language)
    return (card.label or {}).get("net_quantity")
