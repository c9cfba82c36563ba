"""How the ledger of a batch reads: its lines, and the parts of the bar above them."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext as _

from traceapp.batches.recording.booking import IN_ACCOUNTS
from traceapp.desk.batches.batch_story import Moved, Telling
from traceapp.desk.batches.batch_words import ACCOUNTS
from traceapp.desk.batches.ledger_bar import Part
from traceapp.problem import N_
from traceapp.trace.measures import amount, english
from traceapp.trace.units import UNITS
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.trace.wording import number
from traceapp.web import languages
from traceapp.web.languages import say

TONES = {
    **dict.fromkeys(("shipped", "sold", "sold_by_count", "returned_out"), "went"),
    "used": "used",
    **dict.fromkeys(("sampled", "lost", "destroyed"), "lost"),
}
FROM, INTO = N_("from lot %(lots)s"), N_("into lot %(lots)s")


def line(moved: Moved) -> str:
    """Say what a line of the ledger was: "Giao hàng · Cửa hàng Hồ Tây"."""
    kind = STEP_KINDS.get(moved.movement.step_kind)
    said = [say(kind.label).partition(" (")[0] if kind else moved.movement.step_kind]
    if moved.other is not None:
        said.append(say(moved.other))
    if _is_taken_back(moved):
        said.append(_("taken back by a correction"))
    return " · ".join(said)


def beside(moved: Moved) -> str | None:
    """Say before the lots at the other side of a line what they are to it."""
    if not moved.batches:
        return None
    return FROM if moved.movement.account == "made" else INTO


def signed(quantity: Decimal) -> str:
    """Write a quantity with its sign: "+240,5", "−100"."""
    figure = say(number(quantity))
    return f"+{figure}" if quantity > 0 else figure


def unit(uom: str) -> str:
    """Name a unit in a heading."""
    return UNITS[uom].symbol if languages.current() == "vi" else english(uom)


def came_in(ledger: Sequence[Moved]) -> Decimal:
    """Give all that ever came in, corrections taken off."""
    return sum(
        (m.movement.quantity for m in ledger if m.movement.account in IN_ACCOUNTS), Decimal(0)
    )


def parts(told: Telling, uom: str) -> list[Part]:
    """Give the parts of the bar: what went out by where it went, and what is left."""
    language = languages.current()
    left = told.left
    out: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    if told.sold_by_count is not None:
        out["sold_by_count", ""] = told.sold_by_count
    for moved in told.ledger:
        if moved.movement.account not in IN_ACCOUNTS:
            out[moved.movement.account, say(moved.other)] -= moved.movement.quantity
    found = []
    for (account, who), quantity in out.items():
        if quantity > 0:
            written = amount(quantity, uom, language)
            words = str(_(ACCOUNTS[account], amount=written))
            whole = f"{who}: {words}" if who else words[:1].upper() + words[1:]
            short = f"{who} {say(number(quantity))}" if who else whole
            found.append(Part(quantity, TONES[account], whole, (short, written)))
    if left > 0:
        words = str(_("In stock: %(amount)s", amount=amount(left, uom, language)))
        found.append(Part(left, "left", words, (words, amount(left, uom, language))))
    return found


def _is_taken_back(moved: Moved) -> bool:
    return (moved.movement.quantity > 0) != (moved.movement.account in IN_ACCOUNTS)
