"""Needs, what producers show, letters between both sides: who may, what stays, what is refused."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from marshmallow import ValidationError
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DatabaseError

from tests import builders
from tests.builders import Business, business
from traceapp import problem
from traceapp.codes.models import PublicCode
from traceapp.database.engine import db
from traceapp.jobs.models import Job
from traceapp.producers.models import Producer
from traceapp.purchasing import contact_queries, lots, matching, operations, queries
from traceapp.purchasing.matching import Aspect, Shows
from traceapp.purchasing.models import PurchaseLetter, PurchaseNeed
from traceapp.purchasing.schemas import LetterSchema, NewNeedSchema
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI

NOW = datetime.now(UTC)
TODAY = NOW.astimezone(HANOI).date()


@contextmanager
def act() -> Iterator[None]:
    """Do something in a transaction of its own, after what was only read."""
    db.session.rollback()
    with transaction():
        yield


def a_need(**changes: Any) -> dict[str, Any]:
    """Give a need as its form would send it."""
    given = {"id": str(uuid4()), "kind": "leafy", "quantity": "20", "uom": "kg"}
    given |= {"from_on": TODAY.isoformat(), "until_on": (TODAY + timedelta(30)).isoformat()}
    given |= {"commune": "Bát Tràng", "reach": "anywhere", "level": "self"}
    return dict(NewNeedSchema().load(given | changes))


def a_letter(text: str = "Còn bao nhiêu?", **changes: Any) -> dict[str, Any]:
    return dict(LetterSchema().load({"id": str(uuid4()), "text": text} | changes))


def changed(version: int, **changes: Any) -> dict[str, Any]:
    given = {**a_need(), **changes, "version": version}
    given.pop("id")
    return given


@dataclass(frozen=True, slots=True)
class Case:
    """Lan grows and shows choy sum, Hoa's shop needs some."""

    lan: Business
    hoa: Business
    product_id: UUID
    batch: Ref

    @property
    def seller(self) -> Ref:
        return Ref(self.lan.producer_id, self.lan.actor.member_id)

    @property
    def buyer(self) -> Ref:
        return Ref(self.hoa.producer_id, self.hoa.actor.member_id)

    def shown(self) -> list[str]:
        return [lot.lot for lot in lots.shown(TODAY)]

    def found(self, need_id: UUID) -> matching.Found:
        row = queries.newest(Ref(self.hoa.producer_id, need_id))
        assert row is not None
        need = queries.as_need(row)
        found = matching.find(need, self.of_what_is_asked(need), TODAY)
        assert found == matching.find(need, lots.shown(TODAY, but=self.hoa.producer_id), TODAY)
        return found

    def of_what_is_asked(self, need: matching.Need) -> list[matching.Lot]:
        return lots.shown_for(need, TODAY, but=self.hoa.producer_id)


def grown(owner: Business, lot: str, quantity: str, product_id: UUID | None = None) -> Ref:
    """Harvest a lot of greens for sale, with a page that is in use."""
    product_id = product_id or a_product(owner)
    batch_id = builders.batch(owner, product_id, lot, expiry_date="2126-11-26")
    builders.record(owner, "harvest", outputs=[builders.line(batch_id, quantity)])
    code = select(PublicCode).where(PublicCode.batch_id == batch_id)
    db.session.scalars(code).one().state = "active"
    db.session.flush()
    return Ref(owner.producer_id, batch_id)


def a_product(owner: Business, name: str = "Cải ngọt") -> UUID:
    return builders.product(owner, name=name, role="finished", label=builders.LABEL)


@pytest.fixture
def case(app: Flask) -> Case:
    with act():
        lan = business("HTX Lan", role="owner")
        hoa = business("Cửa hàng Hoa", kinds=("shop",), role="owner")
        product_id = a_product(lan)
        batch = grown(lan, "CN-1", "140", product_id)
        operations.show(
            {product_id: Shows.EXACT}, Ref(lan.producer_id, lan.actor.member_id), now=NOW
        )
    return Case(lan, hoa, product_id, batch)


def test_nothing_is_on_the_board_before_its_producer_says_so(app: Flask) -> None:
    with act():
        lan = business("HTX Lan", role="owner")
        product_id = a_product(lan)
        grown(lan, "CN-1", "140", product_id)
    by = Ref(lan.producer_id, lan.actor.member_id)
    assert lots.shown(TODAY) == []
    for shows, seen in ((Shows.RANGE, ["CN-1"]), (Shows.NOTHING, []), (Shows.EXACT, ["CN-1"])):
        with act():
            operations.show({product_id: shows}, by, now=NOW)
        assert [lot.lot for lot in lots.shown(TODAY)] == seen


