"""How the desk says where a hand-off stands, to either of its two sides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from traceapp.batches.told_lots import lots_told_to
from traceapp.handoffs import queries
from traceapp.handoffs.taken_back import TakenBack, taken_back
from traceapp.problem import N_
from traceapp.recalls.stops.queries import StopTold, concerning
from traceapp.trace.entries import HandOffState
from traceapp.trace.facts import Ref
from traceapp.trace.handoffs import Compared
from traceapp.trace.wording import percent
from traceapp.web import languages
from traceapp.web.pages import quantity


@dataclass(frozen=True, slots=True)
class StateWords:
    """A state as a mark: icon, wash and word."""

    icon: str
    tone: str
    name: str


STATES: Mapping[HandOffState, StateWords] = {
    HandOffState.ON_THE_WAY: StateWords("truck", "", N_("On the way")),
    HandOffState.NOT_CONFIRMED: StateWords("clock", "amber", N_("Not confirmed")),
    HandOffState.DISPUTED: StateWords("warning", "amber", N_("Figures differ")),
    HandOffState.UNMATCHED: StateWords("circle-help", "amber", N_("Shipment missing")),
    HandOffState.MATCHED: StateWords("circle-check", "leaf", N_("Both sides agree")),
    HandOffState.SETTLED: StateWords("handshake", "leaf", N_("Settled")),
    HandOffState.NOT_COMPARED: StateWords("circle-check", "", N_("Both sides recorded it")),
    HandOffState.REFUSED: StateWords("hand-stop", "clay", N_("Refused")),
}
NO_ACCOUNT = N_("no account here")


@dataclass(frozen=True, slots=True)
class Stopped:
    """The stop on the goods of a hand-off, or on what they were made from, as a side reads it.

    `binds` where these goods may not be sold; goods that others made of stopped ones may be.
    """

    told: StopTold
    lot: str
    binds: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """One batch of a hand-off as one of its sides sees it."""

    row: Any
    state: HandOffState
    is_incoming: bool
    back: TakenBack | None = None
    stop: Stopped | None = None

    @property
    def words(self) -> StateWords:
        """Give the mark of its state."""
        return STATES[self.state]

    @property
    def is_open_offer(self) -> bool:
        """Tell whether it waits for this side's own count, which the other's must not sway."""
        return self.is_incoming and self.state.is_open

    @property
    def is_coming_back(self) -> bool:
        """Tell whether the other side did not take it, so that it comes back to this one."""
        return not self.is_incoming and self.state is HandOffState.REFUSED

    @property
    def is_back(self) -> bool:
        """Tell whether all of what was not taken is with its sender again."""
        return self.back is not None and not self.back.still_out

    @property
    def back_so_far(self) -> str:
        """Say how much of what was not taken is with its sender again, and how much is not."""
        if self.back is None or not self.back.parts:
            return str(_("Nothing of it is back yet."))
        uom = self.back.uom
        known = {
            "back": quantity(self.back.back, uom),
            "sent": quantity(self.back.sent, uom),
        }
        if self.is_back:
            return str(_("Back: %(back)s of %(sent)s. Nothing is missing.", **known))
        return str(_("Back: %(back)s of %(sent)s. Still out: %(rest)s.", **known, rest=self.rest))

    @property
    def rest(self) -> str:
        """Say how much of what was not taken is still out."""
        return quantity(self.back.still_out, self.back.uom) if self.back else ""

    @property
    def is_awaited(self) -> bool:
        """Tell whether this side is to say how much arrived."""
        return self.is_open_offer or self.is_coming_back

    @property
    def shipped(self) -> str:
        """Say what the sender recorded; the receiver reads it after counting."""
        if self.is_open_offer:
            return str(_("shown after you count"))
        return _figure(self.row.shipped_quantity, self.row.shipped_uom)

    @property
    def received(self) -> str:
        """Say what the receiver recorded."""
        return _figure(self.row.received_quantity, self.row.received_uom)

    @property
    def sender(self) -> str:
        """Name the sender; one that is not here has no name we know."""
        return _named(self.row.sender, self.row.sender_en) or str(_("not recorded"))

    @property
    def receiver(self) -> str:
        """Name the receiver, with a word for one without account."""
        known = _named(self.row.receiver, self.row.receiver_en)
        if known:
            more = 0 if self.is_incoming else len(self.row.further_takers.split()) - 1
            return f"{known} +{more}" if more > 0 else known
        if self.row.other_name:
            return f"{self.row.other_name} ({_(NO_ACCOUNT)})"
        return str(_("not recorded"))

    @property
    def other(self) -> str:
        """Name the other side."""
        return self.sender if self.is_incoming else self.receiver

    @property
    def difference(self) -> str:
        """Say by how much the receiver's figure is away from the sender's; "" where unknown."""
        row = self.row
        if row.compared_uom is None:
            return ""
        figures = (Decimal(row.compared_shipped), Decimal(row.compared_received))
        both = Compared(row.compared_uom, *figures)
        sign = "+" if both.difference > 0 else ""
        share = languages.say(percent(both.rounded_pct))
        return f"{sign}{quantity(both.difference, both.uom)} ({sign}{share})"


def seen(row: Any, by: UUID, now: datetime) -> Seen:  # noqa: ANN401 - a row of queries.hand_offs
    """Look at a row from one side."""
    return Seen(row, queries.state_of(row, now), is_incoming=row.receiver_id == by != row.sender_id)


def with_what_is_back(parcels: Sequence[Seen]) -> list[Seen]:
    """Add to what was not taken how much of it is with its sender again."""
    refused = [one.row for one in parcels if one.state is HandOffState.REFUSED]
    if not refused:
        return list(parcels)
    back = taken_back({(row.producer_id, row.event_id) for row in refused})
    return [
        replace(one, back=back.get((one.row.event_id, _batch(one.row))))
        if one.state is HandOffState.REFUSED
        else one
        for one in parcels
    ]


def with_stops(parcels: Sequence[Seen], by: UUID) -> list[Seen]:
    """Add to each whether its sale is stopped: whoever waits for it must know before it comes."""
    stops = concerning({_batch(one.row) for one in parcels}, asks=by)
    lots = lots_told_to(by, {told.batch for told in stops.values()})
    return [
        replace(one, stop=Stopped(told, lots[told.batch], _batch(one.row)[0] == told.batch[0]))
        if (told := stops.get(_batch(one.row)))
        else one
        for one in parcels
    ]


def sale(one: Seen) -> str:
    """Say in a few words that the goods may not be sold, or came of what may not; "" else."""
    if one.stop is None:
        return ""
    return str(_("Sale stopped") if one.stop.binds else _("Made from stopped goods"))


def state_choices() -> dict[str, str]:
    """Name the states, for a filter."""
    return {state.value: _(words.name) for state, words in STATES.items()}


def _batch(row: Any) -> Ref:  # noqa: ANN401 - a row of queries.hand_offs
    return Ref(row.batch_producer_id, row.batch_id)


def _figure(amount: str | None, uom: str | None) -> str:
    if amount is None or uom is None:
        return "–"
    return quantity(amount, uom)


def _named(name: str | None, name_en: str | None) -> str:
    return languages.pick({"vi": name, "en": name_en}, languages.current())
