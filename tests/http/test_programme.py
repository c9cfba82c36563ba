"""The programme by year: what is computed and what was published stand apart; officers write."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from tests.builders import business
from tests.conftest import AppMaker, close, settings_for
from tests.http.on_sale import page
from tests.http.reported import at_desk
from tests.lan import a_figure, open_assessment
from tests.signing_in import form
from tests.trade import numbers_in
from traceapp.app import create_app
from traceapp.chains import support
from traceapp.chains.schemas import SupportSchema
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.network import fairs, operations, sums
from traceapp.network.operations import Author
from traceapp.network.programme_models import (
    ProgrammeActivity,
    ProgrammePlan,
    ProgrammeTarget,
    PublishedFigure,
    PublishedTotal,
)
from traceapp.public.programme_views import MOST_ACTIVITIES
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

PLAN = {"year": "2026", "number": "12/KH", "signed_on": "05/03/2026", "targets": "30 cơ sở"}
AIMS = {"aims.establishments": "30", "aims.event": "2", "aims.energy": "-6,5"}
ACTIVITY = {"kind": "event", "title": "Chợ phiên", "on_day": "05/06/2026", "booths": "20"}
TOTAL = {"year": "2026", "source": "Báo A", "figures.measures": ">190", "figures.energy": "-6,5"}
TABLES = (
    *(ProgrammePlan, ProgrammeTarget, ProgrammeActivity),
    *(PublishedTotal, PublishedFigure),
)
SENT = {"plan": PLAN, "activity": ACTIVITY, "total": TOTAL}


@pytest.fixture
def demo(demo_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(demo_url, tmp_path, TRACEAPP_DEMO="1"))
    yield app
    close(app)


def part(html: str, name: str) -> str:
    """Give the section whose heading has this id."""
    return html.partition(f'id="{name}"')[2].partition("</section>")[0]


def test_the_fair_of_the_demo_names_its_twenty_booths(demo: Flask) -> None:
    with demo.app_context():
        query = select(ProgrammeActivity.activity_id).where(ProgrammeActivity.kind == "event")
        fair = fairs.find(db.session.scalars(query).one())
        assert fair is not None
        booths = fairs.booths_of(fair.ref)
    assert len(booths) == fair.count == 20
    assert len({one.producer_id for one in booths} - {None}) == 12
    assert all(one.name and one.shown.vi and one.shown.en for one in booths)
    said = page(demo.test_client(), f"/programme/fairs/{fair.ref.id}")
    assert said.count('href="/producers/') == 12


def test_published_totals_of_the_demo_stand_apart_from_what_is_computed(demo: Flask) -> None:
    reader = demo.test_client()
    said = page(reader, "/programme/2021")
    published, records = part(said, "published"), part(said, "records")
    for words in (
        ">185<",
        ">30<",
        "−2,52\u00a0%",
        "−6,5\u00a0%",
        "−12,5\u00a0%",
        "−9,1\u00a0%",
        "congthuong.vn",
    ):
        assert words in published
        assert words not in records
    assert "không có ghi chép nào" in records
    assert "55/KH-UBND" in said
    assert "09/03/2021" in said
    assert "&gt; 190" in part(page(reader, "/programme/2023"), "published")
    assert "&lt; −10\u00a0%" in part(page(reader, "/programme/2024"), "published")
    with demo.app_context():
        assert sums.kept() == sums.recomputed()
        year = max(year for (year, subject) in sums.kept() if subject.startswith("checked/"))
    said = page(reader, f"/programme/{year}?lang=en", language="en")
    assert re.search(r"Mean change, checked figures", part(said, "records"))
    assert "No published totals" in part(said, "published")
    index = page(reader, "/programme?lang=vi")
    for year in (2021, 2023, 2024):
        assert f'href="/programme/{year}"' in index


def test_what_is_of_no_year_is_not_found(demo: Flask) -> None:
    for path in ("2022", "1999", "2101", "abc", "20211"):
        assert demo.test_client().get(f"/programme/{path}").status_code == 404


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app()


@pytest.fixture
def officer(app: Flask) -> FlaskClient:
    with app.app_context(), transaction():
        office = business("Cơ quan quản lý", kinds=("authority",), role="officer")
    return at_desk(app, office)


def test_an_officer_writes_a_plan_an_activity_and_totals_once_each(
    app: Flask, officer: FlaskClient
) -> None:
    assert "Chưa ghi gì về năm nào" in page(app.test_client(), "/programme")
    for name, typed in SENT.items():
        sent = form(app, id=str(uuid4()), **typed)
        for _ in range(2):
            answer = officer.post(f"/desk/programme/{name}/new", data=sent)
            assert answer.status_code == 303
            booths = f"/desk/programme/fairs/{sent['id']}"
            told = booths if name == "activity" else "/programme/2026"
            assert answer.headers["Location"] == told
    assert "Mọi người đọc được ở trang này" in officer.get("/programme/2026").text
    assert "Mọi người đọc được ở trang này" not in officer.get("/programme/2026").text
    said = page(app.test_client(), "/programme/2026")
    for words in (
        "12/KH",
        "30 cơ sở",
        "Chợ phiên",
        "20 gian hàng",
        "&gt; 190",
        "−6,5\u00a0%",
        "Báo A",
    ):
        assert said.count(words) == 1, words
    newer = form(app, id=str(uuid4()), **(PLAN | {"number": "15/KH"}))
    assert officer.post("/desk/programme/plan/new", data=newer).status_code == 303
    said = page(app.test_client(), "/programme/2026")
    assert "15/KH" in said
    assert "12/KH" not in said


def test_a_plan_tells_how_far_its_targets_came(app: Flask, officer: FlaskClient) -> None:
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
        assessment, body = open_assessment(lan, None, "chè")
        us = Author(Ref(lan.producer_id, lan.actor.member_id), is_body=False)
        now = datetime(2026, 11, 29, 5, tzinfo=UTC)
        made = Ref(lan.producer_id, operations.record(assessment, a_figure(), us, now=now))
    sent = [("plan", PLAN | AIMS), ("activity", ACTIVITY)]
    for name, typed in sent:
        path = f"/desk/programme/{name}/new"
        assert officer.post(path, data=form(app, id=str(uuid4()), **typed)).status_code == 303
    assert targets(app) == {
        "Establishments where a measure is done": ("30", "0"),
        "Fair or event": ("2", "1"),
        "Energy": ("−6.50%", "–"),
    }
    with app.app_context(), transaction():
        operations.check(made, "Xem hóa đơn", body, now=now)
    assert targets(app)["Energy"] == ("−6.50%", "−6.50%")


def test_help_beside_activities_counts_where_help_was_planned(
    app: Flask, officer: FlaskClient
) -> None:
    plan = PLAN | {"aims.training": "2", "aims.visit": "1"}
    path = "/desk/programme/plan/new"
    assert officer.post(path, data=form(app, id=str(uuid4()), **plan)).status_code == 303
    with app.app_context(), transaction():
        lan, office = business("HTX Lan", role="owner"), business("Chi cục", kinds=("authority",))
        for day in ("2025-12-31", "2026-01-01"):
            told = {"id": str(uuid4()), "kind": "training", "on_day": day, "given_by": "Đội"}
            by = Ref(office.producer_id, office.actor.member_id)
            given = SupportSchema().load(told)
            support.give(lan.producer_id, given, by, now=datetime(2026, 11, 29, tzinfo=UTC))
    assert targets(app) == {"Training": ("2", "1"), "Support visit": ("1", "0")}


def test_a_year_keeps_what_was_published_apart_from_what_its_records_give(
    app: Flask, officer: FlaskClient
) -> None:
    with app.app_context(), transaction():
        assessment, body = open_assessment(business("HTX Lan", role="owner"), None, "chè")
        us = Author(Ref(assessment.producer_id, new_id()), is_body=False)
        now = datetime(2026, 11, 29, 5, tzinfo=UTC)
        made = Ref(assessment.producer_id, operations.record(assessment, a_figure(), us, now=now))
        operations.check(made, "Xem hóa đơn", body, now=now)
    others = TOTAL | {"figures.energy": "-9,1"}
    sent = form(app, id=str(uuid4()), **others)
    assert officer.post("/desk/programme/total/new", data=sent).status_code == 303
    said = page(app.test_client(), "/programme/2026")
    records, published = part(said, "records"), part(said, "published")
    assert re.findall(r"[−+][\d,]+", records) == ["−6,50", "−6,50"]
    assert re.findall(r"[−+][\d,]+", published) == ["−9,1"]
    assert "&gt; 190" in published
    assert "190" not in numbers_in(records)
    assert "Báo A" in published
    assert "Báo A" not in records
    assert said.count("−9,1") == 1
    assert said.count("−6,50") == 2


def targets(app: Flask) -> dict[str, tuple[str, str]]:
    said = page(app.test_client(), "/programme/2026?lang=en", language="en")
    row = r'data-label="Target">(.*?)</td>.*?"Planned">(.*?)</td>.*?<b>(.*?)</b>'
    return {name: (wanted, reached) for name, wanted, reached in re.findall(row, said)}


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("plan", {"signed_on": "01/01/2099"}),
        ("plan", {"year": "1999"}),
        ("activity", {"on_day": "31/12/1999"}),
        ("plan", {"targets": ""}),
        ("plan", {"aims.done": "0"}),
        ("plan", {"aims.energy": "2,5"}),
        ("plan", {"aims.energy": "-2,555"}),
        ("plan", {"aims.energy": "-100,01"}),
        ("activity", {"on_day": "01/01/2099"}),
        ("activity", {"kind": "xanh"}),
        ("activity", {"booths": "-1"}),
        ("total", {"figures.energy": "-100,01"}),
        ("total", {"figures.measures": "khoảng 190"}),
        ("total", {"figures.measures": "190,5"}),
        ("total", {"figures.measures": "-30"}),
        ("total", {"figures.measures": "", "figures.energy": ""}),
        ("total", {"source": ""}),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    app: Flask, officer: FlaskClient, name: str, changes: dict[str, str]
) -> None:
    typed = {"id": str(uuid4()), **SENT[name], **changes}
    answer = officer.post(f"/desk/programme/{name}/new", data=form(app, **typed))
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    with app.app_context():
        for table in TABLES:
            assert db.session.scalars(select(table)).all() == []


def test_nobody_else_writes_and_nothing_is_changed(app: Flask, officer: FlaskClient) -> None:
    with app.app_context(), transaction():
        others = [
            business("HTX Lan", role="owner"),
            business("Cơ quan hai", kinds=("authority",), role="inspector"),
        ]
    for name, typed in SENT.items():
        path = f"/desk/programme/{name}/new"
        for other in others:
            reader = at_desk(app, other)
            assert reader.get(path).status_code == 404
            assert reader.post(path, data=form(app, x="y")).status_code == 404
        assert officer.post(path, data=form(app, id=str(uuid4()), **typed)).status_code == 303
    for table in (ProgrammePlan, ProgrammeActivity, PublishedTotal, PublishedFigure):
        with app.app_context(), pytest.raises(DatabaseError, match="append-only"):
            db.session.query(table).delete()


def test_more_activities_than_fit_the_year_are_told_and_all_are_on_their_own_page(
    app: Flask, officer: FlaskClient
) -> None:
    kinds = ("training", "visit")
    for number in range(MOST_ACTIVITIES + 1):
        typed = {"title": f"Tập huấn số {number:03}", "on_day": "05/03/2026"}
        sent = form(app, id=str(uuid4()), kind=kinds[number % 2], **typed)
        assert officer.post("/desk/programme/activity/new", data=sent).status_code == 303
    shopper, year, rest = app.test_client(), "/programme/2026", "/programme/2026/activities"
    said = page(shopper, year)
    assert f"Ở đây là {MOST_ACTIVITIES} hoạt động mới nhất." in said
    assert f'href="{rest}"' in said
    assert page(shopper, rest).count("Tập huấn số") == MOST_ACTIVITIES + 1
    assert page(shopper, f"{rest}?q=tap+huan+042").count("Tập huấn số") == 1
    visits = shopper.get(f"{rest}?q=ho+tro&format=csv").text.splitlines()
    assert len(visits) == 1 + (MOST_ACTIVITIES + 1) // 2
    assert "Không có hoạt động nào khớp." in page(shopper, f"{rest}?q=khong-co")
    assert shopper.get("/programme/2031/activities").status_code == 404
