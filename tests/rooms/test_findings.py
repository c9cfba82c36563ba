"""Findings follow from the events alone, in whatever order they came, and from every change."""

import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy import event as sql

from tests.builders import LABEL, NOW, Business, batch, business, event, line, product
from tests.triggers import disarm
from traceapp import problem
from traceapp.batches import batch_dates, product_changes, record_changes
from traceapp.batches import operations as batches
from traceapp.batches.models import Batch, Event
from traceapp.batches.recording import capturing
from traceapp.codes import operations as code_operations
from traceapp.codes import queries as codes
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.findings import attempts
from traceapp.findings.concerned import Concerned
from traceapp.findings.holding import held_among
from traceapp.findings.keeping import judge_again
from traceapp.findings.models import FindingRow, Hold
from traceapp.findings.releasing import InCharge, Seen, release
from traceapp.producers import operations as producers
from traceapp.producers.models import Site
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

Message = dict[str, Any]
LATE = frozenset({"late_entry"})  # the builders' clock stands still, days after


@contextmanager
def writing() -> Iterator[None]:
    """Write in a transaction of its own, whatever was read before."""
    db.session.rollback()
    with transaction():
        yield


def at(day: int, hour: int = 6) -> str:
    return f"2026-11-{day:02}T{hour:02}:00:00+07:00"


class Farm:
    """Lan grows greens on one plot and packs them; Hoa's shop receives them."""

    def __init__(self) -> None:
        self.lan, self.hoa = business("HTX Lan"), business("Cửa hàng Hoa", kinds=("shop",))
        self.season = producers.start_season(
            self.lan.producer_id,
            {
                "plot_id": str(self.lan.plot_id),
                "name": "Vụ cải",
                "crop": "cải ngọt",
                "started_on": "2026-10-01",
            },
        )
        self.greens = product(self.lan)
        self.bags = product(
            self.lan, name="Cải ngọt túi", role="finished", label=LABEL, is_chilled=True
        )
        self.cut = batch(self.lan, self.greens, "CUT")
        self.packed = batch(self.lan, self.bags, "BAGS", expiry_date="2026-11-25")
        self.hoa_site = str(db.session.scalar(select(Site.site_id).where(_of(self.hoa))))

    @property
    def ground(self) -> Message:
        return {"plot_id": str(self.lan.plot_id), "season_id": str(self.season)}

    def spray(self, day: int = 15, days: int = 7) -> Message:
        fields = {"product": "Abamectin", "phi_days": days}
        return event(self.lan, "spray", event_time=at(day), fields=fields, **self.ground)

    def harvest(self, day: int = 18, kilograms: str = "100") -> Message:
        made = [line(self.cut, kilograms)]
        return event(self.lan, "harvest", event_time=at(day), outputs=made, **self.ground)

    def pack(self, day: int = 18, taken: str = "100", made: str = "98") -> Message:
        lines = {"inputs": [line(self.cut, taken)], "outputs": [line(self.packed, made)]}
        fields = {"loss_kg": 2}
        return event(self.lan, "pack", event_time=at(day, 9), fields=fields, **lines)

    def ship(self, day: int = 19, kilograms: str = "50") -> Message:
        fields = {"to_site": self.hoa_site, "doc_no": "1"}
        return event(
            self.lan,
            "ship",
            event_time=at(day),
            fields=fields,
            inputs=[line(self.packed, kilograms)],
        )

    def receive(self, ship: Message, day: int = 19, kilograms: str = "49") -> Message:
        got = line(self.packed, kilograms, producer_id=str(self.lan.producer_id))
        return event(
            self.hoa,
            "receive",
            event_time=at(day, 5),
            ship_event_id=ship["id"],
            fields={"condition": "ok", "ship_event": ship["id"]},
            outputs=[got],
        )

    def record(self, *messages: Message) -> None:
        for message in messages:
            by = self.hoa if message["step_kind"] == "receive" else self.lan
            with writing():
                batches.record_event(by.actor, message, now=NOW)

    def ref(self, batch_id: UUID) -> Ref:
        return Ref(self.lan.producer_id, batch_id)


def _of(by: Business) -> Any:
    return Site.producer_id == by.producer_id


@pytest.fixture
def farm(app: Flask) -> Farm:
    with writing():
        return Farm()


