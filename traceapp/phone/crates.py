"""What a phone knows offline of crates, and whether it was still so when it took their goods."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from traceapp import problem
from traceapp.batches.books import containers
from traceapp.batches.books.held import held_at
from traceapp.batches.told_lots import lots_told_to
from traceapp.findings.stock_facts import Balance, balances
from traceapp.phone import goods
from traceapp.phone.envelopes import Record
from traceapp.trace.containers import Member
from traceapp.trace.facts import Ref
from traceapp.trace.units import from_micro, to_micro
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect

MOST_CRATES = 100
MOST_LINES = 300
TAKING = frozenset(
    {StockEffect.TRANSFORM, StockEffect.MOVE_OUT, StockEffect.REMOVE, StockEffect.SELL}
)

Answer = dict[str, Any]
Contents = Mapping[str, Mapping[Member, int | None]]


def crates(producer_id: UUID, now: datetime) -> list[Answer]:
    """List own crates in which goods lie that are here, those handled last first.

    One is told whole or not at all: with all of its goods among those that the phone is told.
    """
    units = goods.units_told(producer_id)
    contents = containers.holding_goods_in_hand(producer_id, now)
    chosen: dict[str, None] = {}
    lines = 0
    for mark in contents:
        opened = _opened(contents, mark)
        new = [one for one in opened if one not in chosen]
        members = [member for one in opened for member in contents[one]]
        if not all(isinstance(member, str) or Ref(*member) in units for member in members):
            continue
        more = sum(len(contents[one]) for one in new)
        if len(chosen) + len(new) > MOST_CRATES or lines + more > MOST_LINES:
            break
        chosen |= dict.fromkeys(new)
        lines += more
    return [_crate(mark, contents[mark], units) for mark in chosen]


def _opened(contents: Contents, mark: str) -> list[str]:
    """Give a container and all inside it."""
    found = [mark]
    for one in found:  # grows under way
        found += [inner for inner in contents[one] if isinstance(inner, str) and inner not in found]
    return found


def _crate(mark: str, there: Mapping[Member, int | None], units: Mapping[Ref, str]) -> Answer:
    return {
        "mark": mark,
        "crates": sorted(member for member in there if isinstance(member, str)),
        "holds": [
            {
                "batch_id": str(member[1]),
                "quantity": None
                if amount is None
                else format(from_micro(amount, units[Ref(*member)]), "f"),
            }
            for member, amount in there.items()
            if not isinstance(member, str)
        ],
    }


def require_unchanged(producer_id: UUID, record: Record) -> None:
    """Refuse goods of a crate in which something else lay than the phone knew when it took them.

    Asked once the record is in the books. Nobody has said these lots and kilograms: the phone took
    them from the crate, so that its person is asked. Raises InvalidInput.
    """
    data = record.message.data
    findings = []
    for place, crate in enumerate(record.crates):
        said = {
            Ref(one["producer_id"] or producer_id, one["batch_id"]): one["quantity"]
            for one in crate["holds"]
        }
        inside = containers.contents(producer_id, crate["mark"], data["event_time"])
        there = {Ref(*batch): amount for batch, amount in inside.items()}
        after = _stocks(producer_id, {*said, *there}, data["event_time"])
        if not _is_as_said(said, there, after, data):
            left = _left(there, after, _taken(producer_id, data))
            findings.append(_changed(producer_id, place, crate["mark"], left))
    if findings:
        raise problem.InvalidInput(findings=findings)


def _stocks(producer_id: UUID, batches: Collection[Ref], moment: datetime) -> dict[Ref, Balance]:
    """Give what was there of batches at a moment, whatever happened to them until today."""
    held = held_at(producer_id, [(one.producer_id, one.id) for one in batches], moment)
    found = balances({(producer_id, batch) for batch in batches})
    return {
        batch: replace(stock, amount=held[batch.producer_id, batch.id].amount)
        for (_, batch), stock in found.items()
    }


def _is_as_said(
    said: Mapping[Ref, Decimal | None],
    there: Mapping[Ref, int | None],
    after: Mapping[Ref, Balance],
    data: Mapping[str, Any],
) -> bool:
    """Tell whether the goods lay in the crate as the phone says, and were to be had then."""
    is_taking = STEP_KINDS[data["step_kind"]].stock_effect in TAKING
    for batch, stock in after.items():
        if batch not in said:
            if stock.amount > 0:
                return False  # put in meanwhile
        elif batch not in there or (is_taking and stock.amount < 0):
            return False
        else:
            amount = there[batch]
            told = None if amount is None else from_micro(amount, stock.uom)
            if told != said[batch]:
                return False
    return said.keys() <= after.keys()


def _taken(producer_id: UUID, data: Mapping[str, Any]) -> dict[Ref, int]:
    """Give what the record has taken, in micro-units."""
    taken: dict[Ref, int] = {}
    if STEP_KINDS[data["step_kind"]].stock_effect in TAKING:
        for one in data["inputs"]:
            batch = Ref(one["producer_id"] or producer_id, one["batch_id"])
            taken[batch] = taken.get(batch, 0) + to_micro(one["quantity"], one["uom"])
    return taken


def _left(
    there: Mapping[Ref, int | None], after: Mapping[Ref, Balance], taken: Mapping[Ref, int]
) -> list[tuple[Ref, str]]:
    """Say what lay in the crate and was to be had before the record took of it."""
    found = []
    for batch, amount in there.items():
        stock = after[batch]
        before = stock.amount + taken.get(batch, 0)
        most = before if amount is None else min(amount, before)
        if most > 0:
            found.append((batch, f"{from_micro(most, stock.uom):f} {stock.uom}"))
    return found


def _changed(
    producer_id: UUID, place: int, mark: str, left: list[tuple[Ref, str]]
) -> problem.Finding:
    lots = lots_told_to(producer_id, [batch for batch, _ in left])
    goods = "; ".join(f"{lots[batch]} {amount}" for batch, amount in left)
    told = problem.N_("Something else lay in {mark} than the phone knew: {goods}.")
    none = problem.N_("None of your goods lay in {mark} at that time.")
    fix = problem.N_(
        "Look into it. On the phone, take what is in it now, or say that it was as logged."
    )
    values = {"mark": mark.upper(), "goods": goods}
    return problem.Finding(f"/crates/{place}", "crate_changed", told if left else none, fix, values)
