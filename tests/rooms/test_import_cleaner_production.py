"""Tables of cleaner production: each fault at its cell, all or nothing, and the same file again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.builders import Business, business, product
from traceapp.accounts.operations import create_account
from traceapp.batches.operations import Actor
from traceapp.database.engine import Base, db
from traceapp.exchange import operations
from traceapp.exchange.report import Report
from traceapp.network import queries, sums
from traceapp.network.models import (
    CleanerAssessment,
    CleanerCheck,
    CleanerIndicator,
    CleanerMeasure,
    CleanerMeasureStep,
)
from traceapp.network.programme_models import ProgrammeSum
from traceapp.producers import operations as producers
from traceapp.producers.models import Membership
from traceapp.web.csv_text import lines
from traceapp.web.endpoints import transaction

NOW = datetime(2026, 11, 29, 5, tzinfo=UTC)
TABLES: tuple[type[Base], ...] = (
    *(CleanerAssessment, CleanerMeasure, CleanerMeasureStep, CleanerIndicator, CleanerCheck),
    ProgrammeSum,
)
ASSESSMENT = {
    "external_id": "A1",
    "establishment": "HTX Lan",
    "product": "Giỏ mây",
    "output_unit": "giỏ G-12",
    "not_covered": "Kho",
}
MEASURE = {
    "external_id": "M1",
    "establishment": "HTX Lan",
    "assessment": "A1",
    "kind": "Năng lượng",
    "title": "Bịt khe lò",
    "cost": "1.500.000,0",
    "proposed_on": "05/01/2026",
    "chosen_on": "10/01/2026",
    "done_on": "20/01/2026",
    "evidence": "Hóa đơn 12",
}
FIGURE = {
    "external_id": "F1",
    "establishment": "HTX Lan",
    "assessment": "A1",
    "kind": "energy",
    "name": "Điện",
    "before": "0,8",
    "before_unit": "kWh/giỏ",
    "before_from": "01/07/2025",
    "before_until": "31/12/2025",
    "after": "0,748",
    "after_unit": "kWh/giỏ",
    "after_from": "01/02/2026",
    "after_until": "31/07/2026",
    "method": "Hóa đơn",
}


@dataclass(frozen=True, slots=True)
class Case:
    """Lan's establishment, a neighbour's, and two officers of one authority."""

    lan: Business
    office: Business
    colleague: Actor


@pytest.fixture
def case(app: Flask) -> Case:
    with transaction():
        lan = business("HTX Lan", role="owner")
        product(lan, name="Giỏ mây")
        business("Xưởng Tùng", role="owner")
        office = business("Cơ quan quản lý", kinds=("authority",), role="officer")
        hoa = {"name": "Hoa", "roles": ["officer"]}
        member = producers.add_member(office.producer_id, hoa)
    return Case(lan, office, Actor(office.producer_id, member))


def table(rows: Sequence[dict[str, str]]) -> bytes:
    header = list(dict.fromkeys(name for row in rows for name in row))
    return "".join(lines(header, [[row.get(name, "") for name in header] for row in rows])).encode()


def bring(actor: Actor, kind: str, *rows: dict[str, str], all_or_nothing: bool = True) -> Report:
    with transaction():
        return operations.bring_in(actor, kind, table(rows), all_or_nothing=all_or_nothing, now=NOW)


def told(report: Report) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.heading, fault.finding.rule) for fault in report.faults]


def counts() -> list[int]:
    found = [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]
    db.session.rollback()
    return found


def opened(case: Case) -> None:
    assert bring(case.office.actor, "assessments", ASSESSMENT).is_kept


def test_three_tables_make_an_assessment_that_can_be_shown_and_the_same_again_nothing(
    case: Case,
) -> None:
    by = case.office.actor
    for kind, row in (("assessments", ASSESSMENT), ("measures", MEASURE), ("figures", FIGURE)):
        report = bring(by, kind, row)
        assert report.counts == {"new": 1, "changed": 0, "same": 0, "wrong": 0}, told(report)
    (found,) = queries.of_producer(case.lan.producer_id)
    assert found.product is not None
    assert [one.state for one in found.measures] == ["done"]
    assert [str(one.claim.change) for one in found.indicators] == ["-6.50"]
    assert sums.kept() == sums.recomputed()
    before = counts()
    for actor in (by, case.colleague):
        for kind, row in (("assessments", ASSESSMENT), ("measures", MEASURE), ("figures", FIGURE)):
            report = bring(actor, kind, row)
            assert report.counts == {"new": 0, "changed": 0, "same": 1, "wrong": 0}, told(report)
    assert counts() == before


BAD: list[tuple[str, dict[str, str], str, str]] = [
    ("figures", {"before_unit": "MJ/giỏ"}, "after_unit", "units_differ"),
    ("figures", {"after_until": "30/07/2026"}, "after_until", "periods_differ"),
    ("figures", {"after_from": "31/12/2025"}, "after_from", "periods_overlap"),
    ("figures", {"after": "1,61", "reason": "Lò mới"}, "after", "over_100"),
    ("figures", {"after": "-0,1"}, "after", "over_100"),
    ("figures", {"after": "0,3", "reason": ""}, "reason", "implausible"),
    ("figures", {"after": "ít"}, "after", "number"),
    ("figures", {"kind": "Âm thanh"}, "kind", "unknown_word"),
    ("figures", {"name": "Điện thân thiện môi trường"}, "name", "green_claim"),
    ("figures", {"checked": "Xem hóa đơn"}, "checked", "own_figure"),
    ("figures", {"establishment": "Xưởng Tùng"}, "assessment", "no_assessment"),
    ("figures", {"assessment": "A9"}, "assessment", "no_assessment"),
    ("figures", {"establishment": "HTX Mai"}, "establishment", "unknown_establishment"),
    ("figures", {"establishment": "Cơ quan quản lý"}, "establishment", "own_establishment"),
    ("figures", {"establishment": ""}, "establishment", "required"),
    ("measures", {"chosen_on": "04/01/2026"}, "chosen_on", "before_proposed"),
    ("measures", {"done_on": "04/01/2026"}, "done_on", "before_proposed"),
    ("measures", {"done_on": "09/01/2026"}, "done_on", "before_proposed"),
    ("measures", {"chosen_on": ""}, "done_on", "not_chosen"),
    ("measures", {"evidence": ""}, "evidence", "no_evidence"),
    ("measures", {"dropped_on": "21/01/2026"}, "dropped_on", "measure_over"),
    ("measures", {"proposed_on": "30/11/2026"}, "proposed_on", "not_yet"),
    ("measures", {"done_on": "30/11/2026"}, "done_on", "not_yet"),
    ("measures", {"title": ""}, "title", "required"),
    ("measures", {"cost": "-5"}, "cost", "out_of_range"),
    ("assessments", {"product": "Nón lá"}, "product", "not_found"),
    ("assessments", {"output_unit": ""}, "output_unit", "required"),
    ("assessments", {"establishment": "Cơ quan quản lý"}, "establishment", "own_establishment"),
    ("assessments", {"establishment": "Ma"}, "establishment", "unknown_establishment"),
]
GOOD = {"assessments": ASSESSMENT, "measures": MEASURE, "figures": FIGURE}


@pytest.mark.parametrize(("kind", "changes", "column", "rule"), BAD)
def test_a_bad_row_is_refused_at_its_cell_and_nothing_of_the_table_is_written(
    case: Case, kind: str, changes: dict[str, str], column: str, rule: str
) -> None:
    if kind != "assessments":
        opened(case)
    before = counts()
    good = GOOD[kind] | {"external_id": "G1"}
    bad = GOOD[kind] | {"external_id": "B1"} | changes
    report = bring(case.office.actor, kind, good, bad)
    assert told(report) == [(3, column, rule)]
    assert not report.is_kept
    assert counts() == before
    report = bring(case.office.actor, kind, good, bad, all_or_nothing=False)
    assert not report.is_kept
    assert counts() == before
    assert sums.kept() == sums.recomputed()


def test_an_establishment_brings_in_its_own_and_never_checks_it(case: Case) -> None:
    opened(case)
    lan, own = case.lan.actor, FIGURE | {"establishment": "", "assessment": ""}
    report = bring(lan, "figures", own | {"checked": "Tự xem"})
    assert told(report) == [(2, "checked", "self_checked")]
    assert bring(lan, "figures", own).counts["new"] == 1
    assert bring(lan, "measures", MEASURE | {"establishment": "htx lan"}).counts["new"] == 1
    for name in ("Xưởng Tùng", "Ma"):
        report = bring(lan, "figures", own | {"establishment": name})
        assert told(report) == [(2, "establishment", "another_establishment")]
    report = bring(lan, "assessments", ASSESSMENT)
    assert report.counts["wrong"] == 1
    assert counts()[0] == 1


def test_a_body_checks_by_table_what_the_establishment_or_a_colleague_recorded(case: Case) -> None:
    opened(case)
    checked = FIGURE | {"external_id": "K1", "checked": "Xem sáu hóa đơn"}
    bring(case.lan.actor, "figures", FIGURE | {"establishment": "", "external_id": "SL-1"})
    report = bring(case.office.actor, "figures", checked)
    assert report.counts == {"new": 0, "changed": 1, "same": 0, "wrong": 0}, told(report)
    assert bring(case.office.actor, "figures", checked).counts["same"] == 1
    (figure,) = queries.of_producer(case.lan.producer_id)[0].indicators
    assert figure.check is not None
    assert figure.check.how == "Xem sáu hóa đơn"
    db.session.rollback()
    report = bring(case.colleague, "figures", checked | {"checked": "Xem đồng hồ"})
    assert told(report) == [(2, "checked", "checked_already")]
    assert sums.kept() == sums.recomputed()


def test_what_comes_later_is_added_and_what_is_recorded_never_changed(case: Case) -> None:
    opened(case)
    by = case.office.actor
    first = MEASURE | {"chosen_on": "", "done_on": "", "evidence": ""}
    assert bring(by, "measures", first).counts["new"] == 1
    assert bring(case.colleague, "measures", MEASURE).counts["changed"] == 1
    assert bring(by, "measures", first).counts["same"] == 1
    for change, column in (
        ({"title": "Thay lò"}, "title"),
        ({"cost": "7"}, "cost"),
        ({"proposed_on": "06/01/2026"}, "proposed_on"),
    ):
        assert told(bring(by, "measures", MEASURE | change)) == [(2, column, "differs")]
    report = bring(by, "measures", MEASURE | {"done_on": "21/01/2026"})
    assert told(report) == [(2, "done_on", "measure_over")]
    bring(by, "figures", FIGURE)
    for change, column in (
        ({"after": "0,75"}, "after"),
        ({"before_unit": "MJ/giỏ"}, "before_unit"),
    ):
        assert told(bring(by, "figures", FIGURE | change)) == [(2, column, "differs")]
    changed = ASSESSMENT | {"not_covered": "Sân"}
    assert told(bring(by, "assessments", changed)) == [(2, "not_covered", "differs")]


def test_rows_without_an_id_of_their_own_are_known_by_what_they_say(case: Case) -> None:
    opened(case)
    row = MEASURE | {"external_id": "", "done_on": "", "evidence": ""}
    assert bring(case.office.actor, "measures", row).counts["new"] == 1
    done = MEASURE | {"external_id": ""}
    assert bring(case.office.actor, "measures", done).counts["changed"] == 1
    report = bring(case.office.actor, "measures", done, done)
    assert [fault.finding.rule for fault in report.faults] == ["twice"]


def test_an_establishment_with_several_assessments_is_asked_which_one(case: Case) -> None:
    opened(case)
    bring(case.office.actor, "assessments", ASSESSMENT | {"external_id": "A2", "product": ""})
    row = MEASURE | {"assessment": ""}
    report = bring(case.office.actor, "measures", row)
    assert told(report) == [(2, "establishment", "several")]
    assert bring(case.office.actor, "measures", row | {"product": "Giỏ mây"}).is_kept
    here = db.session.scalars(select(CleanerAssessment.assessment_id)).all()
    db.session.rollback()
    named = [row | {"external_id": str(n), "assessment": str(one)} for n, one in enumerate(here)]
    assert bring(case.office.actor, "measures", *named).counts["new"] == 2


def test_two_establishments_of_one_name_are_told_apart_by_their_commune(case: Case) -> None:
    with transaction():
        business("HTX Lan")
    row = ASSESSMENT | {"product": ""}
    for name in ("HTX Lan", "HTX Lan, Bát Tràng", "HTX Lan, Phú Nghĩa"):
        report = bring(case.office.actor, "assessments", row | {"establishment": name})
        rule = "unknown_establishment" if name.endswith("Nghĩa") else "several"
        assert told(report) == [(2, "establishment", rule)]


def test_somebody_who_works_for_both_assesses_neither_by_table(case: Case) -> None:
    with transaction():
        account = create_account("hoa", None, now=NOW)
        db.session.flush()
        for one in (case.colleague, case.lan.actor):
            key = (one.producer_id, one.member_id)
            db.session.get_one(Membership, key).account_id = account
    report = bring(case.colleague, "assessments", ASSESSMENT)
    assert told(report) == [(2, "establishment", "own_establishment")]


def test_a_dry_run_says_the_same_and_writes_nothing(case: Case) -> None:
    before: Any = counts()
    with transaction():
        report = operations.dry_run(case.office.actor, "assessments", table([ASSESSMENT]), now=NOW)
    assert report.counts["new"] == 1
    assert counts() == before