def found() -> set[tuple[Any, ...]]:
    """Give every finding that holds now, and what it holds."""
    holds: dict[UUID, set[UUID]] = {}
    for hold in db.session.scalars(select(Hold).where(Hold.ended_at.is_(None))):
        holds.setdefault(hold.finding_id, set()).add(hold.batch_id)
    return {
        (
            *(row.producer_id, row.finding_id, row.rule, row.rule_version, row.severity),
            *(row.aspect, row.event_id, row.batch_id, row.cause_id, row.allowed_on, row.params),
            frozenset(holds.get(row.finding_id, ())),
        )
        for row in db.session.scalars(select(FindingRow).where(FindingRow.cleared_at.is_(None)))
    }


def rules() -> set[str]:
    return {finding[2] for finding in found()}


def is_held(farm: Farm, batch_id: UUID) -> bool:
    return bool(held_among({farm.ref(batch_id)}))


def test_a_spray_synced_after_the_harvest_holds_it_and_all_that_came_of_it(farm: Farm) -> None:
    farm.record(farm.harvest(), farm.pack())
    assert not is_held(farm, farm.packed)
    farm.record(farm.spray())
    (phi,) = [row for row in db.session.scalars(select(FindingRow)) if row.rule == "phi"]
    assert phi.allowed_on == date(2026, 11, 22)
    assert is_held(farm, farm.cut)
    assert is_held(farm, farm.packed)
    assert db.session.scalars(select(Hold.batch_id)).all() == [farm.cut]


def test_goods_made_of_held_goods_are_held_at_once(farm: Farm) -> None:
    farm.record(farm.spray(), farm.harvest())
    farm.record(farm.pack())
    assert is_held(farm, farm.packed)


@pytest.mark.parametrize("spray_first", [True, False])
def test_a_harvest_logged_under_another_season_of_the_plot_waits_all_the_same(
    farm: Farm, *, spray_first: bool
) -> None:
    between = {"plot_id": str(farm.lan.plot_id), "name": "Vụ hành xen", "crop": "hành"}
    with writing():
        other = producers.start_season(farm.lan.producer_id, between | {"started_on": "2026-11-01"})
    spray, harvest = farm.spray(), farm.harvest() | {"season_id": str(other)}
    farm.record(*((spray, harvest) if spray_first else (harvest, spray)))
    assert "phi" in rules()
    assert is_held(farm, farm.cut)


@pytest.mark.parametrize("spray_first", [True, False])
@pytest.mark.parametrize("without", ["spray", "harvest", "both"])
def test_a_step_that_names_no_plot_may_have_been_done_on_any_of_its_site(
    farm: Farm, without: str, *, spray_first: bool
) -> None:
    spray, harvest = farm.spray(), farm.harvest()
    for name, message in (("spray", spray), ("harvest", harvest)):
        if without in (name, "both"):
            del message["plot_id"], message["season_id"]
    farm.record(*((spray, harvest) if spray_first else (harvest, spray)))
    (phi,) = [row for row in db.session.scalars(select(FindingRow)) if row.rule == "phi"]
    assert phi.aspect == {"spray": "spray", "harvest": "harvest", "both": "spray"}[without]
    assert is_held(farm, farm.cut)


@pytest.mark.parametrize("spray_first", [True, False])
def test_a_harvest_after_a_spray_without_its_interval_is_held_until_that_is_told(
    farm: Farm, *, spray_first: bool
) -> None:
    spray, harvest = farm.spray(), farm.harvest(28)
    spray["fields"] = {"product": "Abamectin"}
    farm.record(*((spray, harvest) if spray_first else (harvest, spray)))
    assert "incomplete" in rules()
    assert is_held(farm, farm.cut)
    farm.record(farm.spray() | {"corrects": spray["id"]})
    assert "incomplete" not in rules()
    assert not is_held(farm, farm.cut)


def test_a_spray_of_long_ago_without_its_interval_holds_nothing(farm: Farm) -> None:
    spray = farm.spray() | {"fields": {}, "event_time": "2026-08-10T06:00:00+07:00"}
    farm.record(spray, farm.harvest())
    assert "incomplete" not in rules()


