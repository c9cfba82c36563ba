"""Joining and leaving chains, signing commitments, help: what is refused, and nothing half-kept."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError

from tests.builders import NOW, Business, business
from tests.lan import a_picture
from tests.participants import SINCE, by, joined, signed, text_of
from traceapp import problem
from traceapp.audit.models import AuditEntry
from traceapp.chains import (
    commitment_queries,
    commitments,
    membership,
    queries,
    shown,
    support,
    years,
)
from traceapp.chains.models import (
    ChainStep,
    Commitment,
    CommitmentStep,
    CommitmentText,
    Support,
)
from traceapp.chains.vocabulary import CHAINS
from traceapp.database.engine import Base, db
from traceapp.database.ids import new_id
from traceapp.network import programme
from traceapp.photos import operations as photos
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

TABLES: tuple[type[Base], ...] = (ChainStep, Commitment, CommitmentStep, CommitmentText, Support)


@dataclass(frozen=True, slots=True)
class Case:
    """Lan's establishment, a body with a text, another establishment, and Lan's photo."""

    lan: Business
    minh: Business
    office: Business
    text_id: UUID
    photo: bytes

    def said(self, **changes: Any) -> dict[str, Any]:
        given = {"id": new_id(), "text_id": self.text_id, "signed_on": SINCE, "signer": "Bà Lan"}
        return given | {"signer_role": "Chủ hộ", "photos": [self.photo.hex()]} | changes

    def signed(self) -> Ref:
        with afresh():
            joined(self.lan)
            return Ref(self.lan.producer_id, signed(self.lan, self.text_id, self.photo))


@pytest.fixture
def case(app: Flask) -> Case:
    with afresh():
        lan, minh = business("HTX Lan", role="owner"), business("Minh", role="owner")
        office = business("Cơ quan quản lý", kinds=("authority",), role="officer")
        photo = photos.store(lan.producer_id, a_picture("green"), is_public=False, now=NOW)
        return Case(lan, minh, office, text_of(office), photo)


@contextmanager
def afresh() -> Iterator[None]:
    """Open a transaction of its own: what was read before saw an older state."""
    db.session.rollback()
    with transaction():
        yield


def now() -> datetime:
    return datetime.now(UTC)


def rules_of(error: problem.InvalidInput) -> list[tuple[str, str]]:
    return [(found.pointer, found.rule) for found in error.findings]


def count(table: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def step(chain: str, day: date) -> dict[str, Any]:
    return {"id": new_id(), "chain": chain, "on_day": day}


def test_who_joins_is_a_member_until_he_leaves_and_may_join_again(case: Case) -> None:
    lan = by(case.lan)
    with afresh():
        joined(case.lan)
        joined(case.lan, "craft_village")
    only_lan = {case.lan.producer_id}
    assert queries.members() == {"safe_food": only_lan, "craft_village": only_lan}
    assert queries.counts() == {"safe_food": 1, "craft_village": 1}
    with afresh():
        membership.leave(step("safe_food", date(2026, 3, 1)), lan, now=now())
    assert "safe_food" not in queries.members()
    with afresh():
        membership.join(step("safe_food", date(2026, 5, 1)), lan, now=now())
    assert queries.members()["safe_food"] == {case.lan.producer_id}
    stays = [(one.chain, one.since, one.until) for one in queries.stays(case.lan.producer_id)]
    assert ("safe_food", SINCE, date(2026, 3, 1)) in stays
    assert ("safe_food", date(2026, 5, 1), None) in stays
    assert len(stays) == 3


def test_who_was_in_a_chain_on_a_day_of_a_year_took_part_in_it(case: Case) -> None:
    with afresh():
        joined(case.lan)
        joined(case.lan, "craft_village", since=date(2025, 12, 31))
        joined(case.minh, since=date(2024, 2, 1))
    with afresh():
        membership.leave(step("safe_food", date(2026, 3, 1)), by(case.lan), now=now())
        membership.leave(step("safe_food", date(2025, 1, 1)), by(case.minh), now=now())
    with afresh():
        membership.join(step("safe_food", date(2026, 5, 1)), by(case.lan), now=now())
    told = {year: (years.count(year), years.count_by_chain(year)) for year in range(2023, 2028)}
    assert told == {
        2023: (0, {}),
        2024: (1, {"safe_food": 1}),
        2025: (2, {"safe_food": 1, "craft_village": 1}),
        2026: (1, {"safe_food": 1, "craft_village": 1}),
        2027: (1, {"safe_food": 1, "craft_village": 1}),
    }
    stays = years.stays_in(2026, [case.lan.producer_id, case.minh.producer_id])
    assert [(one.chain, one.since, one.until) for one in stays[case.lan.producer_id]] == [
        ("craft_village", date(2025, 12, 31), None),
        ("safe_food", SINCE, date(2026, 3, 1)),
        ("safe_food", date(2026, 5, 1), None),
    ]
    assert case.minh.producer_id not in stays


def test_joining_twice_leaving_what_one_is_not_in_and_days_to_come_are_refused(case: Case) -> None:
    with afresh():
        joined(case.lan)
    tomorrow = now().date() + timedelta(days=2)
    refused = [
        (membership.join, step("safe_food", SINCE), [("/chain", "joined_already")]),
        (membership.leave, step("craft_village", SINCE), [("/chain", "not_joined")]),
        (membership.join, step("craft_village", tomorrow), [("/on_day", "not_yet")]),
        (membership.leave, step("safe_food", date(2026, 1, 4)), [("/on_day", "too_early")]),
    ]
    for act, given, found in refused:
        with pytest.raises(problem.InvalidInput) as error, afresh():
            act(given, by(case.lan), now=now())
        assert rules_of(error.value) == found
    assert count(ChainStep) == 1


def test_the_same_form_again_joins_once_and_another_under_its_id_is_refused(case: Case) -> None:
    given = step("safe_food", SINCE)
    for _ in range(2):
        with afresh():
            membership.join(given, by(case.lan), now=now())
    assert count(ChainStep) == 1
    with pytest.raises(problem.ContentConflict), afresh():
        membership.join(given | {"chain": "craft_village"}, by(case.lan), now=now())


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_said_one_is_in_a_chain_once_and_days_never_go_back(
    case: Case, seed: int
) -> None:
    chance, is_in, last = random.Random(seed), False, date.min
    expected: list[list[date | None]] = []
    for _ in range(30):
        act, day = chance.choice(["join", "leave"]), SINCE + timedelta(chance.randrange(300))
        fits = (act == "join") is not is_in and day >= last
        said = membership.join if act == "join" else membership.leave
        try:
            with afresh():
                said(step("safe_food", day), by(case.lan), now=now())
        except problem.InvalidInput:
            assert not fits
            continue
        assert fits
        is_in, last = act == "join", day
        if is_in:
            expected.append([day, None])
        else:
            expected[-1][1] = day
    stays = queries.stays(case.lan.producer_id)
    assert len(shown.chains_of(case.lan.producer_id)) == is_in
    assert [[stay.since, stay.until] for stay in stays] == expected
    assert len(queries.members().get("safe_food", ())) == is_in


def test_a_body_of_the_programme_takes_no_part_in_its_chains(case: Case) -> None:
    with pytest.raises(problem.InvalidInput) as error, afresh():
        joined(case.office)
    assert rules_of(error.value) == [("/chain", "body_joins")]


def test_a_commitment_keeps_the_words_that_were_signed_whatever_is_written_later(
    case: Case,
) -> None:
    commitment = case.signed()
    with afresh():
        later = text_of(case.office, "Chúng tôi cam kết tiết kiệm nước.")
        commitments.answer(commitment, "accepted", None, by(case.office), now=now())
    found = commitment_queries.find(commitment.id)
    assert found is not None
    assert (found.words.vi, found.version) == ("Chúng tôi cam kết phân loại rác.", 1)
    assert (found.state, found.is_photo_public) == ("accepted", False)
    text = commitment_queries.current_text(now().date())
    assert text is not None
    assert (text.ref.id, text.version) == (later, 2)


@pytest.mark.parametrize(
    ("changes", "pointer", "rule"),
    [
        ({"signed_on": date(2126, 1, 1)}, "/signed_on", "not_yet"),
        ({"text_id": new_id()}, "/text_id", "other_text"),
        ({"photos": []}, "/photo", "no_photo"),
        ({"photos": ["ab" * 32]}, "/photo", "no_photo"),
        ({"photos": ["ab" * 32, "cd" * 32]}, "/photo", "many_photos"),
    ],
)
def test_what_cannot_have_been_signed_is_refused_at_its_field(
    case: Case, changes: dict[str, Any], pointer: str, rule: str
) -> None:
    with afresh():
        joined(case.lan)
    with pytest.raises(problem.InvalidInput) as error, afresh():
        commitments.sign(case.said(**changes), by(case.lan), now=now())
    assert rules_of(error.value) == [(pointer, rule)]
    assert count(Commitment) == 0


def test_who_is_in_no_chain_signs_nothing_and_a_year_is_signed_once(case: Case) -> None:
    with pytest.raises(problem.InvalidInput) as error, afresh():
        commitments.sign(case.said(), by(case.lan), now=now())
    assert rules_of(error.value) == [("/text_id", "no_chain")]
    commitment = case.signed()
    with pytest.raises(problem.InvalidInput) as error, afresh():
        commitments.sign(case.said(), by(case.lan), now=now())
    assert rules_of(error.value) == [("/text_id", "signed_already")]
    with afresh():
        commitments.withdraw(commitment, "Nhầm ngày", by(case.lan), now=now())
        commitments.sign(case.said(), by(case.lan), now=now())
    assert [one.state for one in commitment_queries.of_producer(case.lan.producer_id)] == [
        "waiting",
        "withdrawn",
    ]


def test_a_photo_of_somebody_else_is_no_photo_of_the_paper(case: Case) -> None:
    with afresh():
        joined(case.minh)
    with pytest.raises(problem.InvalidInput) as error, afresh():
        commitments.sign(case.said(), by(case.minh), now=now())
    assert rules_of(error.value) == [("/photo", "no_photo")]


def test_others_are_no_party_to_a_commitment(case: Case) -> None:
    commitment, nowhere = case.signed(), Ref(case.lan.producer_id, new_id())
    for act in (
        lambda: commitments.withdraw(commitment, None, by(case.minh), now=now()),
        lambda: commitments.show_paper(commitment, by(case.minh), is_public=True, now=now()),
        lambda: commitments.answer(commitment, "accepted", None, by(case.lan), now=now()),
        lambda: commitments.withdraw(nowhere, None, by(case.lan), now=now()),
    ):
        with pytest.raises(problem.NotFound), afresh():
            act()
    assert count(CommitmentStep) == 0


def test_nobody_hides_a_commitment_behind_its_id(case: Case) -> None:
    lans = case.signed()
    with afresh():
        joined(case.minh)
        own = photos.store(case.minh.producer_id, a_picture("blue"), is_public=False, now=NOW)
    copied = case.said(id=lans.id, photos=[own.hex()])
    with pytest.raises(problem.NotFound), afresh():
        commitments.sign(copied, by(case.minh), now=now())
    found = commitment_queries.find(lans.id)
    assert found is not None
    assert found.ref == lans


def test_an_answer_is_given_once_sent_back_with_a_reason_and_withdrawn_at_last(case: Case) -> None:
    commitment = case.signed()
    with pytest.raises(problem.InvalidInput) as error, afresh():
        commitments.answer(commitment, "declined", None, by(case.office), now=now())
    assert rules_of(error.value) == [("/note", "no_reason")]
    with afresh():
        commitments.answer(commitment, "accepted", None, by(case.office), now=now())
    for state in ("accepted", "declined"):
        with pytest.raises(problem.InvalidInput) as error, afresh():
            commitments.answer(commitment, state, "Mờ", by(case.office), now=now())
        assert rules_of(error.value) == [("/note", "answered_already")]
    assert commitment_queries.holding([case.lan.producer_id])
    read = shown.commitment_of(case.lan.producer_id)
    assert read is not None
    assert (read.body, read.paper) == ("Cơ quan quản lý", None)
    with afresh():
        commitments.withdraw(commitment, None, by(case.lan), now=now())
    assert not commitment_queries.holding([case.lan.producer_id])
    assert shown.commitment_of(case.lan.producer_id) is None
    with pytest.raises(problem.InvalidInput), afresh():
        commitments.withdraw(commitment, None, by(case.lan), now=now())


def test_help_is_written_down_for_others_and_refers_to_an_activity_of_the_body(case: Case) -> None:
    activity = {"id": new_id(), "kind": "training", "title": "Tập huấn", "title_en": None}
    activity |= {"on_day": SINCE, "establishments": None, "people": 20, "booths": None}
    said = {"kind": "training", "on_day": SINCE, "given_by": "Đội tư vấn", "note": "Phân loại rác"}
    with afresh():
        programme.act(activity, by(case.office), now=now())
        given = said | {"id": new_id(), "activity_id": activity["id"]}
        for _ in range(2):
            support.give(case.lan.producer_id, given, by(case.office), now=now())
    (told,) = commitment_queries.help_given(case.lan.producer_id)
    assert (told.activity and told.activity.vi, told.body.vi) == ("Tập huấn", "Cơ quan quản lý")
    wrong = said | {"id": new_id(), "activity_id": new_id(), "on_day": date(2126, 1, 1)}
    with pytest.raises(problem.InvalidInput) as error, afresh():
        support.give(case.lan.producer_id, wrong, by(case.office), now=now())
    assert rules_of(error.value) == [("/on_day", "not_yet"), ("/activity_id", "no_activity")]
    for producer_id in (case.office.producer_id, new_id()):
        with pytest.raises(problem.NotFound), afresh():
            support.give(producer_id, given | {"id": new_id()}, by(case.office), now=now())
    assert count(Support) == 1


def test_nothing_that_was_said_is_changed_and_both_books_tell_of_it(case: Case) -> None:
    commitment = case.signed()
    with afresh():
        commitments.answer(commitment, "accepted", None, by(case.office), now=now())
        commitments.show_paper(commitment, by(case.lan), is_public=True, now=now())
        given = {"id": new_id(), "kind": "visit", "on_day": SINCE, "given_by": "Đội tư vấn"}
        given |= {"note": None, "activity_id": None}
        support.give(case.lan.producer_id, given, by(case.office), now=now())
    for table in TABLES:
        db.session.rollback()
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(update(table).values(by_member_id=new_id()))
        db.session.rollback()
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(delete(table))
    db.session.rollback()
    about = AuditEntry.about == f"commitment/{commitment.id}"
    entries = db.session.execute(select(AuditEntry.producer_id, AuditEntry.act).where(about)).all()
    acts = {act for _, act in entries}
    assert acts == {"commitment.signed", "commitment.accepted", "commitment.shown"}
    assert {case.lan.producer_id, case.office.producer_id} == {one for one, _ in entries}
    found = commitment_queries.find(commitment.id)
    assert found is not None
    assert found.is_photo_public


def test_chains_are_the_four_of_the_programme() -> None:
    assert set(CHAINS) == {"safe_food", "home_appliances", "textile_fashion", "craft_village"}