def test_lots_of_what_is_asked_are_found_behind_any_number_of_others(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lots, "MOST", 2)
    with act():
        tea = a_product(case.lan, "Chè 100%")
        for number in range(3):
            grown(case.lan, f"CH-{number}", "10", tea)
        operations.show({tea: Shows.EXACT}, case.seller, now=NOW)
        choy = operations.post(a_need(), case.buyer, now=NOW)
        other = operations.post(a_need(kind="", words="chè 100%"), case.buyer, now=NOW)
    assert "CN-1" not in case.shown()
    asked = [queries.newest(Ref(case.hoa.producer_id, one)) for one in (choy, other)]
    needs = [queries.as_need(row) for row in asked if row is not None]
    assert [lot.lot for lot in case.of_what_is_asked(needs[0])] == ["CN-1"]
    assert {lot.lot[:2] for lot in case.of_what_is_asked(needs[1])} == {"CH"}


def test_nobody_shows_the_product_of_another(case: Case) -> None:
    with pytest.raises(problem.NotFound):
        operations.show({case.product_id: Shows.EXACT}, case.buyer, now=NOW)


def test_a_posted_need_finds_the_lot_and_says_why(case: Case) -> None:
    with act():
        need_id = operations.post(a_need(), case.buyer, now=NOW)
    (one,) = case.found(need_id).matches
    assert one.lot.ref == case.batch
    assert {verdict.aspect for verdict in one.verdicts} == {
        *(Aspect.STOCK, Aspect.PLACE, Aspect.EVIDENCE)
    }


def test_a_certificate_that_is_missing_makes_a_near_miss(case: Case) -> None:
    with act():
        given = a_need(certificates=["vietgap"], level="lab")
        need_id = operations.post(given, case.buyer, now=NOW)
    found = case.found(need_id)
    assert not found.matches
    (one,) = found.near_misses
    assert [lack.aspect for lack in one.lacks] == [Aspect.EVIDENCE, Aspect.CERTIFICATE]


@pytest.mark.parametrize("state", ["held", "sale_stopped", "suspended", "voided", "not_activated"])
def test_what_may_not_be_sold_is_told_to_nobody(case: Case, state: str) -> None:
    with act():
        need_id = operations.post(a_need(), case.buyer, now=NOW)
        code = select(PublicCode).where(PublicCode.batch_id == case.batch.id)
        db.session.scalars(code).one().state = state
    found = case.found(need_id)
    assert not found.matches
    assert not found.near_misses


def test_the_same_form_posts_one_need_and_other_words_conflict(case: Case) -> None:
    given = a_need()
    with act():
        first = operations.post(given, case.buyer, now=NOW)
    with act():
        assert operations.post(given, case.buyer, now=NOW) == first
    with pytest.raises(problem.ContentConflict), act():
        operations.post({**given, "note": "Khác"}, case.buyer, now=NOW)
    with pytest.raises(problem.NotFound), act():
        operations.post(given, case.seller, now=NOW)
    assert db.session.scalar(select(func.count()).select_from(PurchaseNeed)) == 1


def test_a_need_is_said_anew_and_what_it_was_stays(case: Case) -> None:
    with act():
        need_id = operations.post(a_need(), case.buyer, now=NOW)
    need = Ref(case.hoa.producer_id, need_id)
    with act():
        operations.change(need, changed(1, note="Giao sớm"), case.buyer, now=NOW)
    with act():
        operations.change(need, changed(1, note="Giao sớm"), case.buyer, now=NOW)
    assert [(row.version, row.note) for row in queries.versions(need)] == [
        *((2, "Giao sớm"), (1, None))
    ]
    with pytest.raises(problem.ChangedMeanwhile), act():
        operations.change(need, changed(1, note="Giao muộn"), case.buyer, now=NOW)
    with pytest.raises(problem.NotFound), act():
        operations.change(need, changed(2), case.seller, now=NOW)


def on_board(today: date) -> list[queries.Asked]:
    return queries.asked(db.session.execute(queries.running(today)))


def test_an_ended_need_leaves_the_board_for_good(case: Case) -> None:
    with act():
        need_id = operations.post(a_need(), case.buyer, now=NOW)
    need = Ref(case.hoa.producer_id, need_id)
    assert [one.ref for one in on_board(TODAY)] == [need]
    assert not db.session.execute(queries.running(TODAY, but=case.hoa.producer_id)).all()
    assert not on_board(TODAY + timedelta(31))
    with pytest.raises(problem.NotFound), act():
        operations.end(need, case.seller, now=NOW)
    for _again in range(2):
        with act():
            operations.end(need, case.buyer, now=NOW)
    assert not on_board(TODAY)
    with pytest.raises(problem.InvalidInput), act():
        operations.change(need, changed(1, note="Lại cần"), case.buyer, now=NOW)