@pytest.mark.parametrize("spray_first", [True, False])
@pytest.mark.parametrize("without_plot", ["spray", "harvest", "both"])
def test_a_step_that_names_its_season_alone_is_one_on_the_plot_of_the_season(
    farm: Farm, without_plot: str, *, spray_first: bool
) -> None:
    spray, harvest = farm.spray(), farm.harvest()
    for name, message in (("spray", spray), ("harvest", harvest)):
        if without_plot in (name, "both"):
            del message["plot_id"]
    farm.record(*((spray, harvest) if spray_first else (harvest, spray)))
    assert "phi" in rules()
    assert is_held(farm, farm.cut)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_count_explains_no_overuse_away_whenever_it_comes(
    farm: Farm, order: tuple[int, ...]
) -> None:
    farm.record(farm.harvest())
    about = [{"batch_id": str(farm.cut)}]
    fields = {"counted": 0, "counted_unit": "kg"}
    count = event(farm.lan, "stock_count", event_time=at(20), about=about, fields=fields)
    messages = (farm.pack(taken="60", made="59"), farm.pack(taken="60", made="59"), count)
    farm.record(*(messages[place] for place in order))
    assert "over_use" in rules()
    assert is_held(farm, farm.packed)
    (over,) = [json.loads(one[10]) for one in found() if one[2] == "over_use"]
    assert "20" in json.dumps(over)


def test_an_overuse_is_told_in_the_unit_in_which_the_batch_is_kept(farm: Farm) -> None:
    with writing():
        greens = product(farm.lan, name="Cải thìa")
        cut = batch(farm.lan, greens, "T-1")
    used = [{**line(cut, "20000"), "uom": "g"}]
    farm.record(event(farm.lan, "sell", event_time=at(20), inputs=used))
    (over,) = [json.loads(one[10]) for one in found() if one[2] == "over_use"]
    assert (over["over"], over["unit"]["vi"]) == ({"number": "20"}, "kg")


def test_an_overuse_that_shrinks_and_grows_again_stays_released_up_to_what_was_seen(
    farm: Farm,
) -> None:
    farm.record(farm.harvest(), farm.pack(taken="120", made="118"))
    (hold,) = db.session.scalars(select(Hold))
    assert hold.amount == 20_000_000
    seen = Seen(Ref(hold.finding_producer_id, hold.finding_id), 10**19)
    by = InCharge(Ref(farm.lan.producer_id, farm.lan.actor.member_id), {"owner"})
    with writing():
        release(farm.ref(farm.packed), seen, by, "Cân lại đủ.", now=NOW)
    more = farm.harvest(17, "15")
    farm.record(more)
    assert not is_held(farm, farm.packed)
    farm.record(farm.harvest(17, "2") | {"corrects": more["id"]})
    assert not is_held(farm, farm.packed)
    sale = event(farm.lan, "sell", event_time=at(17, 9), inputs=[line(farm.cut, "5")])
    farm.record(sale)
    assert is_held(farm, farm.packed)
    gone = farm.harvest(17, "9")
    farm.record(gone)
    assert not is_held(farm, farm.packed)


def lab_result(farm: Farm, by: Business, verdict: str = "fail") -> Message:
    about = [{"producer_id": str(farm.lan.producer_id), "batch_id": str(farm.cut)}]
    fields = {
        "sample_code": "M-1",
        "lab": "PTN",
        "test": "Abamectin",
        "report_no": "P-1",
        "value": 0.12,
        "limit": 0.05,
        "verdict": verdict,
    }
    return event(by, "lab_result", event_time=at(19), about=about, fields=fields)


def test_a_failed_laboratory_test_holds_the_lot_and_what_was_made_of_it_until_corrected(
    farm: Farm,
) -> None:
    farm.record(farm.harvest(), farm.pack())
    result = lab_result(farm, farm.lan)
    farm.record(result)
    assert is_held(farm, farm.cut)
    assert is_held(farm, farm.packed)
    again = lab_result(farm, farm.lan, "pass")
    farm.record(again | {"corrects": result["id"]})
    assert not is_held(farm, farm.cut)


