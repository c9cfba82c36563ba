"""Single labels that are worth a look: whose they are, what they are compared with, who is told."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import business
from tests.conftest import AppMaker
from tests.http.ordered_labels import issued
from tests.http.test_labels_of_received import KG, Sale, offered
from tests.http.test_unit_pages import at_the_desk, serials
from tests.signing_in import signed_in
from traceapp.codes import openings, queries
from traceapp.database.engine import db
from traceapp.labels import unit_openings
from traceapp.producers import territories
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI

__all__ = ["offered"]  # a fixture
LIST, LOOK = "/desk/openings/labels", "Worth a look"
TASK = "Labels opened unusually often or seen at several places in the last days: 1."
ACCUSES = re.compile("fake|copied|counterfeit|giả|sao chép|bị chép", re.IGNORECASE)


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    app = make_app(TRACEAPP_DEMO="1")
    with app.app_context(), transaction():
        territories.load()
    return app


@pytest.fixture
def shop(app: Flask) -> tuple[FlaskClient, str]:
    return at_the_desk(app, "HTX Bãi Xanh")


@pytest.fixture
def officer(app: Flask) -> FlaskClient:
    with app.app_context(), transaction():
        office = business("Chi cục", kinds=("authority",), role="officer")
    with app.app_context():
        return signed_in(app, office, is_second_factor_proven=True)


def days_ago(days: int) -> date:
    return datetime.now(UTC).astimezone(HANOI).date() - timedelta(days=days)


def note(app: Flask, code: str, counts: Mapping[str, int], days: int = 0) -> None:
    """Count openings of labels, and with them of their lot."""
    noted = {(f"{code}/21/{one}", days_ago(days)): count for one, count in counts.items()}
    with app.app_context(), transaction():
        openings.add(noted)
        unit_openings.add(noted)


def seen(app: Flask, batch: Ref, serial: str, *places: str) -> None:
    with app.app_context(), transaction():
        for place in places:
            assert unit_openings.tell_place(batch, serial, place, days_ago(0))


def read(reader: FlaskClient, path: str, language: str = "en") -> str:
    answer = reader.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.text.partition("<main")[2]


def looked_at(reader: FlaskClient, path: str = LIST) -> list[str]:
    """Give the numbers of the labels that the list marks."""
    rows = re.findall(r"<tr>.*?</tr>", read(reader, path), re.DOTALL)
    return [re.findall(r"<code>([^<]+)</code>", row)[0] for row in rows if LOOK in row]


@pytest.mark.parametrize(
    ("loud", "others", "is_burst"),
    [
        (29, (), False),  # too few to say anything
        (30, (), True),  # nothing to compare it with
        (60, (20, 20), True),
        (59, (20, 20), False),  # a batch whose labels are read a lot
        (60, (10, 40), False),
        (90, (10, 40), True),
    ],
)
def test_unusual_is_what_it_is_for_batches_and_stalls(
    app: Flask, officer: FlaskClient, loud: int, others: tuple[int, ...], *, is_burst: bool
) -> None:
    reader, code = at_the_desk(app, "HTX Bãi Xanh")
    _, numbers = serials(reader, code, 3)
    note(app, code, {numbers[0]: loud} | dict(zip(numbers[1:], others, strict=False)), 1)
    note(app, code, dict.fromkeys(numbers, 1), 2)
    stranger, other_code = at_the_desk(app, "HTX khác", "CN-02")
    _, strange = serials(stranger, other_code, 1)
    note(app, other_code, {strange[0]: 2})  # labels of other batches are not compared with
    for who in (reader, officer):
        assert (TASK in read(who, "/desk")) is is_burst
        assert len(looked_at(who)) == is_burst
        page = read(who, f"/desk/batches/{code}/openings").partition("Labels with a number")[2]
        assert (LOOK in page) is is_burst
    assert TASK not in read(stranger, "/desk")
    assert looked_at(stranger) == []


def test_a_label_seen_at_several_places_is_worth_a_look_whatever_was_opened(
    app: Flask, shop: tuple[FlaskClient, str], officer: FlaskClient
) -> None:
    reader, code = shop
    _, numbers = serials(reader, code, 3)
    batch = batch_of(app, code)
    seen(app, batch, numbers[1], "Huế", "Đà Nẵng", "Huế")
    assert TASK not in read(reader, "/desk")
    seen(app, batch, numbers[1], "Cần Thơ")
    for who in (reader, officer):
        assert TASK in read(who, "/desk")
        assert [one.replace("-", "") for one in looked_at(who)] == [numbers[1]]
        assert f'href="{LIST}?sign=burst"' in read(who, "/desk")
    for language in ("vi", "en"):
        for path in (LIST, "/desk"):
            assert not ACCUSES.search(read(reader, path, language))


def test_what_was_long_ago_waits_no_longer_and_is_still_listed(
    app: Flask, shop: tuple[FlaskClient, str]
) -> None:
    reader, code = shop
    _, numbers = serials(reader, code, 3)
    note(app, code, {numbers[0]: 60}, 8)
    note(app, code, {numbers[0]: 20, numbers[1]: 9})
    assert TASK not in read(reader, "/desk")
    assert [one.replace("-", "") for one in looked_at(reader)] == [numbers[0]]
    assert numbers[1] not in read(reader, f"{LIST}?sign=burst").replace("-", "")
    note(app, code, {numbers[2]: 60}, 31)
    assert numbers[2] not in read(reader, LIST).replace("-", "")


def test_a_shop_is_told_of_the_labels_that_it_printed_for_goods_of_others(
    offered: Sale,
) -> None:
    with offered.app.app_context(), transaction():
        offered.received("10", condition="ok")
    with offered.app.app_context():
        hoa, lan = (signed_in(offered.app, who) for who in (offered.hoa, offered.lan))
    shown = issued(hoa, offered.code, labels=3, serials="yes", **KG)
    table = hoa.get(f"{shown}/labels.csv").text.splitlines()
    serial = table[1].rpartition(",")[2]
    note(offered.app, offered.code, {serial: 60})
    for who, leads_to in ((hoa, shown), (lan, f"/desk/batches/{offered.code}/openings")):
        assert TASK in read(who, "/desk")
        rows = read(who, LIST)
        assert len(looked_at(who)) == 1
        assert f'href="{leads_to}"' in rows
        read(who, leads_to)


def batch_of(app: Flask, code: str) -> Ref:
    with app.app_context():
        fact = queries.find(code)
        db.session.rollback()
    assert fact is not None
    return Ref(fact.producer_id, fact.batch_id)
