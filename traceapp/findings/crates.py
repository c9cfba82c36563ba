"""Goods that an act would take along in crates and pallets, as these were packed at its time.

An act names crates where it packs further. A shipment names batches: what lies with one of them in
a crate, or with that crate on a pallet, goes along where less of it is left outside than goes out.
"""

from collections.abc import Collection, Mapping

from traceapp.batches.books import containers
from traceapp.batches.books.containers import PUTS_IN
from traceapp.batches.books.held import gone, held_at
from traceapp.database.folding import fold
from traceapp.findings.reading import pairs
from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.keeping_cold import SHIP

Contents = Mapping[Ref, int | None]


def taken_along(step: StepFact, taken: Mapping[Ref, int]) -> dict[Ref, str]:
    """Give the batches that go along, each with the crate it lies in; `taken` is what it names."""
    if step.kind == PUTS_IN:
        marks = containers.inner_marks(step.text("inner_containers"))
        marks.append(fold((step.text("container") or "").strip()))
        return _inside(step, marks)
    if step.kind == SHIP and taken:
        return _inside(step, _opened_for(step, taken))
    return {}


def _inside(step: StepFact, marks: Collection[str]) -> dict[Ref, str]:
    found: dict[Ref, str] = {}
    for mark in marks:
        for batch in _contents(step, mark):
            found.setdefault(batch, mark.upper())
    return found


def _opened_for(step: StepFact, taken: Mapping[Ref, int]) -> list[str]:
    """Give the crates that must go out, or be opened, for as much to be shipped."""
    if step.site is None:
        return []
    author, marks = step.ref.producer_id, dict[str, None]()
    held = held_at(step.site.producer_id, pairs(taken), step.at)
    for batch in taken:
        key = (batch.producer_id, batch.id)
        own = [mark for packer, mark in containers.around(key, step.at) if packer == author]
        most = held[key].amount
        if own and taken[batch] > most - _packed(step, batch, own, most):
            marks |= dict.fromkeys(containers.around_each(author, own, step.at))
    return list(marks)


def _packed(step: StepFact, batch: Ref, crates: Collection[str], most: int) -> int:
    """Give how much of a batch lies in crates, all of it where nobody said how much."""
    key, author = (batch.producer_id, batch.id), step.ref.producer_id
    amounts = (containers.put_into(author, mark, key, step.at) for mark in crates)
    return sum(most if amount is None else amount for amount in amounts)


def _contents(step: StepFact, mark: str) -> Contents:
    """Give what lay in a crate then: what had left as a whole was in it no more, said or not."""
    author = step.ref.producer_id
    inside = containers.contents(author, mark, step.at)
    away = gone(author, inside, step.at)
    return {Ref(*batch): amount for batch, amount in inside.items() if batch not in away}