def test_only_an_officer_releases_what_the_authority_found(farm: Farm) -> None:
    farm.record(farm.harvest(), farm.pack())
    with writing():
        office = business("Chi cục", kinds=("authority",))
    with writing():
        batches.record_event(office.actor, lab_result(farm, office), now=NOW)
    (hold,) = db.session.scalars(select(Hold).where(Hold.finding_producer_id == office.producer_id))
    seen = Seen(Ref(hold.finding_producer_id, hold.finding_id), hold.amount)
    owner = InCharge(Ref(farm.lan.producer_id, farm.lan.actor.member_id), {"owner"})
    with pytest.raises(problem.InvalidInput) as refused, writing():
        release(farm.ref(farm.cut), seen, owner, "Không sao.", now=NOW)
    assert [one.rule for one in refused.value.findings] == ["held_by_authority"]
    assert is_held(farm, farm.cut)
    officer = InCharge(Ref(office.producer_id, office.actor.member_id), {"officer"})
    with writing():
        release(farm.ref(farm.cut), seen, officer, "Mẫu đối chứng đạt.", now=NOW)
    assert not is_held(farm, farm.cut)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_circle_sets_one_step_aside_and_holds_its_goods_in_any_order(
    farm: Farm, order: tuple[int, ...]
) -> None:
    with writing():
        a, b, c = (batch(farm.lan, farm.greens, lot) for lot in ("A", "B", "C"))
    made_of = ((a, b), (b, c), (c, a))
    messages = [
        event(
            farm.lan,
            "merge",
            event_time=at(18 + day),
            inputs=[line(used, "5")],
            outputs=[line(made, "5")],
        )
        for day, (used, made) in enumerate(made_of)
    ]
    farm.record(*(messages[place] for place in order))
    conflicts = [one for one in found() if "conflict" in one]
    assert len(conflicts) == 1
    aside = UUID(messages[2]["id"])  # the last of them by the time it happened
    assert any(aside == part for part in conflicts[0])
    assert is_held(farm, a)


def treated_herd(farm: Farm, family: str = "pig") -> UUID:
    """Animals that got a drug on the 15th, with 28 days to wait."""
    with writing():
        made = batch(farm.lan, product(farm.lan, name="Lợn", family=family), "D26")
    fields = {"drug": "Oxytetracycline", "days": 1, "withdrawal_days": 28}
    farm.record(
        event(farm.lan, "harvest", event_time=at(14), outputs=[line(made, "100")], **farm.ground),
        event(farm.lan, "treat", event_time=at(15), fields=fields, about=[{"batch_id": str(made)}]),
    )
    return made


@pytest.mark.parametrize("kind", ["ship", "sell"])
@pytest.mark.parametrize(
    ("family", "is_asked"), [("pig", True), ("poultry", True), ("pork", False)]
)
def test_animals_may_not_be_handed_on_before_the_drug_is_out(
    farm: Farm, kind: str, family: str, *, is_asked: bool
) -> None:
    herd = treated_herd(farm, family)
    farm.record(event(farm.lan, kind, event_time=at(20), inputs=[line(herd, "10")]))
    assert ("withdrawal" in rules()) is is_asked
    assert is_held(farm, herd) is is_asked


def test_eggs_laid_before_the_drug_is_out_are_recorded_and_held(farm: Farm) -> None:
    hens = treated_herd(farm, "poultry")
    with writing():
        eggs = batch(farm.lan, product(farm.lan, name="Trứng", family="egg", uom="kg"), "E1")
    farm.record(
        event(
            farm.lan,
            "collect_eggs",
            event_time=at(20),
            about=[{"batch_id": str(hens)}],
            outputs=[line(eggs, "5")],
        )
    )
    assert "withdrawal" in rules()
    assert is_held(farm, eggs)


def test_a_correction_of_the_spray_frees_the_goods(farm: Farm) -> None:
    spray = farm.spray()
    farm.record(farm.harvest(), spray)
    assert is_held(farm, farm.cut)
    farm.record(farm.spray(days=3) | {"corrects": spray["id"]})
    assert not is_held(farm, farm.cut)
    assert rules() - LATE == {"superseded"}


def test_a_correction_of_the_harvest_is_judged_in_its_place(farm: Farm) -> None:
    harvest = farm.harvest()
    farm.record(farm.spray(), harvest)
    farm.record(farm.harvest(day=23) | {"corrects": harvest["id"]})
    assert not is_held(farm, farm.cut)
    assert "phi" not in rules()


def tale(farm: Farm) -> list[Message]:
    """Tell a little of everything; each event stands alone, so any order can be sent."""
    ship = farm.ship()
    again = farm.pack(day=20, taken="30", made="20") | {"event_time": at(20, 9)}
    return [
        farm.spray(),
        farm.spray(day=17, days=14),
        farm.harvest(),
        farm.pack(),
        again,
        again | {"id": str(UUID(int=UUID(again["id"]).int + 1))},
        ship,
        farm.receive(ship),
        event(
            farm.lan,
            "fertilize",
            event_time=at(10),
            fields={"product": "NPK", "fert_type": "mineral", "n_pct": 16, "qty_kg": 5},
            **farm.ground,
        ),
        event(farm.lan, "weed", event_time=at(16), **farm.ground),
        event(farm.lan, "sell", event_time=at(26), inputs=[line(farm.packed, "1")]),
        event(
            farm.lan,
            "store_check",
            event_time=at(19),
            about=[{"batch_id": str(farm.packed)}],
            fields={"temp_max_c": 9, "minutes_over": 300},
        ),
    ]