@pytest.mark.parametrize(
    "statement", ["UPDATE purchase_need SET quantity = '1'", "DELETE FROM purchase_need"]
)
def test_a_need_is_never_written_over(case: Case, statement: str) -> None:
    with act():
        operations.post(a_need(), case.buyer, now=NOW)
    with pytest.raises(DatabaseError):
        db.session.execute(text(statement))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"note": "Trả 20.000đ/kg"}, "note"),
        ({"words": "cải 15k"}, "words"),
        ({"note": "Gọi 0912 345 678"}, "note"),
        ({"kind": "", "words": ""}, "kind"),
        ({"until_on": (TODAY - timedelta(1)).isoformat()}, "until_on"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "-3"}, "quantity"),
        ({"uom": "stone"}, "uom"),
        ({"level": "god"}, "level"),
        ({"certificates": ["bio"]}, "certificates"),
    ],
)
def test_a_bad_need_is_refused_at_its_field(given: Mapping[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        a_need(**given)
    assert field in refused.value.normalized_messages()


@pytest.mark.parametrize("given", [{"commune": "Nơi nào"}, {"commune": "Tây"}])
def test_a_need_in_no_commune_is_refused(case: Case, given: Mapping[str, Any]) -> None:
    with pytest.raises(problem.InvalidInput), act():
        operations.post(a_need(**given), case.buyer, now=NOW)


def test_a_need_whose_last_day_is_over_is_refused(case: Case) -> None:
    day = date(2020, 1, 1).isoformat()
    with pytest.raises(problem.InvalidInput), act():
        operations.post(a_need(from_on=day, until_on=day), case.buyer, now=NOW)


def contact_of(case: Case) -> UUID:
    with act():
        need_id = operations.post(a_need(), case.buyer, now=NOW)
        need = Ref(case.hoa.producer_id, need_id)
        return operations.open_contact(need, case.batch, a_letter(), case.buyer, now=NOW)


def test_both_sides_write_and_only_the_producer_agrees(case: Case) -> None:
    contact_id = contact_of(case)
    told = contact_queries.told(contact_id)
    assert told is not None
    assert not told.is_answered
    with pytest.raises(problem.InvalidInput), act():
        operations.write(contact_id, a_letter(says="agrees"), case.buyer, now=NOW)
    answer = a_letter("Còn 140 kg", says="agrees")
    for _again in range(2):
        with act():
            operations.write(contact_id, answer, case.seller, now=NOW + timedelta(seconds=1))
    told = contact_queries.told(contact_id)
    assert told is not None
    assert told.is_answered
    assert told.standing == "agrees"
    assert [one.is_seller for one in told.letters] == [False, True]
    with pytest.raises(problem.ContentConflict), act():
        operations.write(contact_id, answer | {"text": "Khác"}, case.seller, now=NOW)


def test_strangers_write_to_nobody(case: Case) -> None:
    contact_id = contact_of(case)
    with act():
        tung = business("HTX Tùng", role="owner")
    stranger = Ref(tung.producer_id, tung.actor.member_id)
    with pytest.raises(problem.NotFound), act():
        operations.write(contact_id, a_letter(), stranger, now=NOW)
    assert contact_queries.of_side(tung.producer_id) == []


def test_a_lot_that_is_not_shown_is_written_to_nobody_about(case: Case) -> None:
    with act():
        need_id = operations.post(a_need(), case.buyer, now=NOW)
        operations.show({case.product_id: Shows.NOTHING}, case.seller, now=NOW)
    need = Ref(case.hoa.producer_id, need_id)
    with pytest.raises(problem.NotFound), act():
        operations.open_contact(need, case.batch, a_letter(), case.buyer, now=NOW)


def test_a_second_letter_about_the_same_lot_goes_on_in_the_same_contact(case: Case) -> None:
    contact_id = contact_of(case)
    kept = contact_queries.find(contact_id)
    assert kept is not None
    need = Ref(kept.buyer_id, kept.need_id)
    with act():
        again = operations.open_contact(need, case.batch, a_letter("Nữa"), case.buyer, now=NOW)
    assert again == contact_id
    assert db.session.scalar(select(func.count()).select_from(PurchaseLetter)) == 2


def test_each_side_gets_every_letter_by_e_mail(
    case: Case, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traceapp.mail.operations.can_post", lambda: True)
    with act():
        for owner, address in ((case.lan, "lan@example.vn"), (case.hoa, "hoa@example.vn")):
            db.session.get_one(Producer, owner.producer_id).email = address
    contact_of(case)
    posted = db.session.scalars(select(Job.payload).where(Job.kind == "mail.deliver")).all()
    to = sorted(re.findall(r'"to":"([^"]+)"', " ".join(posted)))
    assert to == ["hoa@example.vn", "lan@example.vn"]
    for payload in posted:
        body = payload.replace('"to":"hoa@example.vn"', "").replace('"to":"lan@example.vn"', "")
        assert "@example.vn" not in body, "no side reads the other's address in a letter"


def test_a_board_of_many_lots_takes_as_many_queries_as_one_of_few(case: Case) -> None:
    with act():
        need_id = operations.post(a_need(), case.buyer, now=NOW)
    few = _queries_of(case, need_id)
    with act():
        for number in range(2, 9):
            grown(case.lan, f"CN-{number}", "30", case.product_id)
    assert _queries_of(case, need_id) == few
    assert len(case.found(need_id).matches) == 8


def _queries_of(case: Case, need_id: UUID) -> int:
    db.session.rollback()
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        case.found(need_id)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)
