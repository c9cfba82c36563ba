"""From a receipt or a use of supplies that a supplier told of to the lots a case is opened about.

Received goods are recalled themselves by their maker, and by officials; others recall what they
made of them. Supplies that name no goods lead to what was made in their season or on their plot.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for

from traceapp.accounts.visitor import Visitor
from traceapp.batches.family import walking
from traceapp.batches.queries import Ref as Pair
from traceapp.desk.recalls.case_doors import may_open
from traceapp.recalls.goods import kin
from traceapp.recalls.goods.kin import Lot
from traceapp.trace.facts import Ref

MOST_MADE = 50
"""Own lots made of one received lot that are named."""
Goods = Mapping[Pair, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Way:
    """A lot a case may be opened about; `near` are the lots that are ticked to go with it."""

    lot: Lot
    near: str

    def path(self, notice: str) -> str:
        """Give where the case is opened, with the words of the notice."""
        code, near = self.lot.batch.id, self.near or None
        return url_for("cases.new_case", code=code, door="supplier", notice=notice, near=near)


def ways_from(reader: Visitor, rows: Sequence[Any], goods: Goods) -> dict[Pair, list[Way]]:
    """Give the ways from each step, by its key."""
    found = {_key(row): [*_of_step(reader, row.Event, goods.get(_key(row), ()))] for row in rows}
    batches = {batch for ways in found.values() for batch, _ in ways}
    named = {lot.batch: lot for lot in kin.lots_of(batches)} if batches else {}
    return {key: [Way(named[batch], near) for batch, near in ways] for key, ways in found.items()}


def _key(row: Any) -> Pair:  # noqa: ANN401 - a row of supplier_search
    return (row.Event.producer_id, row.Event.event_id)


def _of_step(reader: Visitor, event: Any, goods: Sequence[Any]) -> Iterator[tuple[Ref, str]]:  # noqa: ANN401
    for one in goods:
        batch = Ref(one.maker_id, one.batch_id)
        if may_open(reader, batch):
            yield batch, ""
        else:
            yield from ((made, "") for made in _made_of(reader.producer_id, batch))
    if not goods:
        yield from (way for way in _of_place(event) if may_open(reader, way[0]))


def _of_place(event: Any) -> Iterator[tuple[Ref, str]]:  # noqa: ANN401 - an Event
    """Give the newest lot of the season of a step, else of its plot after it."""
    owner = event.site_producer_id
    if event.season_id is not None:
        newest = kin.newest_of_season(owner, event.season_id)
    elif event.plot_id is not None:
        newest = kin.newest_of_plot(owner, event.plot_id, event.event_time)
    else:
        newest = None
    if newest is not None:
        yield newest, "season" if event.season_id is not None else "plot"


def _made_of(producer_id: UUID, batch: Ref) -> list[Ref]:
    """Give the producer's own lots that were made of a received one."""
    found = (Ref(*one) for one in walking.reached([batch], upward=False))
    return sorted(one for one in found if one.producer_id == producer_id)[:MOST_MADE]