@pytest.fixture
def told(farm: Farm) -> tuple[Farm, list[Message], set[tuple[Any, ...]]]:
    with writing():
        product_changes.change_product(
            farm.lan.actor, farm.bags, _kept_cold(farm), version=None, now=NOW
        )
    messages = tale(farm)
    farm.record(*messages)
    in_order = found()
    return farm, messages, in_order


def _kept_cold(farm: Farm) -> Message:
    record = product_changes.record_of(
        product_changes.find_product(farm.lan.producer_id, farm.bags)
    )
    record.pop("version")
    return record | {"storage_max_c": 4.0}


def test_the_tale_meets_many_rules(told: Any) -> None:
    assert rules() == {
        *("phi", "phi_over_7", "nitrogen_stop", "mass_balance", "same_content", "over_use"),
        *("time_order", "qty_mismatch", "cold_record", "cold_chain", "shelf_life", "late_entry"),
    }


@pytest.mark.parametrize("seed", range(4))
def test_events_in_any_order_give_the_same_findings(told: Any, seed: int) -> None:
    farm, messages, in_order = told
    shuffled = sorted(messages, key=lambda one: hash((seed, one["id"])))
    _forget_everything(messages)
    farm.record(*shuffled)
    assert found() == in_order


@pytest.mark.parametrize("seed", range(2))
def test_events_sent_together_give_the_same_findings(told: Any, seed: int) -> None:
    farm, messages, in_order = told
    _forget_everything(messages)
    ours = [one for one in messages if one["step_kind"] != "receive"]
    theirs = [one for one in messages if one["step_kind"] == "receive"]
    for by, part in ((farm.hoa, theirs), (farm.lan, ours[::-1] if seed else ours)):
        with writing():
            capturing.record_events(by.actor, list(map(capturing.read, part)), now=NOW)
    assert found() == in_order


def test_judging_everything_again_changes_nothing(told: Any) -> None:
    _, _, in_order = told
    events = {Ref(*row) for row in db.session.execute(select(Event.producer_id, Event.event_id))}
    every = {Ref(*row) for row in db.session.execute(select(Batch.producer_id, Batch.batch_id))}
    with writing():
        judge_again(Concerned(events, every), NOW)
    assert found() == in_order


def _forget_everything(messages: Sequence[Message]) -> None:
    """Take the database back to before the tale: tests only, past the triggers."""
    tables = ("hold", "finding", "batch_parent", "stock", "hand_off", "public_snapshot")
    append_only = ("ledger_entry", "event_item", "event")
    with writing():
        for name in tables:
            db.session.execute(delete(db.metadata.tables[name]))
        disarm(*append_only)
        for name in append_only:
            db.session.execute(delete(db.metadata.tables[name]))


def test_a_code_says_that_its_goods_are_held_and_says_so_no_more(farm: Farm) -> None:
    spray = farm.spray()
    farm.record(farm.harvest(), farm.pack())
    code = codes.of_batch(farm.lan.producer_id, farm.packed)
    assert code is not None
    with writing():
        code_operations.set_state(code.code, CodeState.ACTIVE, actor="Lan", now=NOW)
    farm.record(spray)
    held = codes.find(code.code)
    assert held is not None
    assert held.state == "held"
    farm.record(farm.spray(days=1) | {"corrects": spray["id"]})
    free = codes.find(code.code)
    assert free is not None
    assert free.state == "active"


def test_other_dates_of_a_batch_are_judged_again(farm: Farm) -> None:
    farm.record(farm.harvest(), farm.pack(day=20))
    farm.record(event(farm.lan, "sell", event_time=at(21), inputs=[line(farm.packed, "1")]))
    assert rules() - LATE == set()
    row = batch_dates.find_batch(farm.lan.producer_id, farm.packed)
    with writing():
        batch_dates.change_dates(
            farm.lan.actor,
            farm.packed,
            {"expiry_date": "2026-11-20"},
            seen=batch_dates.as_text(row),
            now=NOW,
        )
    assert rules() - LATE == {"shelf_life"}


