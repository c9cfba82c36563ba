"""Codes: minted for finished products, live once the record is complete, stale at once."""

from uuid import UUID

import pytest
from flask import Flask

from tests.builders import LABEL, NOW, Business, batch, business, line, product, record
from traceapp import problem
from traceapp.batches.activation import missing_of
from traceapp.codes import operations, queries
from traceapp.codes.states import CodeState, shown_state
from traceapp.freshness import operations as freshness
from traceapp.freshness import queries as fresh
from traceapp.photos import operations as photos

PICTURE = "ab" * 32


def finished(owner: Business, **changes: object) -> UUID:
    given = {"role": "finished", "label": LABEL, "photo_sha256": PICTURE} | changes
    return product(owner, **given)


def test_an_intermediate_has_no_public_code(app: Flask) -> None:
    lan = business("HTX Lan")
    assert queries.of_batch(lan.producer_id, batch(lan, product(lan), "H1")) is None


def test_a_code_goes_live_when_the_minimum_record_is_complete(app: Flask) -> None:
    lan = business("HTX Lan")
    packed = batch(lan, finished(lan), "T1", expiry_date="2026-11-26")
    before = queries.of_batch(lan.producer_id, packed)
    assert before is not None
    assert before.state is CodeState.NOT_ACTIVATED
    assert missing_of((lan.producer_id, packed)) == ["events"]
    record(lan, "harvest", outputs=[line(packed, "10")])
    after = queries.of_batch(lan.producer_id, packed)
    assert after is not None
    assert (after.code, after.state) == (before.code, CodeState.ACTIVE)


@pytest.mark.parametrize(
    ("changes", "dates", "lacking"),
    [
        ({"photo_sha256": None}, {"expiry_date": "2026-11-26"}, ["picture"]),
        ({}, {}, ["expiry_date"]),
        ({"label": LABEL | {"group": "Thủ công mỹ nghệ"}}, {}, []),
    ],
)
def test_what_is_missing_is_named(
    app: Flask, changes: dict[str, object], dates: dict[str, str], lacking: list[str]
) -> None:
    lan = business("HTX Lan")
    packed = batch(lan, finished(lan, **changes), "T1", **dates)
    record(lan, "harvest", outputs=[line(packed, "10")])
    assert missing_of((lan.producer_id, packed)) == lacking


def test_a_change_of_state_makes_every_kept_page_stale(app: Flask) -> None:
    lan = business("HTX Lan")
    packed = batch(lan, finished(lan), "T1")
    fact = queries.of_batch(lan.producer_id, packed)
    assert fact is not None
    before = fresh.generation()
    later = NOW.replace(minute=1)
    operations.set_state(fact.code, CodeState.RECALLED, actor="Cơ quan", now=later, reason="x")
    assert fresh.generation() > before
    changed = queries.find(fact.code)
    assert changed is not None
    assert (changed.state, changed.actor, changed.reason) == (CodeState.RECALLED, "Cơ quan", "x")


def test_an_unknown_code_cannot_change(app: Flask) -> None:
    with pytest.raises(problem.UnknownCode):
        operations.set_state("7K3M9QRT2X", CodeState.HELD, actor="x", now=NOW)


def test_a_moved_code_says_where(app: Flask) -> None:
    lan = business("HTX Lan")
    goods = finished(lan)
    old = queries.of_batch(lan.producer_id, batch(lan, goods, "T1"))
    new = queries.of_batch(lan.producer_id, batch(lan, goods, "T2"))
    assert old is not None
    assert new is not None
    operations.move(old.code, new.code, actor="x", now=NOW.replace(minute=1))
    moved = queries.find(old.code)
    assert moved is not None
    assert (moved.state, moved.moved_to) == (CodeState.MOVED, new.code)


def test_no_way_of_moved_codes_comes_back_or_leads_to_one_that_moved(app: Flask) -> None:
    lan = business("HTX Lan")
    goods = finished(lan)
    found = [queries.of_batch(lan.producer_id, batch(lan, goods, f"T{lot}")) for lot in range(3)]
    first, second, third = (fact.code for fact in found if fact is not None)
    operations.move(first, second, actor="x", now=NOW.replace(minute=1))
    for code, to in ((second, first), (first, first), (third, first)):
        with pytest.raises(problem.InvalidInput) as refused:
            operations.move(code, to, actor="x", now=NOW.replace(minute=2))
        assert [finding.pointer for finding in refused.value.findings] == ["/to"]
    with pytest.raises(problem.UnknownCode):
        operations.move(second, "7K3M9QRT2X", actor="x", now=NOW.replace(minute=2))
    operations.move(second, third, actor="x", now=NOW.replace(minute=2))
    leads = [queries.find(code) for code in (first, second, third)]
    assert [fact.moved_to for fact in leads if fact is not None] == [second, third, None]


def test_a_step_drops_the_read_models_of_every_descendant(app: Flask) -> None:
    lan, minh = business("HTX Lan"), business("Minh", kinds=("processor",))
    cut, packed = batch(lan, product(lan), "H1"), batch(minh, product(minh), "T1")
    record(lan, "harvest", outputs=[line(cut, "100")])
    theirs = {"producer_id": str(lan.producer_id)}
    record(minh, "receive", outputs=[line(cut, "50", **theirs)])
    record(minh, "pack", inputs=[line(cut, "50", **theirs)], outputs=[line(packed, "49")])
    freshness.keep("7K3M9QRT2X", (minh.producer_id, packed), "{}", now=NOW)
    record(lan, "check_interval", about=[{"batch_id": str(cut)}])
    assert fresh.kept("7K3M9QRT2X") is None


def test_expiry_is_shown_only_over_an_active_state() -> None:
    made, after = NOW.date(), NOW.date().replace(day=23)
    assert shown_state(CodeState.ACTIVE, made, after) is CodeState.EXPIRED
    assert shown_state(CodeState.RECALLED, made, after) is CodeState.RECALLED
    assert shown_state(CodeState.ACTIVE, made, made) is CodeState.ACTIVE
    assert shown_state(CodeState.ACTIVE, None, after) is CodeState.ACTIVE


def test_a_photo_that_is_ready_drops_the_pages_that_show_it(app: Flask) -> None:
    lan = business("HTX Lan")
    packed = batch(lan, finished(lan), "T1")
    freshness.keep("7K3M9QRT2X", (lan.producer_id, packed), "{}", now=NOW)
    for hook in photos.on_ready:
        hook(lan.producer_id, bytes.fromhex(PICTURE))
    assert fresh.kept("7K3M9QRT2X") is None


def test_the_note_told_is_the_one_of_the_state_that_holds(app: Flask) -> None:
    lan = business("HTX Lan")
    fact = queries.of_batch(lan.producer_id, batch(lan, finished(lan), "T1"))
    assert fact is not None
    operations.set_state(fact.code, CodeState.HELD, actor="Lan", now=NOW, reason="chờ")
    held = queries.find(fact.code)
    assert held is not None
    assert (held.state, held.actor, held.reason) == (CodeState.HELD, "Lan", "chờ")
