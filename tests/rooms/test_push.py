"""Word by push to whoever keeps a product, against a real push service on this machine."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.browser_keys import BrowserKeys
from tests.conftest import AppMaker
from tests.push_service import Browser, verified
from tests.receiver import Receiver, receiver, status, trickle
from tests.rooms.test_recall_cases import (
    LATER,
    NOW,
    acting,
    colleague,
    found,
    greens,
    issued,
    owner,
    soup_of,
)
from tests.trade import Trade
from traceapp.codes import operations as code_operations
from traceapp.codes import queries as codes
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.jobs.models import Job
from traceapp.jobs.runner import Runner
from traceapp.phone import push_views
from traceapp.push import operations, posting, telling
from traceapp.push.models import PushSubscription
from traceapp.recalls import cases
from traceapp.recalls.cases import Wish
from traceapp.recalls.stops import lifting, stopping
from traceapp.recalls.stops.queries import stops_on
from traceapp.trace.facts import Ref
from traceapp.web.pace import Pace

PATH = "/api/v1/push"
SOON = timedelta(minutes=2)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiver(tmp_path) as made:
        monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
        yield made


@pytest.fixture
def sending(make_app: AppMaker, service: Receiver) -> Iterator[Flask]:
    with make_app(OUTBOUND_PRIVATE_ALLOWED=service.allowed).app_context() as context:
        yield context.app


@pytest.fixture
def trade(sending: Flask) -> Trade:
    assert sending
    made = Trade.delivered()
    with acting():
        code_operations.set_state(code_of(greens(made)), CodeState.ACTIVE, actor="x", now=NOW)
    return made


@pytest.fixture
def shopper(sending: Flask) -> FlaskClient:
    return sending.test_client()


def code_of(batch: Ref) -> str:
    fact = codes.of_batch(*batch)
    assert fact is not None
    return fact.code


def subscribed(
    shopper: FlaskClient, browser: Browser, code: str, language: str = "vi"
) -> dict[str, Any]:
    answer = shopper.post(PATH, json=browser.told(language) | {"code": code})
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.get_json())


def work(app: Flask, now: datetime = LATER + SOON) -> None:
    db.session.rollback()
    Runner(app, lambda: now).run_due()


def kept() -> list[PushSubscription]:
    db.session.rollback()
    return list(db.session.scalars(select(PushSubscription)))


def stop(trade: Trade) -> None:
    with acting():
        stopping.stop(greens(trade), owner(trade.minh), "stop:unsafe", now=NOW)


def test_a_recall_comes_to_the_phones_that_keep_the_product_in_their_languages(
    sending: Flask, trade: Trade, shopper: FlaskClient, service: Receiver
) -> None:
    code = code_of(greens(trade))
    lan, tom, other = (Browser(service, name) for name in ("lan", "tom", "other"))
    subscribed(shopper, lan, code)
    subscribed(shopper, tom, code, "en")
    soup = soup_of(trade.hoa, greens(trade))
    subscribed(shopper, other, code_of(soup))
    issued(owner(trade.minh), greens(trade))
    assert not service.taken  # who issues waits for nobody
    work(sending)
    (told,) = lan.read()
    assert told["title"] == "Thu hồi: Cải ngọt"
    assert told["body"].startswith("Món bạn giữ của Xưởng Minh bị thu hồi. Đừng ăn, đừng dùng.")
    assert (told["url"], told["tag"], told["lang"]) == (f"/B/{code}", code, "vi")
    assert told["stays"] is True
    (in_english,) = tom.read()
    assert in_english["title"].startswith("Recalled: ")
    assert in_english["body"].startswith("What you keep from Xưởng Minh is recalled.")
    assert other.read() == []  # not in force for the lots of others yet
    work(sending, LATER + timedelta(days=2))
    assert len(service.taken) == 2  # nothing is told twice


def test_the_push_service_is_told_who_sends_and_how_urgent_it_is_and_nothing_else(
    sending: Flask, trade: Trade, shopper: FlaskClient, service: Receiver
) -> None:
    lan = Browser(service, "lan")
    subscribed(shopper, lan, code_of(greens(trade)))
    issued(owner(trade.minh), greens(trade))
    work(sending)
    (taken,) = lan.taken
    headers = {name.lower(): value for name, value in taken.headers.items()}
    key = shopper.get(PATH).get_json()["key"]
    claims = verified(headers["authorization"], key)
    assert claims["aud"] == f"https://localhost:{service.port}"
    assert claims["exp"] - (LATER + SOON).timestamp() <= 24 * 3600
    assert claims["sub"] == "http://localhost:8000"
    assert headers["content-encoding"] == "aes128gcm"
    assert (headers["urgency"], int(headers["ttl"])) == ("high", 28 * 24 * 3600)
    assert len(headers["topic"]) == 32
    assert "Cải".encode() not in taken.body
    with pytest.raises(InvalidTag):
        BrowserKeys.made().read(taken.body)


def test_a_stop_and_its_end_are_told_and_a_stop_taken_back_at_once_is_not(
    sending: Flask, trade: Trade, shopper: FlaskClient, service: Receiver
) -> None:
    lan = Browser(service, "lan")
    subscribed(shopper, lan, code_of(greens(trade)))
    stop(trade)
    work(sending)
    assert [one["title"] for one in lan.read()] == ["Ngừng bán: Cải ngọt"]
    allow(trade)
    work(sending)
    titles = [one["title"] for one in lan.read()]
    assert titles == ["Ngừng bán: Cải ngọt", "Đã gỡ cảnh báo: Cải ngọt"]
    assert lan.read()[-1]["stays"] is False
    topics = {one.headers["Topic"] for one in lan.taken}
    assert len(topics) == 1  # for a phone that was off the newer word replaces the older
    stop(trade)
    allow(trade)
    work(sending)
    assert len(lan.taken) == 2


def allow(trade: Trade) -> None:
    (one, *_) = (one for one in stops_on(greens(trade)) if one.lift is None)
    second = colleague(trade.minh, "owner")
    with acting():
        assert lifting.lift(greens(trade), one.stop.id, second, "Đã kiểm tra", now=NOW)


def test_a_release_is_told_and_a_drill_is_not(
    sending: Flask, trade: Trade, shopper: FlaskClient, service: Receiver
) -> None:
    lan = Browser(service, "lan")
    subscribed(shopper, lan, code_of(greens(trade)))
    issued(owner(trade.minh), greens(trade), is_drill=True)
    work(sending)
    assert lan.read() == []
    case = issued(owner(trade.minh), greens(trade))
    work(sending)
    with acting():
        cases.ask(case, owner(trade.minh), Wish("release", "Đạt"), now=NOW)
    (act,) = (one for one in found(case).waiting if one.kind == "release")
    second = colleague(trade.minh, "owner")
    with acting():
        cases.agree(case, act.act_id, second, "Không cần kiểm", now=LATER)
    work(sending)
    titles = [one["title"] for one in lan.read()]
    assert titles == ["Thu hồi: Cải ngọt", "Đã gỡ cảnh báo: Cải ngọt"]


def test_one_browser_is_told_of_each_product_it_keeps(
    sending: Flask, trade: Trade, shopper: FlaskClient, service: Receiver
) -> None:
    lan = Browser(service, "lan")
    soup = soup_of(trade.minh, greens(trade))
    for batch in (greens(trade), soup, greens(trade)):
        subscribed(shopper, lan, code_of(batch))
    assert len(kept()) == 2
    issued(owner(trade.minh), greens(trade))
    work(sending)
    assert sorted(one["tag"] for one in lan.read()) == sorted(
        [code_of(greens(trade)), code_of(soup)]
    )


@pytest.mark.parametrize("gone", [404, 410, 302])
def test_a_browser_that_is_gone_is_forgotten_with_all_it_kept(
    sending: Flask, trade: Trade, shopper: FlaskClient, service: Receiver, gone: int
) -> None:
    lan = Browser(service, "lan")
    soup = soup_of(trade.hoa, greens(trade))
    for batch in (greens(trade), soup):
        subscribed(shopper, lan, code_of(batch))
    service.answers = [status(gone, Location=f"https://localhost:{service.port}/elsewhere")]
    issued(owner(trade.minh), greens(trade))
    work(sending)
    assert [one.path for one in service.taken] == ["/send/lan"]  # no way is followed
    assert kept() == []
    work(sending, LATER + timedelta(days=2))
    assert len(service.taken) == 1


@pytest.mark.parametrize("patience", [(429, 900), (503, 7200)])
def test_a_push_service_that_asks_for_patience_is_asked_again_after_it(
    sending: Flask,
    trade: Trade,
    shopper: FlaskClient,
    service: Receiver,
    patience: tuple[int, int],
) -> None:
    code, asked_s = patience
    lan = Browser(service, "lan")
    subscribed(shopper, lan, code_of(greens(trade)))
    service.answers = [status(code, **{"Retry-After": str(asked_s)}), status(201)]
    issued(owner(trade.minh), greens(trade))
    work(sending)
    work(sending, LATER + SOON + timedelta(seconds=asked_s - 1))
    assert len(lan.taken) == 1
    assert kept()[0].last_success_at is None
    work(sending, LATER + SOON + timedelta(seconds=asked_s))
    assert len(lan.taken) == 2
    assert lan.read()[0] == lan.read()[1]
    assert kept()[0].last_success_at is not None


def test_what_fails_for_long_is_given_up_and_a_newer_word_takes_the_place_of_an_older(
    sending: Flask, trade: Trade, shopper: FlaskClient, service: Receiver
) -> None:
    lan = Browser(service, "lan")
    subscribed(shopper, lan, code_of(greens(trade)))
    service.answers = [status(500)] * 50
    stop(trade)
    now = LATER
    for _ in range(3):
        work(sending, now := now + timedelta(hours=1))
    assert len(lan.taken) == 3
    issued(owner(trade.minh), greens(trade))  # word of the stop, which still waits, is stale
    for _ in range(20):
        work(sending, now := now + timedelta(days=2))
    titles = [one["title"].partition(":")[0] for one in lan.read()]
    assert titles == ["Ngừng bán"] * 3 + ["Thu hồi"] * (len(posting.PAUSES) + 1)
    assert len(kept()) == 1
    assert not db.session.scalars(select(Job).where(Job.done_at.is_(None), Job.attempts > 0)).all()


def test_a_server_that_trickles_is_left_after_some_seconds(
    sending: Flask,
    trade: Trade,
    shopper: FlaskClient,
    service: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(posting, "TIMEOUT_S", 0.4)
    lan = Browser(service, "lan")
    subscribed(shopper, lan, code_of(greens(trade)))
    service.answers = [trickle]
    issued(owner(trade.minh), greens(trade))
    work(sending)
    work(sending, LATER + SOON + posting.PAUSES[0])
    assert len(lan.taken) == 2
    assert kept()[0].last_success_at is not None


def test_a_name_that_leads_into_a_private_network_is_not_connected_to_and_is_forgotten(
    make_app: AppMaker, service: Receiver
) -> None:
    with make_app().app_context() as context:  # nothing private is allowed here
        trade = Trade.delivered()
        lan = Browser(service, "lan")
        asked = operations.Browser(lan.endpoint, lan.keys.public, lan.keys.auth, "vi")
        with acting():
            operations.watch(asked, code_of(greens(trade)), now=NOW)
        issued(owner(trade.minh), greens(trade))
        work(context.app)
        assert service.taken == []
        assert kept() == []


def test_many_are_told_in_bounded_parts_with_few_queries(
    sending: Flask,
    trade: Trade,
    shopper: FlaskClient,
    service: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telling, "CHUNK", 3)
    code = code_of(greens(trade))
    browsers = [Browser(service, f"b{number}") for number in range(7)]
    for one in browsers:
        subscribed(shopper, one, code)
    issued(owner(trade.minh), greens(trade))
    work(sending)
    assert [len(one.read()) for one in browsers] == [1] * 7


def test_who_asks_in_the_moment_of_a_stop_is_told_all_the_same(
    sending: Flask, trade: Trade, shopper: FlaskClient, service: Receiver
) -> None:
    lan = Browser(service, "lan")
    code = code_of(greens(trade))
    subscribed(shopper, lan, code)
    db.session.rollback()
    with acting():  # what is written without a look, as if the act had not seen him
        code_operations.set_state(code, CodeState.SALE_STOPPED, actor="x", now=NOW)
    work(sending, datetime.now(NOW.tzinfo) + timedelta(minutes=1))
    assert [one["title"] for one in lan.read()] == ["Ngừng bán: Cải ngọt"]


def test_whoever_wants_nothing_more_or_asked_long_ago_is_forgotten(
    sending: Flask, trade: Trade, shopper: FlaskClient, service: Receiver
) -> None:
    lan, tom, old = (Browser(service, name) for name in ("lan", "tom", "old"))
    code = code_of(greens(trade))
    soup = code_of(soup_of(trade.minh, greens(trade)))
    for one in (lan, tom, old):
        subscribed(shopper, one, code)
        subscribed(shopper, one, soup)
    forget = f"{PATH}/forget"
    for body in ({"endpoint": lan.endpoint, "code": code}, {"endpoint": tom.endpoint}):
        assert shopper.post(forget, json=body).get_json() == {"is_told": False}
    left = {(one.endpoint, one.code) for one in kept()}
    assert left == {(lan.endpoint, soup), (old.endpoint, code), (old.endpoint, soup)}
    with acting():
        for row in db.session.scalars(select(PushSubscription)):
            if row.endpoint == old.endpoint:
                row.created_at -= operations.KEPT_FOR + timedelta(minutes=1)
    with acting():
        telling.look_daily_job({}, datetime.now(NOW.tzinfo))()
    assert {one.endpoint for one in kept()} == {lan.endpoint}


def test_asking_again_renews_the_time_and_the_keys(
    trade: Trade, shopper: FlaskClient, service: Receiver
) -> None:
    lan = Browser(service, "lan")
    code = code_of(greens(trade))
    subscribed(shopper, lan, code)
    renewed = Browser(service, "lan")
    subscribed(shopper, renewed, code, "en")
    (row,) = kept()
    assert (row.browser_key, row.auth) == (renewed.keys.public, renewed.keys.auth)
    assert row.language == "en"


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.net/x",
        "https://127.0.0.1/x",
        "https://10.0.0.8/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest",
        "https://localhost/x",
        "https://printer.local/x",
        "https://intranet/x",
        "https://user:pw@push.example.net/x",
        "https://push.example.net/" + "x" * 500,
        "ftp://push.example.net/x",
        "x",
    ],
)
def test_an_address_that_is_no_push_service_on_the_internet_is_refused(
    trade: Trade, shopper: FlaskClient, service: Receiver, endpoint: str
) -> None:
    told = Browser(service, "lan").told() | {"endpoint": endpoint}
    answer = shopper.post(PATH, json=told | {"code": code_of(greens(trade))})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "/endpoint"
    assert kept() == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"keys": {"p256dh": "BA", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}}, "/keys/p256dh"),
        ({"keys": {"p256dh": "!", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}}, "/keys/p256dh"),
        ({"language": "fr"}, "/language"),
        ({"code": "7K3M9QRT2"}, "/code"),
        ({"name": "Lan"}, "/name"),
    ],
)
def test_what_is_no_subscription_is_refused_in_words(
    trade: Trade, shopper: FlaskClient, service: Receiver, changes: Any, pointer: str
) -> None:
    told = Browser(service, "lan").told() | {"code": code_of(greens(trade))} | changes
    answer = shopper.post(PATH, json=told)
    assert answer.status_code == 422
    assert pointer in [one["pointer"] for one in answer.get_json()["errors"]]
    assert kept() == []


def test_a_code_that_was_never_issued_is_not_found(
    trade: Trade, shopper: FlaskClient, service: Receiver
) -> None:
    told = Browser(service, "lan").told() | {"code": "ZZZZZZZZZZ"}
    assert shopper.post(PATH, json=told).status_code == 404
    assert trade
    assert kept() == []


def test_one_browser_keeps_so_many_and_one_address_asks_so_often(
    trade: Trade, shopper: FlaskClient, service: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan = Browser(service, "lan")
    codes_kept = [code_of(greens(trade)), code_of(soup_of(trade.hoa, greens(trade)))]
    monkeypatch.setattr(operations, "MOST_CODES", 1)
    subscribed(shopper, lan, codes_kept[0])
    subscribed(shopper, lan, codes_kept[0])
    answer = shopper.post(PATH, json=lan.told() | {"code": codes_kept[1]})
    assert answer.get_json()["errors"][0]["rule"] == "too_many_codes"
    monkeypatch.setattr(push_views, "PACE", Pace(1, 600))
    answers = [shopper.post(PATH, json=lan.told() | {"code": codes_kept[0]}) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 429]


def test_nothing_is_asked_for_where_nobody_waits(sending: Flask, trade: Trade) -> None:
    issued(owner(trade.minh), greens(trade))
    asked = select(func.count()).where(Job.kind == telling.LOOK)
    db.session.rollback()
    assert db.session.scalar(asked) == 0
    assert sending
