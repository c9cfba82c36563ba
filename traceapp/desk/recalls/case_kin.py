"""Lots near a suspected one as they are offered when a recall is issued: groups, pages, ticks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.problem import N_
from traceapp.recalls.case_queries import ActTold, Case
from traceapp.recalls.goods import kin
from traceapp.recalls.goods.kin import REASONS, Group, Lot, kin_of
from traceapp.web.forms import Form
from traceapp.web.languages import say
from traceapp.web.pages import quantity

WHY: Mapping[str, str] = MappingProxyType(
    {
        "source": N_("It was made from these"),
        "input": N_("Made from the same goods"),
        "plot": N_("From the same plot, within 60 days"),
        "season": N_("From the same season"),
        "supply": N_("Given the same lot of seed, feed or vaccine"),
        "line": N_("From the same line that day: same place, same step"),
        "day": N_("Made by the same producer that day"),
    }
)
TURN = "kin"
LONGEST_NUMBER = 6
NAMED = 5
"""How many lots of an act are named."""


@dataclass(frozen=True, slots=True)
class Turned:
    """Which group is turned to another page, and at which lot that begins."""

    reason: str
    first: int


@dataclass(frozen=True, slots=True)
class Offered:
    """A group on the page: some of its lots, and the ticks of those on other pages."""

    reason: str
    title: str
    whole: str
    lots: Sequence[Lot]
    elsewhere: Sequence[UUID]
    first: int
    count: int

    @property
    def following(self) -> str:
        """Name the next page, as its button sends it; empty on the last."""
        after = self.first + len(self.lots)
        return f"{TURN}:{self.reason}:{after}" if after < self.count else ""

    @property
    def start(self) -> str:
        """Name the first page; empty on it."""
        return f"{TURN}:{self.reason}:0" if self.first else ""


def turned_to(do: str) -> Turned | None:
    """Read which page a button asks for; None for any other button."""
    what, _colon, rest = do.partition(":")
    reason, _colon, number = rest.partition(":")
    is_number = number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER
    if what != TURN or reason not in REASONS or not is_number:
        return None
    return Turned(reason, int(number))


def near(reader: Visitor, case: Case, form: Form) -> list[Group]:
    """Give the lots near a suspected one: everybody's to officials, else the reader's own."""
    maker = None if reader.may(Act.LOOK_UP_ANY) else reader.producer_id
    return kin_of(case.batch, maker, form.value("near"))


def offered(reader: Visitor, case: Case, form: Form, turned: Turned | None) -> list[Offered]:
    """Offer the groups, each at a page; what is ticked stays ticked."""
    ticked = set(form.typed.get("roots", ()))
    return [_offered(one, ticked, turned) for one in near(reader, case, form)]


def _offered(group: Group, ticked: set[str], turned: Turned | None) -> Offered:
    first = turned.first if turned and turned.reason == group.reason else 0
    lots = group.some(first)
    here = {one.batch.id for one in lots}
    return Offered(
        reason=group.reason,
        title=_(WHY[group.reason]),
        whole=_whole(group),
        lots=lots,
        elsewhere=[one.id for one in group.batches if str(one.id) in ticked and one.id not in here],
        first=first,
        count=len(group.batches),
    )


def _whole(group: Group) -> str:
    reach = group.reach()
    total = reach.left_kg + reach.coming_kg + reach.sold_kg
    words: str = ngettext(
        "%(num)s lot; its recall reaches %(kg)s at %(holders)s holders",
        "All %(num)s lots; their recall reaches %(kg)s at %(holders)s holders",
        len(group.batches),
        kg=quantity(total, "kg"),
        holders=len(reach.holders),
    )
    return words


def lots_of(act: ActTold) -> str:
    """Name the lots that an act names, a few of many."""
    words = ", ".join(lot_named(one) for one in kin.lots_of(act.batches[:NAMED]))
    more = len(act.batches) - NAMED
    if more > 0:
        words += ngettext(" and %(num)s more", " and %(num)s more", more)
    return words


def lot_named(one: Lot) -> str:
    """Name a lot with its product."""
    words: str = _("%(name)s, lot %(lot)s", name=say(one.name), lot=one.lot)
    return words
