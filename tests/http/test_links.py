"""Who supplies whom: stated and proven stand apart; who is named; surveys are kept whole or not."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.exc import DatabaseError

from tests.builders import Business, business
from tests.conftest import AppMaker, close, settings_for
from tests.http.on_sale import page
from tests.http.reported import at_desk
from tests.participants import joined
from tests.signing_in import form
from tests.trade import Trade
from traceapp.app import create_app
from traceapp.batches import operations as batches
from traceapp.chains.vocabulary import CHAINS
from traceapp.codes.models import PublicCode
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.links import book, operations, sides, views
from traceapp.links.models import LinkChoice, SectorSurvey, StatedLink, SurveyParty
from traceapp.links.schemas import SurveySchema
from traceapp.links.vocabulary import CHAIN_OF_SECTOR, NO_SECTOR, PAGES, SECTORS
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

NOW = datetime(2026, 11, 29, 5, tzinfo=UTC)
ABOUT = {"sector": "food", "year": "2025", "made_by": "Nhóm khảo sát", "asked": "4"}
LINK = {
    "links.0.sender.name": "Kho giống Bãi",
    "links.0.sender.role": "supplier",
    "links.0.sender.place": "bat trang",
    "links.0.sender.kind": "business",
    "links.0.receiver.name": "Xưởng Minh",
    "links.0.receiver.role": "producer",
    "links.0.supplied": "Hạt giống",
}
TABLES = (SectorSurvey, SurveyParty, StatedLink)
HEADER = (
    "sender_role,sender,sender_place,receiver_role,receiver,receiver_place,supplied,sender_kind\n"
)


@pytest.fixture
def demo(demo_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(demo_url, tmp_path, TRACEAPP_DEMO="1"))
    yield app
    close(app)


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app()


@pytest.fixture
def trade(app: Flask) -> Trade:
    with app.app_context():
        made = Trade.delivered()
        db.session.rollback()
        with transaction():  # its page answers as one on sale does
            db.session.execute(update(PublicCode).values(state=CodeState.ACTIVE))
        return made


@pytest.fixture
def office(app: Flask, trade: Trade) -> Business:
    with app.app_context(), transaction():
        return business("Cơ quan quản lý", kinds=("authority",), role="officer")


@pytest.fixture
def officer(app: Flask, office: Business) -> FlaskClient:
    return at_desk(app, office)


def kept(app: Flask) -> list[int]:
    with app.app_context():
        return [db.session.scalar(select(func.count()).select_from(one)) or 0 for one in TABLES]


def part(html: str, name: str) -> str:
    """Give the section whose heading has this id."""
    return html.partition(f'id="t-{name}"')[2].partition("</section>")[0]


def rows(reader: FlaskClient, sector: str, name: str) -> list[list[str]]:
    answer = reader.get(f"/links/{sector}/{name}.csv?lang=en")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))[1:]


def send(app: Flask, officer: FlaskClient, **typed: str) -> tuple[int, str]:
    sent = form(app, id=str(uuid4()), **{**ABOUT, **LINK, **typed})
    answer = officer.post("/desk/surveys/new", data=sent)
    return answer.status_code, answer.text


def link(sender: tuple[str, str], receiver: tuple[str, str], place: str | None = None) -> object:
    more = {"place": place, "kind": "business"} if place else {}
    ends = ({"role": role, "name": name, **more} for role, name in (sender, receiver))
    return dict(zip(("sender", "receiver"), ends, strict=True)) | {"supplied": "Rau"}


def survey(office: Business, *links: object, minutes: int = 0, **about: str) -> UUID:
    """Write a survey down, of food where nothing else is said, so many minutes after NOW."""
    said = ABOUT | {"made_by": "Nhóm khảo sát"} | about
    given = SurveySchema().load({**said, "id": str(uuid4()), "links": list(links)})
    by = Ref(office.producer_id, office.actor.member_id)
    db.session.rollback()
    with transaction():
        return operations.record_survey(given, by, now=NOW + timedelta(minutes=minutes))


MINH, HOA = ("producer", "Xưởng Minh"), ("distributor", "Quầy Hoa")


def test_every_sector_of_the_demo_has_a_survey_and_shows_what_is_missing(demo: Flask) -> None:
    reader = demo.test_client()
    said = page(reader, "/links?lang=en", language="en")
    for sector, words in SECTORS.items():
        assert words in said
        with demo.app_context():
            web, _sides = views.woven(sector, views.kept(datetime.now(UTC)))
        assert len(web.surveys) == 1
        shown = page(reader, f"/links/{sector}?lang=en", language="en")
        assert shown.count("<svg class=") >= 4
        stated = rows(reader, sector, "stated")
        assert len(stated) == sum(len(edge.stated) for edge in web.stated) > 0
        for row in stated:
            assert row[0] in shown
    crafts = rows(reader, "crafts", "proven")
    assert [row[3] for row in crafts] == ["Ho Tay Clean Food Shop (demo)"]
    assert ["Nobody in this role", "Buyers", ""] in rows(reader, "ceramics", "missing")
    assert any(row[0].startswith("Stated, no") for row in rows(reader, "food", "missing"))


def test_the_name_of_a_private_person_of_the_demo_is_nowhere(demo: Flask) -> None:
    said = page(demo.test_client(), "/links/food?lang=vi")
    assert "Cá nhân số 1" in said
    assert "lá chuối (mẫu)" not in said
    with demo.app_context():
        names = db.session.scalars(select(SurveyParty.name)).all()
        assert not any("lá chuối" in (name or "") for name in names)


def test_what_is_stated_and_what_is_proven_stand_apart(
    app: Flask, trade: Trade, office: Business
) -> None:
    reader = app.test_client()
    with app.app_context():
        survey(office, link(MINH, HOA))
    assert rows(reader, "food", "stated")[0][0] == "Xưởng Minh"
    proven = rows(reader, "food", "proven")
    assert [(row[0], row[3], row[6]) for row in proven] == [("Xưởng Minh", "Quầy Hoa", "1")]
    assert proven[0][9] == "–"  # neither let its kilograms be shown
    said = page(reader, "/links/food?lang=en", language="en")
    for kind in ("stated", "proven"):
        assert len(re.findall(rf'<path class="{kind}" d="[^"]+" marker-end', said)) >= 2
    assert rows(reader, "food", "missing") == [
        ["Nobody in this role", "Suppliers", ""],
        ["Nobody in this role", "Buyers", ""],
        ["No supplier is known", "Xưởng Minh", "xã Bát Tràng, Hà Nội"],
    ]


def test_a_stated_link_without_a_delivery_and_a_sender_without_one_are_missing(
    app: Flask, trade: Trade, office: Business
) -> None:
    with app.app_context(), transaction():
        business("Xưởng Tùng")
    with app.app_context():
        survey(office, link(("producer", "Xưởng Tùng"), HOA))
    missing = rows(app.test_client(), "food", "missing")
    assert ["Stated, no delivery that may be named", "Xưởng Tùng → Quầy Hoa", ""] in missing
    assert "No receiver of its goods may be named" in {row[0] for row in missing}
    proven = rows(app.test_client(), "food", "proven")  # a survey names Hoa, who received it
    assert [(row[0], row[3]) for row in proven] == [("Xưởng Minh", "Quầy Hoa")]


def choose(app: Flask, who: Business, *, names: bool, kilograms: bool = False) -> None:
    by = Ref(who.producer_id, who.actor.member_id)
    given = {"id": uuid4(), "names_links": names, "shows_kilograms": kilograms}
    with app.app_context(), transaction():
        operations.choose(given, by, now=datetime.now(UTC))
    with app.app_context():
        views.forget()


def test_members_of_a_chain_without_any_link_are_missing_in_its_sector(
    app: Flask, trade: Trade, office: Business
) -> None:
    with app.app_context(), transaction():
        alone, hidden, weaver = (business(name) for name in ("Vườn Bách", "Vườn Kín", "Xưởng Sa"))
        for one, chain in ((alone, "safe_food"), (hidden, "safe_food"), (weaver, "craft_village")):
            joined(one, chain)
        joined(trade.minh)  # whose deliveries are known
    choose(app, hidden, names=False)

    def without_link(sector: str) -> list[str]:
        said = rows(app.test_client(), sector, "missing")
        return [row[1] for row in said if row[0] == "In the chain, and no link of it is known"]

    found = {sector: without_link(sector) for sector in SECTORS}
    assert {sector: names for sector, names in found.items() if names} == {
        "food": ["Vườn Bách"],
        "crafts": ["Xưởng Sa"],
    }
    of_chain = app.test_client().get("/programme/chains/safe_food").text
    assert "2 thành viên chưa biết liên kết nào" in of_chain  # counted, whoever may be named
    assert "Chưa ghi khảo sát nào" in of_chain
    with app.app_context():
        survey(office, link(("producer", "Vườn Bách"), HOA))
        views.forget()
    assert without_link("food") == []
    of_chain = app.test_client().get("/programme/chains/safe_food").text
    assert "1 thành viên chưa biết liên kết nào" in of_chain
    assert "Chưa có ai trong vai: " in of_chain


def proven_by_sector(app: Flask) -> dict[str, list[tuple[str, str]]]:
    with app.app_context():
        views.forget()
    told = {sector: rows(app.test_client(), sector, "proven") for sector in PAGES}
    return {sector: [(one[0], one[3]) for one in found] for sector, found in told.items() if found}


def counted(app: Flask) -> dict[str, str]:
    """Give how many proven links the list of sectors tells of each that has any."""
    said = page(app.test_client(), "/links?lang=en", language="en")
    row = r'href="/links/(\w+)">.*?data-label="Links proven">(\d+)</td>'
    return {key: count for key, count in re.findall(row, said, re.DOTALL) if count != "0"}


def test_a_proven_link_is_on_a_page_whoever_a_survey_or_a_chain_names(
    app: Flask, trade: Trade, office: Business
) -> None:
    link_of_minh = [("Xưởng Minh", "Quầy Hoa")]
    assert proven_by_sector(app) == {NO_SECTOR: link_of_minh}
    assert counted(app) == {NO_SECTOR: "1"}
    for language, words in {"en": "No sector", "vi": "Không thuộc ngành nào"}.items():
        said = page(app.test_client(), f"/links/{NO_SECTOR}?lang={language}", language=language)
        assert words in said
        assert len(re.findall(r'<path class="proven" d="[^"]+" marker-end', said)) >= 2
        assert 'class="stated" d="M0 4' in said  # the legend alone
        assert not re.findall(r'<path class="stated" d="[^"]+" marker-end', said)
    with app.app_context(), transaction():
        joined(trade.hoa, "textile_fashion")
    assert proven_by_sector(app) == {"textiles": link_of_minh}
    with app.app_context():
        survey(office, link(("producer", "Xưởng lạ"), HOA, "Bát Tràng"))
    assert proven_by_sector(app) == {"food": link_of_minh}
    with app.app_context(), transaction():
        joined(trade.minh, "craft_village")
        joined(trade.minh, "home_appliances")
    both = {"crafts": link_of_minh, "household_appliances": link_of_minh}
    assert proven_by_sector(app) == both
    assert counted(app) == dict.fromkeys(both, "1")
    with app.app_context():
        survey(office, link(MINH, HOA), minutes=1)
    assert proven_by_sector(app) == {"food": link_of_minh}


def test_a_proven_link_of_no_sector_that_is_not_to_be_named_is_counted_there(
    app: Flask, trade: Trade
) -> None:
    choose(app, trade.minh, names=False)
    assert proven_by_sector(app) == {}
    assert counted(app) == {NO_SECTOR: "1"}
    said = page(app.test_client(), f"/links/{NO_SECTOR}?lang=vi")
    assert "Xưởng Minh" not in said
    assert "Còn 1 liên kết đã chứng minh" in said


@pytest.mark.parametrize("side", ["minh", "hoa"])
def test_either_side_keeps_a_link_out_of_the_public_and_it_is_still_counted(
    app: Flask, trade: Trade, office: Business, side: str
) -> None:
    with app.app_context():
        survey(office, link(MINH, HOA))
    choose(app, getattr(trade, side), names=False)
    said = page(app.test_client(), "/links/food?lang=vi")
    for name in ("Xưởng Minh", "Quầy Hoa"):
        assert name not in said
    assert "Còn 1 liên kết theo khảo sát" in said
    assert "Còn 1 liên kết đã chứng minh" in said
    for name in ("stated", "proven"):
        assert rows(app.test_client(), "food", name) == []
    choose(app, getattr(trade, side), names=True)
    assert "Xưởng Minh" in page(app.test_client(), "/links/food")


def test_kilograms_are_shown_where_both_sides_let_them_be(
    app: Flask, trade: Trade, office: Business
) -> None:
    with app.app_context():
        survey(office, link(MINH, HOA))
    choose(app, trade.minh, names=True, kilograms=True)
    assert rows(app.test_client(), "food", "proven")[0][9] == "–"
    choose(app, trade.hoa, names=True, kilograms=True)
    assert rows(app.test_client(), "food", "proven")[0][9] == "118"


def test_goods_without_an_open_page_prove_a_link_that_is_not_named(app: Flask) -> None:
    with app.app_context():
        trade = Trade()
        with transaction():
            office = business("Cơ quan", kinds=("authority",), role="officer")
        for who, message in ((trade.minh, trade.ship()), (trade.hoa, trade.receive())):
            with transaction():
                batches.record_event(who.actor, message, now=NOW)
        survey(office, link(MINH, HOA))
        found = book.read(NOW)
        assert [one.is_public for one in found.proven.values()] == [False]
        assert views.woven("food", found)[0].unnamed_proven == 1
    assert rows(app.test_client(), "food", "proven") == []
    # What is missing does not tell that it is proven: it reads as if it were not.
    missing = rows(app.test_client(), "food", "missing")
    assert ["Stated, no delivery that may be named", "Xưởng Minh → Quầy Hoa", ""] in missing


def test_a_shipment_nobody_received_proves_nothing(app: Flask) -> None:
    with app.app_context():
        trade = Trade(on_sale=True)
        with transaction():
            batches.record_event(trade.minh.actor, trade.ship(), now=NOW)
        assert book.read(NOW).proven == {}


def test_a_newer_survey_of_the_same_maker_takes_the_place_of_an_older_one(
    app: Flask, trade: Trade, office: Business
) -> None:
    with app.app_context():
        survey(office, link(MINH, HOA), made_by="Nhóm A")
        newer = link(MINH, ("buyer", "Bếp Sen"), "Bát Tràng")
        survey(office, newer, minutes=1, made_by="NHÓM A")
        assert [one.links[0].receiver.name for one in book.read(NOW).surveys["food"]] == ["Bếp Sen"]
        survey(office, link(MINH, HOA), made_by="Nhóm B")
        assert len(book.read(NOW).surveys["food"]) == 2


def test_a_book_made_from_the_last_one_is_as_if_all_had_been_read(
    app: Flask, trade: Trade, office: Business
) -> None:
    with app.app_context():
        survey(office, link(MINH, HOA), made_by="Nhóm A")
        last = book.read(NOW)
        assert book.read(NOW, last) == last
        kept = last.surveys["food"][0]
        survey(office, link(MINH, ("buyer", "Bếp Sen"), "Bát Tràng"), minutes=1, made_by="Nhóm B")
        survey(office, link(MINH, HOA), minutes=2, sector="crafts", made_by="Nhóm A")
        assert book.read(NOW, last) == book.read(NOW) != last
        (again,) = (
            one for one in book.read(NOW, last).surveys["food"] if one.survey_id == kept.survey_id
        )
        assert again.links is kept.links  # not read a second time
        survey(office, link(MINH, ("buyer", "Bếp Lá"), "Bát Tràng"), minutes=3, made_by="Nhóm A")
        assert book.read(NOW, last) == book.read(NOW)


def test_an_officer_types_a_survey_once(app: Flask, officer: FlaskClient) -> None:
    sent = form(app, id=str(uuid4()), **ABOUT, **LINK)
    for _ in range(2):
        answer = officer.post("/desk/surveys/new", data=sent)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/links/food")
        assert "Mọi người đọc được ở trang này" in officer.get("/links/food").text
    assert kept(app) == [1, 2, 1]
    assert rows(app.test_client(), "food", "stated") == [
        [
            *("Kho giống Bãi", "Supplier", "xã Bát Tràng, Hà Nội"),
            *("Xưởng Minh", "Producer", "xã Bát Tràng, Hà Nội"),
            *("Hạt giống", "2025, Nhóm khảo sát"),
        ]
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"year": "2099"},
        {"year": "1999"},
        {"asked": "0"},
        {"sector": "gold"},
        {"made_by": ""},
        {"links.0.sender.role": "boss"},
        {"links.0.sender.place": "Atlantis"},
        {"links.0.sender.place": ""},
        {"links.0.sender.name": "Bà Lan", "links.0.sender.kind": ""},
        {"links.0.sender.kind": ""},
        {"links.0.sender.name": "Xưởng Minh", "links.0.sender.role": "producer"},
        {"links.0.receiver.role": "supplier", "links.0.sender.role": "buyer"},
        {"links.0.supplied": ""},
        {name.replace(".0.", ".1."): value for name, value in LINK.items()},
        dict.fromkeys(LINK, ""),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    app: Flask, officer: FlaskClient, changes: dict[str, str]
) -> None:
    status, said = send(app, officer, **changes)
    assert status == 422
    assert 'id="faults"' in said
    assert kept(app) == [0, 0, 0]


def upload(app: Flask, officer: FlaskClient, text: str) -> tuple[int, str]:
    sent = form(app, id=str(uuid4()), **ABOUT)
    sent["file"] = (io.BytesIO(text.encode()), "links.csv")
    answer = officer.post("/desk/surveys/new", data=sent, content_type="multipart/form-data")
    return answer.status_code, answer.text


def test_a_file_is_taken_whole(app: Flask, officer: FlaskClient) -> None:
    lines = (
        "Nhà cung cấp,Kho giống,Bát Tràng,producer,Xưởng Minh,,Hạt,business\n"
        "producer,Xưởng Minh,,distributor,Quầy Hoa,,Rau,business\n"
    )
    assert upload(app, officer, HEADER + lines)[0] == 303
    assert kept(app) == [1, 3, 2]


def test_bad_rows_of_a_file_are_named_by_line_and_nothing_is_kept(
    app: Flask, officer: FlaskClient
) -> None:
    lines = (
        "supplier,Kho giống,Bát Tràng,producer,Xưởng Minh,,Hạt,business\n"
        "supplier,Kho lạ,Atlantis,producer,Xưởng Minh,,Hạt,business\n"
        "\n"
        "buyer,Quầy Hoa,,producer,Xưởng Minh,,Hạt,business\n"
        "supplier,Kho giống,Bát Tràng,producer,Xưởng Minh,,Hạt,business\n"
    )
    status, said = upload(app, officer, HEADER + lines)
    assert status == 422
    for line, column in ((3, "sender_place"), (5, "receiver_role"), (6, "supplied")):
        assert f"Dòng {line}, cột {column}" in said
    assert "Dòng 2" not in said
    status, said = upload(
        app, officer, HEADER + "boss,A,Bát Tràng,producer,B,Bát Tràng,,business\n"
    )
    assert status == 422
    assert "Dòng 2, cột sender_role" in said
    assert "Dòng 2, cột supplied" in said
    for text in ("", "a,b\n1,2\n", HEADER, HEADER.replace("supplied", "gift") + "a,b,c,d,e,f,g\n"):
        assert upload(app, officer, text)[0] == 422
    assert kept(app) == [0, 0, 0]


def test_the_sample_file_can_be_sent_back(app: Flask, officer: FlaskClient) -> None:
    sample = officer.get("/desk/surveys/sample.csv").text
    local = sample.replace("Nghệ An", "Bát Tràng").replace('"xã Phú Nghĩa, Hà Nội"', "Bát Tràng")
    assert upload(app, officer, local)[0] == 303


def test_nobody_else_writes_and_nothing_is_changed(
    app: Flask, officer: FlaskClient, trade: Trade
) -> None:
    with app.app_context(), transaction():
        others = [
            business("HTX Lan", role="owner"),
            business("Cơ quan hai", kinds=("authority",), role="inspector"),
        ]
    for other in others:
        reader = at_desk(app, other)
        for path in ("/desk/surveys/new", "/desk/surveys/sample.csv"):
            assert reader.get(path).status_code == 404
        sent = form(app, id=str(uuid4()), **ABOUT, **LINK)
        assert reader.post("/desk/surveys/new", data=sent).status_code == 404
    assert at_desk(app, trade.minh).get("/desk/links").status_code == 404  # a clerk
    assert send(app, officer)[0] == 303
    choose(app, trade.minh, names=True)
    for table in (*TABLES, LinkChoice):
        with app.app_context():
            row = db.session.scalars(select(table)).first()
            assert row is not None
            db.session.delete(row)
            with pytest.raises(DatabaseError):
                db.session.flush()
            db.session.rollback()


def test_an_owner_chooses_and_it_is_read_back(app: Flask) -> None:
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
    reader = at_desk(app, lan)
    assert 'name="names_links"' in page(reader, "/desk/links")
    for names in (True, False):
        typed = {"names_links": "yes"} if names else {}
        sent = form(app, id=str(uuid4()), shows_kilograms="yes", **typed)
        assert reader.post("/desk/links", data=sent).status_code == 303
        with app.app_context():
            chosen = sides.choice_of(lan.producer_id)
            assert chosen is not None
            assert (chosen.names_links, chosen.shows_kilograms) == (names, names)


def test_it_is_read_again_after_five_minutes_and_not_before(
    app: Flask, trade: Trade, office: Business
) -> None:
    with app.app_context():
        assert views.kept(NOW).surveys == {}
        survey(office, link(MINH, HOA))
        assert views.kept(NOW + timedelta(minutes=5, microseconds=-1)).surveys == {}
        assert len(views.kept(NOW + timedelta(minutes=5)).surveys) == 1


def test_a_sector_or_table_that_is_none_is_not_found(app: Flask) -> None:
    for path in ("/links/gold", "/links/food/all.csv", "/links/gold/stated.csv", "/links/food/x"):
        assert app.test_client().get(path).status_code == 404


def test_what_is_missing_in_a_chain_is_one_step_from_its_page(demo: Flask) -> None:
    reader = demo.test_client()
    assert {CHAIN_OF_SECTOR[sector] for sector in CHAIN_OF_SECTOR} == set(CHAINS)
    for sector, chain in CHAIN_OF_SECTOR.items():
        said = reader.get(f"/programme/chains/{chain}").text
        assert f'href="/links/{sector}#t-missing"' in said
        with demo.app_context():
            gaps = views.kept(datetime.now(UTC)).missing_roles(sector)
        assert ("Chưa có ai trong vai" in said) == bool(gaps)
        assert "Chưa ghi khảo sát nào" not in said
        there = reader.get(f"/links/{sector}").text
        assert 'id="t-missing"' in there
        assert f'href="/programme/chains/{chain}"' in there
