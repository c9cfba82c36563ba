"""What may be said about cleaner production, in what order, by whom; and what is refused."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from tests.builders import business, product
from tests.lan import a_figure, a_measure, open_assessment
from tests.pictures import jpeg
from traceapp import problem
from traceapp.accounts.operations import create_account
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import Base, db
from traceapp.database.ids import new_id
from traceapp.network import evidence, operations, queries, sums
from traceapp.network.models import (
    CleanerAssessment,
    CleanerCheck,
    CleanerIndicator,
    CleanerMeasure,
    CleanerMeasureStep,
)
from traceapp.network.operations import Author
from traceapp.network.schemas import MeasureStepSchema
from traceapp.photos.operations import store
from traceapp.producers.models import Membership
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

LATE = {"after_from": "2026-06-01", "after_until": "2026-11-30"}
NOW = datetime(2026, 11, 29, 5, tzinfo=UTC)
TABLES: tuple[type[Base], ...] = (
    *(CleanerAssessment, CleanerMeasure, CleanerMeasureStep, CleanerIndicator, CleanerCheck),
)


@dataclass(frozen=True, slots=True)
class Case:
    """An assessment of Lan's, who writes for her and who for the programme body."""

    assessment: Ref
    us: Author
    body: Author
    product_id: UUID


@pytest.fixture
def case(app: Flask) -> Case:
    with transaction():
        lan = business("HTX Lan", role="owner")
        product_id = product(lan, name="Giỏ mây")
        assessment, body = open_assessment(lan, product_id, "G-12")
    us = Author(Ref(lan.producer_id, lan.actor.member_id), is_body=False)
    return Case(assessment, us, body, product_id)


def rules_of(error: problem.InvalidInput) -> list[tuple[str, str]]:
    return [(found.pointer, found.rule) for found in error.findings]


def step(
    state: str, on: str, evidence: str = "HĐ 12", photos: tuple[str, ...] = ()
) -> dict[str, Any]:
    given = {"state": state, "on": on, "evidence": evidence or None, "photos": list(photos)}
    return dict(MeasureStepSchema().load(given))


