"""With TRACE_WALK=levels a whole journey sends no recursive query, and all comes out the same.

The journey is the demo: growing, packing, shipping, receiving, spraying and treating; what is found
and held by it; pages of shoppers, traces, EPCIS, attempts, and changes that pages must follow.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tests.conftest import NOON, AppMaker
from tests.hanoi import FINISHED, LOT_ID, PRODUCER_ID, ref
from tests.rooms.test_animals_leaving import Barn, may
from tests.rooms.test_expected_sheet import (
    OF_SECOND_ACT,
    OURS,
    assert_findings_are_those_of_the_sheet,
)
from tests.rooms.test_findings import Farm, is_held, writing
from tests.rooms.test_timeline_from_database import statements
from tests.rooms.test_traces import family, traced, walking
from traceapp.batches import batch_dates, record_changes
from traceapp.batches.facts.tracing import trace_facts
from traceapp.batches.family import lineage
from traceapp.batches.models import Batch
from traceapp.batches.operations import Actor
from traceapp.database.engine import db
from traceapp.demo import operations
from traceapp.epcis.document import document
from traceapp.epcis.names import Names
from traceapp.epcis.reader import Reader
from traceapp.findings.exits import lacking
from traceapp.findings.hold_queries import holds_on
from traceapp.producers.models import Membership, Plot
from traceapp.trace.document import as_document
from traceapp.trace.facts import Ref
from traceapp.trace.timeline import build
from traceapp.tracing.family import Way
from traceapp.tracing.queries import descendants, made_masses

ROOMS = Path(lineage.__file__).parents[2]
COUNTS_ROWS = "WITH RECURSIVE number(place)"  # of SQLite, which refuses nothing: walks no family
DEEP = ("GL-UL-01", "D26-07", "MD-45-T", "CN-GOM-01", "CN-VD03-H", "CN-VD03-T", "SU-SN-11-K")
Answer = Callable[[tuple[Any, Any]], object]


@contextmanager
def without_recursion() -> Iterator[None]:
    """Let nothing inside ask a recursive query."""
    with statements() as sent:
        yield
    assert len(sent) > 1
    assert [one for one in sent if "RECURSIVE" in one.replace(COUNTS_ROWS, "")] == []


def test_only_one_module_walks_a_family_by_recursion() -> None:
    recursive = [
        path.relative_to(ROOMS).as_posix()
        for path in ROOMS.rglob("*.py")
        if "recursive=True" in path.read_text(encoding="utf-8")
    ]
    assert sorted(recursive) == ["batches/family/packing.py", "batches/family/walking.py"]


def test_the_demo_is_lived_through_without_recursion(make_app: AppMaker) -> None:
    app = make_app(TRACEAPP_DEMO="1", TRACE_WALK="levels")
    with app.app_context():
        with without_recursion(), writing():
            assert operations.load(NOON) is not None
            assert operations.play(NOON) is not None
        assert_findings_are_those_of_the_sheet(OURS | OF_SECOND_ACT)
        with without_recursion():
            told = {lot: [str(tell(ref(lot))) for tell in TELLING] for lot in DEEP}
        with walking(app, "recursive"):
            assert told == {lot: [str(tell(ref(lot))) for tell in TELLING] for lot in DEEP}
        with without_recursion():
            change_what_pages_show()


def story(batch: tuple[Any, Any]) -> object:
    facts = trace_facts(batch)
    return as_document(build(facts, NOON))


def epcis(batch: tuple[Any, Any]) -> object:
    reader = Reader(PRODUCER_ID["coquan"], sees_all=True)
    return document(trace_facts(batch), Names("https://tem.vn", {}), reader, NOON)


def whole_trace(batch: tuple[Any, Any]) -> object:
    lots = {batch_id: lot for lot, batch_id in LOT_ID.items()}
    nodes, edges = family(traced(lots[batch[1]]))
    then = family(traced(lots[batch[1]], Way.BOTH, NOON - timedelta(days=2)))
    return [sorted(map(str, some)) for some in (nodes, edges, *then)]


TELLING: tuple[Answer, ...] = (
    story,
    epcis,
    whole_trace,
    lambda batch: sorted(lineage.ancestors(batch)),
    lambda batch: sorted(lineage.descendants(batch)),
    lambda batch: sorted(descendants(batch)),
    lambda batch: sorted(made_masses(batch, Way.BOTH).items()),
    lambda batch: holds_on(Ref(*batch)),
    lambda batch: [one.message.vi for one in lacking([Ref(*batch)], batch[0])],
)


def change_what_pages_show() -> None:
    producer_id, batch_id = ref(FINISHED[0])
    member = select(Membership.member_id).where(Membership.producer_id == producer_id).limit(1)
    actor = Actor(producer_id, db.session.execute(member).scalar_one())
    batch = db.session.get(Batch, (producer_id, batch_id))
    assert batch is not None
    seen, dates = batch_dates.as_text(batch), batch_dates.dates_of(batch)
    given = {name: day and day.isoformat() for name, day in dates.items()}
    given["expiry_date"] = "2027-01-31"
    plot = db.session.scalars(select(Plot).where(Plot.producer_id == producer_id)).first()
    assert plot is not None
    plot_id, named = plot.plot_id, {"site_id": str(plot.site_id), "name": "Thửa mới"}
    with writing():
        batch_dates.change_dates(actor, batch_id, given, seen=seen, now=NOON)
        by = (actor.producer_id, actor.member_id)
        record_changes.change_plot(by, plot_id, named, None, now=NOON)
        record_changes.forget_pages_with_certificates(producer_id)


def test_goods_are_held_and_let_go_without_recursion(make_app: AppMaker) -> None:
    with make_app(TRACE_WALK="levels").app_context():
        with writing():
            farm = Farm()
        with without_recursion():
            farm.record(farm.harvest(), farm.pack())
            assert not is_held(farm, farm.packed)
            farm.record(spray := farm.spray())
            assert is_held(farm, farm.packed)
            assert [one.lot for one in holds_on(farm.ref(farm.packed))] == ["CUT"]
            farm.record(farm.spray(days=1) | {"corrects": spray["id"]})
            assert not is_held(farm, farm.packed)


def test_treated_animals_and_what_came_of_them_wait_without_recursion(make_app: AppMaker) -> None:
    with make_app(TRACE_WALK="levels").app_context():
        barn = Barn()
        with without_recursion():
            barn.comes_in(plot_id=str(barn.lan.plot_id), season_id=str(barn.season))
            assert may(barn.lan, "slaughter", barn.to_meat())
            drug = {"drug": "Oxytetracycline", "days": 1, "withdrawal_days": 14}
            barn.tell("treat", 10, fields=drug, season_id=str(barn.season))
            assert not may(barn.lan, "slaughter", barn.to_meat())