def test_expired_goods_that_got_a_later_date_in_sorting_stay_off_sale(farm: Farm) -> None:
    with writing():
        old = batch(farm.lan, farm.bags, "OLD", expiry_date="2026-11-19")
        kept, young = (
            batch(farm.lan, farm.bags, lot, expiry_date=f"2026-11-{day}")
            for lot, day in (("KEPT", 19), ("YOUNG", 25))
        )
    made = event(farm.lan, "harvest", event_time=at(18), outputs=[line(old, "40")])
    parts = [line(kept, "20"), line(young, "20")]
    part = event(farm.lan, "split", event_time=at(21), inputs=[line(old, "40")], outputs=parts)
    farm.record(made, part)
    assert rules() - LATE == {"shelf_life"}
    assert [is_held(farm, one) for one in (old, kept, young)] == [False, False, True]


def test_what_is_repacked_keeps_its_production_date(farm: Farm) -> None:
    with writing():
        old, new = (
            batch(farm.lan, farm.bags, lot, production_date=f"2026-11-{day}")
            for lot, day in (("OLD", 18), ("NEW", 19))
        )
    farm.record(event(farm.lan, "harvest", event_time=at(18), outputs=[line(old, "40")]))
    fields = {"loss_kg": 0, "pack_date": "2026-11-20"}
    fields |= {"original_production": "2026-11-18", "original_expiry": "2026-11-30"}
    lines = {"inputs": [line(old, "40")], "outputs": [line(new, "40")]}
    repack = event(farm.lan, "repack", event_time=at(20), fields=fields, **lines)
    with writing():
        verdict = attempts.judge(farm.lan.actor, capturing.read(repack), now=NOW)
    assert "younger" in {one.aspect for one in verdict.findings if one.blocks}
    farm.record(repack)
    assert is_held(farm, new)
    with writing():
        row = batch_dates.find_batch(farm.lan.producer_id, new)
        dates = {"production_date": "2026-11-18"}
        seen = batch_dates.as_text(row)
        batch_dates.change_dates(farm.lan.actor, new, dates, seen=seen, now=NOW)
    assert not is_held(farm, new)


def test_another_size_of_a_plot_is_judged_again(farm: Farm) -> None:
    farm.record(farm.harvest(kilograms="100"))
    assert rules() - LATE == set()
    measure_plot(farm)
    assert rules() - LATE == {"yield"}


def measure_plot(farm: Farm) -> None:
    given = {"site_id": str(farm.lan.site_id), "name": "Thửa 1", "area_m2": 360}
    by = (farm.lan.producer_id, farm.lan.actor.member_id)
    with writing():
        record_changes.change_plot(by, farm.lan.plot_id, given, None, now=NOW)


def test_another_crop_of_a_season_is_judged_again(farm: Farm) -> None:
    fields = {"product": "Urê", "fert_type": "mineral", "n_pct": 46}
    urea = event(farm.lan, "fertilize", event_time=at(15), fields=fields, **farm.ground)
    measure_plot(farm)
    farm.record(farm.spray(day=2, days=10), urea, farm.harvest())
    of_greens = {"nitrogen_stop", "phi_over_7", "yield"}
    assert rules() - LATE == of_greens
    for crop, expected in (("hoa cúc", set()), ("cải ngọt", of_greens)):
        change_crop(farm, crop)
        assert rules() - LATE == expected


def change_crop(farm: Farm, crop: str) -> None:
    by = (farm.lan.producer_id, farm.lan.actor.member_id)
    given = {"plot_id": str(farm.lan.plot_id), "name": "Vụ cải", "started_on": "2026-10-01"}
    with writing():
        record_changes.change_season(by, farm.season, given | {"crop": crop}, None, now=NOW)


def test_plain_steps_cost_one_question_however_many(farm: Farm) -> None:
    start = NOW - timedelta(hours=2)
    messages = [
        event(farm.lan, "weed", event_time=(start + timedelta(seconds=n)).isoformat())
        for n in range(100)
    ]
    read = list(map(capturing.read, messages))
    asked: list[str] = []
    listening = list(capturing.on_recorded)
    counts = []
    sql.listen(db.engine, "before_cursor_execute", _noting(asked))
    for listeners in ([], listening):
        capturing.on_recorded[:] = listeners
        part = read[:50] if not listeners else read[50:]
        with writing():
            capturing.record_events(farm.lan.actor, part, now=NOW)
        counts.append(len(asked))
        asked.clear()
    capturing.on_recorded[:] = listening
    assert counts[1] - counts[0] <= 3


def _noting(asked: list[str]) -> Any:
    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    return note