def count(table: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize(
    ("changes", "pointer", "rule"),
    [
        ({"before_unit": "MJ/giỏ"}, "/after_unit", "units_differ"),
        ({"before_unit": None}, "/after_unit", "units_differ"),
        ({"after_until": "2026-07-30"}, "/after_until", "periods_differ"),
        ({"after_until": None}, "/after_until", "period_half"),
        ({"before_from": None}, "/before_until", "period_half"),
        ({"after_from": "2025-12-31"}, "/after_from", "periods_overlap"),
        ({"before_until": "2025-06-30"}, "/before_until", "periods_overlap"),
        ({"after_from": "2026-08-01"}, "/after_until", "periods_overlap"),
        (
            {"after_from": "2026-06-01", "after_until": "2026-11-30"},
            "/after_until",
            "period_not_over",
        ),
        ({"after": "-0.1"}, "/after", "over_100"),
        ({"after": "1.61", "reason": "Lò mới"}, "/after", "over_100"),
        ({"before_unit": "kWh", "after_unit": "kWh"}, "/after_unit", "not_per_output"),
        ({"before_unit": "kWh/kg", "after_unit": "kWh/kg"}, "/after_unit", "not_per_output"),
        *(
            (
                {"kind": kind, "before_unit": unit, "after_unit": unit},
                *("/after_unit", "not_per_output"),
            )
            for kind, unit in (
                *(("emissions", "tấn CO2/năm"), ("emissions", "tấn"), ("dust", "mg")),
                *(("dust", "mg/kg"), ("energy", "kWh/m³"), ("waste_water", "lít/m³")),
            )
        ),
        ({"name": "Điện thân thiện môi trường"}, "/name", "green_claim"),
        ({"source_en": "Eco-friendly power"}, "/source_en", "green_claim"),
        (
            {
                "before_from": "2026-12-01",
                "before_until": "2026-12-31",
                "after_from": None,
                "after_until": None,
            },
            *("/before_from", "period_not_over"),
        ),
        ({"before": "0"}, "/before", "baseline_not_positive"),
        ({"before": "-0.8"}, "/before", "baseline_not_positive"),
        ({"after": "0.4"}, "/reason", "implausible"),
        ({"after": "1.2"}, "/reason", "implausible"),
        ({"after": "0"}, "/reason", "implausible"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_its_reason_and_nothing_is_kept(
    case: Case, changes: dict[str, Any], pointer: str, rule: str
) -> None:
    with pytest.raises(problem.InvalidInput) as refused, transaction():
        operations.record(case.assessment, a_figure(**changes), case.us, now=NOW)
    assert rules_of(refused.value) == [(pointer, rule)]
    assert count(CleanerIndicator) == 0


def test_all_that_is_wrong_is_told_at_once(case: Case) -> None:
    given = a_figure(after="-1", before_unit="MJ", after_until="2026-07-30")
    with pytest.raises(problem.InvalidInput) as refused:
        operations.record(case.assessment, given, case.us, now=NOW)
    assert {rule for _, rule in rules_of(refused.value)} == {
        *("over_100", "units_differ", "periods_differ")
    }


def test_a_rare_change_is_kept_with_its_reason(case: Case) -> None:
    with transaction():
        given = a_figure(after="0.4", reason="Lò mới")
        operations.record(case.assessment, given, case.us, now=NOW)
    found = queries.find(case.assessment.id)
    assert found is not None
    (figure,) = found.indicators
    assert figure.reason.vi == "Lò mới"
    assert str(figure.claim.change) == "-50.00"


@pytest.mark.parametrize(
    "missing",
    [
        {"before": None, "before_unit": None},
        {"before_from": None, "before_until": None},
        {"after_from": None, "after_until": None},
        {"method": None},
    ],
)
def test_a_claim_without_baseline_period_or_method_is_kept_but_no_claim_and_is_not_checked(
    case: Case, missing: dict[str, Any]
) -> None:
    with transaction():
        made = operations.record(case.assessment, a_figure(**missing), case.us, now=NOW)
    (figure,) = queries.of_producer(case.assessment.producer_id)[0].indicators
    assert not figure.claim.is_whole
    with pytest.raises(problem.InvalidInput) as refused:
        operations.check(Ref(case.assessment.producer_id, made), "Xem", case.body, now=NOW)
    assert rules_of(refused.value) == [("/how", "claim_lacks")]


def test_a_newer_figure_of_the_same_name_replaces_the_older_one_which_stays(case: Case) -> None:
    with transaction():
        old = operations.record(case.assessment, a_figure("Điện"), case.us, now=NOW)
        new = operations.record(case.assessment, a_figure("điện", after="0.75"), case.us, now=NOW)
        other = operations.record(case.assessment, a_figure("Than"), case.us, now=NOW)
    (found,) = queries.of_producer(case.assessment.producer_id)
    assert {one.ref.id for one in found.indicators} == {new, other}
    assert count(CleanerIndicator) == 3
    with pytest.raises(problem.InvalidInput) as refused:
        operations.check(Ref(case.assessment.producer_id, old), "Xem", case.body, now=NOW)
    assert rules_of(refused.value) == [("/how", "indicator_replaced")]


def test_a_newer_figure_that_lacks_something_hides_no_whole_one(case: Case) -> None:
    with transaction():
        whole = operations.record(case.assessment, a_figure("Điện"), case.us, now=NOW)
        operations.check(Ref(case.assessment.producer_id, whole), "Xem", case.body, now=NOW)
        operations.record(case.assessment, a_figure("Điện", method=None), case.us, now=NOW)
        lacking = operations.record(
            case.assessment, a_figure("Điện", method=None), case.us, now=NOW
        )
    (found,) = queries.of_producer(case.assessment.producer_id)
    assert {one.ref.id: one.claim.is_whole for one in found.indicators} == {
        whole: True,
        lacking: False,
    }
    assert sums.kept() == sums.recomputed()
    assert sums.kept()[2026, "checked/energy"][0] == 1
    db.session.remove()
    with transaction():
        operations.record(case.assessment, a_figure("Điện"), case.us, now=NOW)
    (found,) = queries.of_producer(case.assessment.producer_id)
    assert [(one.ref.id == whole, one.check is None) for one in found.indicators] == [
        *((True, False), (False, True))
    ]
    assert all(one.claim.is_whole for one in found.indicators)
    assert sums.kept() == sums.recomputed()
    assert [sums.kept()[2026, f"{group}/energy"][0] for group in ("said", "checked")] == [2, 1]


@pytest.mark.parametrize("unit", ["mg/m³", "mg/Nm³", "mg/giỏ"])
def test_what_is_in_the_air_need_not_be_per_output(case: Case, unit: str) -> None:
    with transaction():
        dust = a_figure("Bụi", kind="dust", before_unit=unit, after_unit=unit)
        operations.record(case.assessment, dust, case.us, now=NOW)
    assert count(CleanerIndicator) == 1


def test_somebody_of_another_body_checks_once_and_a_colleague_is_told(case: Case) -> None:
    with transaction():
        made = operations.record(case.assessment, a_figure(), case.us, now=NOW)
        figure = Ref(case.assessment.producer_id, made)
        operations.check(figure, "Xem hóa đơn", case.body, now=NOW)
        operations.check(figure, "Xem hóa đơn", case.body, now=NOW)
    found = queries.find_indicator(made)
    assert found is not None
    assert found.check is not None
    assert found.check.how == "Xem hóa đơn"
    assert (found.check.body.vi or "").startswith("Cơ quan")
    colleague = Author(Ref(case.body.member.producer_id, new_id()), is_body=True)
    with pytest.raises(problem.InvalidInput) as refused:
        operations.check(figure, "Tôi cũng xem", colleague, now=NOW)
    assert rules_of(refused.value) == [("/how", "checked_already")]


def test_nobody_checks_his_own_establishment_or_his_own_figure(case: Case) -> None:
    with transaction():
        ours = operations.record(case.assessment, a_figure(), case.us, now=NOW)
        theirs = operations.record(case.assessment, a_figure("Than"), case.body, now=NOW)
    at_home = Author(case.us.member, is_body=True)
    for figure_id, by, rule in (
        (ours, case.us, "self_checked"),
        (ours, at_home, "self_checked"),
        (theirs, case.body, "own_figure"),
    ):
        figure = Ref(case.assessment.producer_id, figure_id)
        with pytest.raises(problem.InvalidInput) as refused:
            operations.check(figure, "Xem", by, now=NOW)
        assert rules_of(refused.value) == [("/how", rule)]
    stranger = Author(Ref(new_id(), new_id()), is_body=False)
    with pytest.raises(problem.NotFound):
        operations.check(Ref(case.assessment.producer_id, ours), "Xem", stranger, now=NOW)


def test_a_person_who_also_works_for_the_body_checks_nothing_of_his_own(case: Case) -> None:
    with transaction():
        figure_id = operations.record(case.assessment, a_figure(), case.us, now=NOW)
        account = create_account("lan", None, now=NOW)
        db.session.flush()
        for one in (case.us.member, case.body.member):
            membership = db.session.get_one(Membership, tuple(one))
            membership.account_id = account
    figure = Ref(case.assessment.producer_id, figure_id)
    with pytest.raises(problem.InvalidInput) as refused:
        operations.check(figure, "Xem", case.body, now=NOW)
    assert rules_of(refused.value) == [("/how", "self_checked")]
    given = {"id": new_id(), "product_id": None, "output_unit": "giỏ", "not_covered": "Sơn"}
    with pytest.raises(problem.NotFound):
        operations.open_assessment(case.assessment.producer_id, given, case.body, now=NOW)


def test_a_form_sent_again_with_other_words_is_told_and_loses_nothing(case: Case) -> None:
    measure, figure = a_measure(), a_figure()
    with transaction():
        operations.propose(case.assessment, measure, case.us, now=NOW)
        operations.record(case.assessment, figure, case.us, now=NOW)
        at = Ref(case.assessment.producer_id, measure["id"])
        operations.advance(at, step("chosen", "2026-11-01"), case.us, now=NOW)
    for again in (
        lambda: operations.propose(case.assessment, measure | {"title": "Khác"}, case.us, now=NOW),
        lambda: operations.record(
            case.assessment, figure | {"after": Decimal("0.75")}, case.us, now=NOW
        ),
    ):
        with pytest.raises(problem.ContentConflict):
            again()
    with pytest.raises(problem.InvalidInput) as refused:
        operations.advance(at, step("chosen", "2026-11-01", "HĐ 7788"), case.body, now=NOW)
    assert rules_of(refused.value) == [("/state", "measure_over")]


def test_the_database_itself_refuses_a_check_by_the_establishment(case: Case) -> None:
    with transaction():
        made = operations.record(case.assessment, a_figure(), case.us, now=NOW)
    own = {"producer_id": case.us.member.producer_id, "by_producer_id": case.us.member.producer_id}
    row = CleanerCheck(
        **own, indicator_id=made, how="x", by_member_id=case.us.member.id, checked_at=NOW
    )
    db.session.add(row)
    with pytest.raises(DatabaseError, match="by_another_body"):
        db.session.flush()
    db.session.rollback()


def test_a_measure_is_proposed_then_chosen_then_done(case: Case) -> None:
    with transaction():
        made = operations.propose(case.assessment, a_measure(), case.body, now=NOW)
        measure = Ref(case.assessment.producer_id, made)
        operations.advance(measure, step("chosen", "2026-01-05"), case.us, now=NOW)
        operations.advance(measure, step("chosen", "2026-01-05"), case.us, now=NOW)
        operations.advance(measure, step("done", "2026-02-01"), case.us, now=NOW)
    found = queries.find_measure(made)
    assert found is not None
    assert found.state == "done"
    assert str(found.done_on) == "2026-02-01"
    assert count(CleanerMeasureStep) == 2
    acts = select(AuditEntry.act).where(AuditEntry.producer_id == case.us.member.producer_id)
    found_acts = [act for act in db.session.scalars(acts) if act.startswith("measure.")]
    assert sorted(found_acts) == ["measure.chosen", "measure.done", "measure.proposed"]


@pytest.mark.parametrize(
    ("said", "pointer", "rule"),
    [
        ([step("chosen", "2026-01-04")], "/on", "before_proposed"),
        ([step("dropped", "2026-01-04")], "/on", "before_proposed"),
        ([step("done", "2026-02-01")], "/state", "not_chosen"),
        ([step("chosen", "2026-03-01"), step("done", "2026-02-28")], "/on", "before_proposed"),
        ([step("chosen", "2026-11-30")], "/on", "not_yet"),
        (
            [step("chosen", "2026-03-01"), step("done", "2026-03-01", "")],
            "/evidence",
            "no_evidence",
        ),
        ([step("chosen", "2026-03-01"), step("chosen", "2026-03-02")], "/state", "measure_over"),
        ([step("dropped", "2026-03-01"), step("chosen", "2026-03-02")], "/state", "measure_over"),
    ],
)
def test_what_is_said_of_a_measure_out_of_order_is_refused(
    case: Case, said: list[dict[str, Any]], pointer: str, rule: str
) -> None:
    with transaction():
        made = operations.propose(case.assessment, a_measure(), case.body, now=NOW)
    measure = Ref(case.assessment.producer_id, made)
    *before, last = said
    with transaction():
        for one in before:
            operations.advance(measure, one, case.us, now=NOW)
    with pytest.raises(problem.InvalidInput) as refused:
        operations.advance(measure, last, case.us, now=NOW)
    assert rules_of(refused.value) == [(pointer, rule)]
    assert count(CleanerMeasureStep) == len(before)


def test_a_photo_shows_what_was_done_and_one_more_is_not_lost_in_silence(case: Case) -> None:
    producer_id = case.assessment.producer_id
    with transaction():
        pictures = (jpeg((200, 90, 60)), jpeg((60, 90, 200)))
        one, two = (store(producer_id, one, is_public=False, now=NOW).hex() for one in pictures)
        made = operations.propose(case.assessment, a_measure(), case.us, now=NOW)
        measure = Ref(producer_id, made)
        operations.advance(measure, step("chosen", "2026-03-01"), case.us, now=NOW)
        done = step("done", "2026-04-01", "", (one,))
        for _ in range(2):
            operations.advance(measure, done, case.us, now=NOW)
    assert evidence.photos_of(measure) == {"done": [one]}
    more = step("done", "2026-04-01", "", (one, two))
    with pytest.raises(problem.InvalidInput) as refused:
        operations.advance(measure, more, case.us, now=NOW)
    assert rules_of(refused.value) == [("/state", "measure_over")]


def test_a_measure_is_not_proposed_tomorrow(case: Case) -> None:
    given = a_measure(proposed_on="2026-11-30")
    with pytest.raises(problem.InvalidInput) as refused:
        operations.propose(case.assessment, given, case.us, now=NOW)
    assert rules_of(refused.value) == [("/proposed_on", "not_yet")]


def test_a_form_sent_twice_says_it_once_and_an_id_of_others_is_not_found(case: Case) -> None:
    measure, figure = a_measure(), a_figure()
    for _ in range(2):
        with transaction():
            operations.propose(case.assessment, measure, case.us, now=NOW)
            operations.record(case.assessment, figure, case.us, now=NOW)
    assert (count(CleanerMeasure), count(CleanerIndicator)) == (1, 1)
    with pytest.raises(problem.NotFound):
        operations.propose(case.assessment, measure, case.body, now=NOW)


def test_nobody_hides_what_others_said_behind_its_id(case: Case) -> None:
    measure, figure = a_measure(), a_figure()
    with transaction():
        operations.propose(case.assessment, measure, case.us, now=NOW)
        operations.record(case.assessment, figure, case.us, now=NOW)
        other = business("Cơ sở khác", role="owner")
        assessment, _ = open_assessment(other, product(other, name="Giỏ"), "G-99")
    them = Author(Ref(other.producer_id, other.actor.member_id), is_body=False)
    with pytest.raises(problem.NotFound):
        operations.propose(assessment, measure, them, now=NOW)
    with pytest.raises(problem.NotFound):
        operations.record(assessment, figure, them, now=NOW)
    given = {"id": case.assessment.id, "product_id": None, "output_unit": "kg", "not_covered": "-"}
    with pytest.raises(problem.NotFound):
        operations.open_assessment(other.producer_id, given, case.body, now=NOW)


def test_no_stranger_writes_and_no_body_assesses_itself(case: Case) -> None:
    stranger = Author(Ref(new_id(), new_id()), is_body=False)
    with transaction():
        made = operations.propose(case.assessment, a_measure(), case.us, now=NOW)
        others = product(business("Minh"), name="Rổ")
    for act in (
        lambda: operations.propose(case.assessment, a_measure(), stranger, now=NOW),
        lambda: operations.record(case.assessment, a_figure(), stranger, now=NOW),
        lambda: operations.advance(
            Ref(case.assessment.producer_id, made), step("chosen", "2026-02-01"), stranger, now=NOW
        ),
    ):
        with pytest.raises(problem.NotFound):
            act()
    given = {"id": uuid4(), "product_id": None, "output_unit": "kg", "not_covered": "Kho"}
    for producer_id, by in (
        (case.body.member.producer_id, case.body),
        (case.us.member.producer_id, case.us),
        (uuid4(), case.body),
    ):
        with pytest.raises(problem.NotFound):
            operations.open_assessment(producer_id, given, by, now=NOW)
    about = given | {"product_id": others}
    with pytest.raises(problem.NotFound):
        operations.open_assessment(case.us.member.producer_id, about, case.body, now=NOW)


def test_what_was_said_is_never_changed(case: Case) -> None:
    with transaction():
        made = operations.propose(case.assessment, a_measure(), case.body, now=NOW)
        measure = Ref(case.assessment.producer_id, made)
        operations.advance(measure, step("chosen", "2026-01-05"), case.us, now=NOW)
        figure = operations.record(case.assessment, a_figure(), case.us, now=NOW)
        operations.check(Ref(case.assessment.producer_id, figure), "Xem", case.body, now=NOW)
    for table in TABLES:
        assert count(table) == 1
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.query(table).update({"by_member_id": new_id()})
        db.session.rollback()
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.query(table).delete()
        db.session.rollback()


def test_a_product_reads_its_own_assessments_and_those_of_the_whole_establishment(
    case: Case,
) -> None:
    producer_id = case.assessment.producer_id
    given = {"id": uuid4(), "product_id": None, "output_unit": "kg", "not_covered": "Kho"}
    with transaction():
        operations.open_assessment(producer_id, given, case.body, now=NOW)
    about = [one.output_unit.vi for one in queries.of_product(Ref(producer_id, case.product_id))]
    assert set(about) == {"giỏ G-12", "kg"}
    assert [one.output_unit.vi for one in queries.of_product(Ref(producer_id, uuid4()))] == ["kg"]
