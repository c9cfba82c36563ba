"""Openings of the pages of stalls: counted as those of batches are, and told at the desk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select

from tests.builders import NOW, Business, business
from tests.conftest import AppMaker
from tests.rooms.test_openings import BROWSER
from tests.signing_in import signed_in
from traceapp.codes import openings
from traceapp.codes.models import OpeningCount
from traceapp.database.engine import db
from traceapp.stalls import changing
from traceapp.stalls import openings as stall_openings
from traceapp.stalls.models import Stall, StallOpeningCount
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI

LIST = "/desk/openings/stalls"
LOOK = "Đáng để ý"


@dataclass(frozen=True, slots=True)
class Market:
    """Two sellers with their stalls, and an office."""

    app: Flask
    lan: Business
    codes: Mapping[str, str]  # by name of the stall
    reader: FlaskClient

    def counted(self) -> dict[str, int]:
        """Write what was noted, and give what is written by code."""
        self.app.extensions[openings.EXTENSION].flush()
        with self.app.app_context():
            by_stall = select(StallOpeningCount.stall_id, StallOpeningCount.opened)
            found = {str(stall): opened for stall, opened in db.session.execute(by_stall)}
            codes = {str(row.stall_id): row.code for row in db.session.scalars(select(Stall))}
        return {codes[stall]: opened for stall, opened in found.items()}

    def desk(self, who: Business) -> FlaskClient:
        """Open the desk of somebody."""
        with self.app.app_context():
            return signed_in(self.app, who, is_second_factor_proven=True)


@pytest.fixture
def market(make_app: AppMaker) -> Market:
    """Lan's two stalls and Minh's one."""
    app, codes = make_app(), {}
    with app.app_context(), transaction():
        lan, minh = business("Bà Lan", role="owner"), business("Ông Minh", role="owner")
        for who, name in ((lan, "Sạp Bưởi"), (lan, "Sạp Cải"), (minh, "Sạp Minh")):
            given = {"name": name, "site_id": str(who.site_id)}
            codes[name] = changing.open_stall(
                (who.producer_id, who.actor.member_id), given, now=NOW
            ).code
    reader = app.test_client()
    reader.environ_base["HTTP_USER_AGENT"] = BROWSER
    return Market(app, lan, codes, reader)


def add(market: Market, name: str, days: Mapping[int, int]) -> None:
    today = datetime.now(UTC).astimezone(HANOI).date()
    with market.app.app_context(), transaction():
        counts = {(market.codes[name], today - timedelta(days=ago)): n for ago, n in days.items()}
        stall_openings.add(counts)


def test_each_opening_by_a_person_is_counted_and_written_with_the_next_group(
    market: Market,
) -> None:
    code = market.codes["Sạp Cải"]
    for _ in range(3):
        assert market.reader.get(f"/S/{code}").status_code == 200
    market.reader.get(f"/s/{code.lower()}?lang=en")
    with market.app.app_context():
        assert db.session.scalars(select(StallOpeningCount)).all() == []
    assert market.counted() == {code: 4}
    market.reader.get(f"/S/{code}")
    assert market.counted() == {code: 5}
    with market.app.app_context():
        assert db.session.scalars(select(OpeningCount)).all() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "curl/8.5.0"},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"Sec-Purpose": "prefetch"},
        {"Accept": "application/json"},
    ],
    ids=str,
)
def test_programs_and_pages_fetched_ahead_are_left_out(
    market: Market, headers: dict[str, str]
) -> None:
    code = market.codes["Sạp Cải"]
    for _ in ("made", "kept"):
        assert market.reader.get(f"/S/{code}", headers=headers).status_code == 200
    assert market.reader.head(f"/S/{code}").status_code == 200
    assert market.counted() == {}


def test_nothing_is_kept_of_who_opened_it(market: Market) -> None:
    with market.app.app_context():
        columns = {one["name"] for one in inspect(db.engine).get_columns("stall_opening_count")}
    assert columns == {"producer_id", "stall_id", "day", "opened"}


def test_the_seller_reads_his_own_and_the_office_all_what_is_worth_a_look_first(
    market: Market,
) -> None:
    add(market, "Sạp Bưởi", {1: 20, 2: 3})
    add(market, "Sạp Cải", {1: 61})
    add(market, "Sạp Minh", {1: 29})
    desk = market.desk(market.lan)
    told = desk.get(LIST).text
    assert told.index("Sạp Cải") < told.index("Sạp Bưởi")
    assert "Sạp Minh" not in told
    assert told.count(LOOK) - desk.get("/desk/openings").text.count(LOOK) == 1
    assert "khác thường mấy ngày qua: 1." in desk.get("/desk").text
    alone = desk.get(f"{LIST}?sign=burst").text
    assert "Sạp Cải" in alone
    assert "Sạp Bưởi" not in alone
    for words in ("sao chép", "giả mạo"):
        assert words not in told
    with market.app.app_context(), transaction():
        office = business("Chi cục", kinds=("authority",), role="officer")
    everything = market.desk(office).get(LIST).text
    assert "Sạp Minh" in everything
    assert "Ông Minh" in everything
    assert "khác thường mấy ngày qua: 1." in market.desk(office).get("/desk").text


def test_many_are_not_unusual_where_the_seller_s_other_stalls_have_as_many(
    market: Market,
) -> None:
    add(market, "Sạp Bưởi", {1: 40})
    add(market, "Sạp Cải", {1: 61})
    assert (
        "Sạp" not in market.desk(market.lan).get(f"{LIST}?sign=burst").text.partition("<tbody")[2]
    )
    assert "khác thường" not in market.desk(market.lan).get("/desk").text


def test_two_processes_add_up_and_unknown_codes_are_nobody_s(market: Market) -> None:
    for _ in range(2):
        add(market, "Sạp Cải", {0: 2})
    code, today = market.codes["Sạp Cải"], datetime.now(UTC).astimezone(HANOI).date()
    with market.app.app_context(), transaction():
        stall_openings.add({("7K3M9QRT2X", today): 5, ("7K3M9QRT2XZ", today): 5})
    assert market.counted() == {code: 4}
