"""Labels sent to a printer in the network: taken, refused, hanging, broken off; never twice."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network
from typing import Any
from uuid import UUID

import pytest
import zxingcpp
from sqlalchemy import func, select

from tests.builders import business
from tests.conftest import AppMaker
from tests.http.on_sale import finished, page
from tests.http.ordered_labels import issued
from tests.pure.printing.tspl_reader import read_tspl
from tests.pure.printing.zpl_reader import read_zpl
from tests.signing_in import form, signed_in
from traceapp.audit.models import AuditEntry
from traceapp.batches.recording.capturing import Actor
from traceapp.codes import operations as codes
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.jobs.runner import Runner
from traceapp.labels import printers, prints, sending
from traceapp.labels.models import LabelIssue, LabelPrint, Printer
from traceapp.labels.sending import Outcome, Patience
from traceapp.producers import operations as producers
from traceapp.web.endpoints import transaction

SHORT = Patience(connect_s=2.0, idle_s=1.0, whole_s=5.0)
JAMMED = 200_000  # bytes after which a printer of these tests closes on what comes
LARGE = b"x" * 30_000_000  # more than the buffers between two sockets hold


class Listener:
    """A printer on this machine: what it got, and how it behaves."""

    def __init__(self, manner: str, host: str) -> None:
        self.manner, self.got, self.calls = manner, bytearray(), 0
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.server = socket.create_server((host, 0), family=family)
        self.host = host
        self.port: int = self.server.getsockname()[1]
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        while not self.stop.is_set():
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.calls += 1
            with connection:
                self.take(connection)

    def take(self, connection: socket.socket) -> None:
        if self.manner == "hangs":
            self.stop.wait(20)
        elif self.manner == "breaks off":
            connection.recv(1000)  # closed with bytes unread: the other side is reset
        else:
            self.read(connection)
        if self.manner == "stays open":
            self.stop.wait(20)

    def read(self, connection: socket.socket) -> None:
        while more := connection.recv(65536):
            self.got += more
            if self.manner == "prints slowly":
                time.sleep(0.1)
            if self.manner == "jams" and len(self.got) >= JAMMED:
                return


@contextmanager
def listening(manner: str = "prints", host: str = "127.0.0.1") -> Iterator[Listener]:
    there = Listener(manner, host)
    try:
        yield there
    finally:
        there.stop.set()
        with suppress(OSError):
            there.server.shutdown(socket.SHUT_RDWR)  # or whoever waits for a caller goes on
        there.server.close()
        there.thread.join(5)


@pytest.mark.parametrize(
    ("manner", "file", "outcome"),
    [
        ("prints", b"^XA^XZ", Outcome.TAKEN),
        ("prints", LARGE, Outcome.TAKEN),
        ("hangs", b"^XA^XZ", Outcome.UNSURE),
        ("hangs", LARGE, Outcome.UNSURE),
        ("breaks off", LARGE, Outcome.UNSURE),
        ("jams", LARGE, Outcome.UNSURE),
        ("stays open", b"^XA^XZ", Outcome.UNSURE),
    ],
)
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_what_came_of_sending_is_told_and_nobody_waits_for_ever(
    host: str, manner: str, file: bytes, outcome: Outcome
) -> None:
    needs(host)
    patience = Patience(2.0, 30.0) if outcome is Outcome.TAKEN else SHORT
    with listening(manner, host) as there:
        begun = datetime.now(UTC)
        assert sending.send((host, there.port), [file], patience) is outcome
        if outcome is Outcome.TAKEN:
            there.stop.set()
            assert there.got == file
        else:
            assert datetime.now(UTC) - begun < timedelta(seconds=10)


def needs(host: str) -> None:
    """Skip a test for want of an address: some machines have no IPv6."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, 0), family=family).close()
    except OSError as error:
        pytest.skip(f"this machine has no {host}: {error}")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_printer_that_is_away_printed_nothing(host: str) -> None:
    needs(host)
    with listening(host=host) as there:
        port = there.port
    drawn = iter([b"^XA^XZ"])
    assert sending.send((host, port), drawn, SHORT) is Outcome.REFUSED
    assert next(drawn) == b"^XA^XZ"  # nothing was drawn for it


def test_each_label_is_drawn_when_the_printer_has_taken_those_before() -> None:
    with listening() as there:

        def drawn() -> Iterator[bytes]:
            for number in range(3):
                label = b"^XA%d^XZ" % number
                yield label
                ends = time.monotonic() + 10
                while not there.got.endswith(label) and time.monotonic() < ends:
                    time.sleep(0.01)
                assert there.got.endswith(label)

        assert sending.send(("127.0.0.1", there.port), drawn(), SHORT) is Outcome.TAKEN
    assert there.got == b"^XA0^XZ^XA1^XZ^XA2^XZ"


def test_little_is_drawn_ahead_of_a_printer_that_takes_no_more() -> None:
    asked = 0

    def drawn() -> Iterator[bytes]:
        nonlocal asked
        for _ in range(len(LARGE) // 10_000):
            asked += 10_000
            yield bytes(10_000)

    with listening("hangs") as there:
        assert sending.send(("127.0.0.1", there.port), drawn(), SHORT) is Outcome.UNSURE
    assert asked < len(LARGE) / 2


def test_a_printer_may_be_as_slow_as_it_prints_while_it_goes_on() -> None:
    labels = [bytes(50_000)] * 100
    with listening("prints slowly") as there:
        patience = Patience(2.0, 3.0, 60.0)
        begun = time.monotonic()
        assert sending.send(("127.0.0.1", there.port), labels, patience) is Outcome.TAKEN
        assert time.monotonic() - begun > patience.idle_s
    assert len(there.got) == 5_000_000


def test_nobody_waits_for_ever_for_one_that_takes_a_little_now_and_then() -> None:
    with listening("prints slowly") as there:
        begun, patience = time.monotonic(), Patience(2.0, 1.0, 2.0)
        drawn = (bytes(50_000) for _ in range(400))
        assert sending.send(("127.0.0.1", there.port), drawn, patience) is Outcome.UNSURE
        assert time.monotonic() - begun < 10


class Shop:
    """Lan's shop with a printer in its network and three labels for it."""

    def __init__(self, make_app: AppMaker, there: Listener, language: str = "zpl") -> None:
        networks = f"[::1/128]:{there.port}" if ":" in there.host else f"127.0.0.1/32:{there.port}"
        self.app = make_app(TRACEAPP_DEMO="1", PRINTER_NETWORKS=networks)
        with self.app.app_context(), transaction():
            self.lan = business("HTX Lan", role="owner")
            self.code = finished(self.lan, name="Cải ngọt Đông Dư")
            by, now = (self.lan.producer_id, self.lan.actor.member_id), datetime.now(UTC)
            self.printer_id = printers.add_printer(by, {"name": "Máy quầy"}, now=now).printer_id
        with self.app.app_context():
            self.desk = signed_in(self.app, self.lan)
        assert self.connect(there.port, language, there.host) == 303
        wish = {"stock": "die-50x30", "printer_id": str(self.printer_id)}
        self.page = issued(self.desk, self.code, labels=3, **wish)

    def connect(self, port: int, language: str = "zpl", host: str = "127.0.0.1") -> int:
        with self.app.app_context():
            version = db.session.get_one(Printer, (self.lan.producer_id, self.printer_id)).version
        asked = {"host": host, "port": str(port), "language": language, "dpi": "203"}
        sent = form(self.app, **asked, version=str(version))
        path = f"/desk/printers/{self.printer_id}/network"
        return self.desk.post(path, data=sent).status_code

    def send(self, page: str | None = None) -> None:
        path, _, query = (page or self.page).partition("?")
        answer = self.desk.post(f"{path}/send?{query}", data=form(self.app))
        assert answer.status_code == 303

    def work(self) -> None:
        for _ in range(3):
            Runner(self.app, lambda: datetime.now(UTC)).run_due()

    def outcomes(self) -> list[Any]:
        with self.app.app_context():
            asked = select(LabelPrint.outcome).order_by(LabelPrint.asked_at)
            return list(db.session.scalars(asked))


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """No printer of these tests is waited for long."""
    monkeypatch.setattr(prints, "PATIENCE", Patience(2.0, 2.0))


@pytest.mark.parametrize(
    ("language", "host"), [("zpl", "127.0.0.1"), ("tspl", "127.0.0.1"), ("zpl", "::1")]
)
def test_labels_come_out_of_the_printer_once_and_count_as_issued_once(
    make_app: AppMaker, language: str, host: str
) -> None:
    needs(host)
    with listening(host=host) as there:
        shop = Shop(make_app, there, language)
        assert "Gửi tới Máy quầy" in page(shop.desk, shop.page)
        shop.send()
        assert "Đang gửi tới máy in" in page(shop.desk, shop.page)
        shop.work()
        shown = page(shop.desk, shop.page)
        assert "Máy in đã nhận đủ" in shown
        assert "/send" not in shown
        shop.send()  # from a page that was open before
        shop.work()
    if language == "zpl":
        label, copies = (
            read_zpl(bytes(there.got)),
            int(there.got.partition(b"^PQ")[2].partition(b"^")[0]),
        )
    else:
        ((label, copies),) = read_tspl(bytes(there.got))
    (symbol,) = zxingcpp.read_barcodes(label)
    assert (symbol.text, copies) == (f"HTTP://LOCALHOST:8000/B/{shop.code}", 3)
    assert (shop.outcomes(), there.calls) == (["taken"], 1)
    with shop.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(LabelIssue)) == 1


def test_a_printer_that_was_off_gets_them_later_and_what_may_be_printed_only_by_range(
    make_app: AppMaker,
) -> None:
    with listening() as there:
        shop = Shop(make_app, there)
    shop.send()
    shop.work()
    shown = page(shop.desk, shop.page)
    assert "Máy in không trả lời" in shown
    assert "/send" in shown  # nothing is on paper: once more is no second time
    with listening("breaks off") as other:
        shop.app.extensions["traceapp"] = shop_allows(shop, other.port)
        shop.connect(other.port)
        shop.send()
        shop.work()
    assert shop.outcomes() == ["refused", "unsure"]
    assert "/send" not in page(shop.desk, shop.page)


def shop_allows(shop: Shop, port: int) -> Any:
    networks = ((IPv4Network("127.0.0.1/32"), port),)
    return replace(shop.app.extensions["traceapp"], printer_networks=networks)


def test_a_worker_that_died_while_sending_sends_nothing_again(make_app: AppMaker) -> None:
    with listening() as there:
        shop = Shop(make_app, there)
        shop.send()
        with shop.app.app_context(), transaction():
            db.session.scalars(select(LabelPrint)).one().begun_at = datetime.now(UTC)
        shop.work()
        assert (shop.outcomes(), there.calls) == (["unsure"], 0)
        assert "/send" not in page(shop.desk, shop.page)
        again = form(shop.app, first="2", last="3", start_position="1", reason="Kẹt giấy", id=uid())
        answer = shop.desk.post(f"{shop.page}/reprint", data=again)
        assert answer.status_code == 303
        shop.send(str(answer.location))
        shop.work()
    assert b"^PQ2^" in there.got
    assert shop.outcomes() == ["unsure", "taken"]


def uid() -> str:
    return str(UUID(int=0x0192_0000_0000_7000_8000_0000_0000_0001))


def test_goods_that_may_not_be_labelled_any_more_are_not_printed(make_app: AppMaker) -> None:
    with listening() as there:
        shop = Shop(make_app, there)
        shop.send()
        with shop.app.app_context(), transaction():
            now = datetime.now(UTC)
            codes.set_state(shop.code, CodeState.RECALLED, actor="Chi cục", now=now, reason="x")
        shop.work()
        assert (shop.outcomes(), there.calls) == (["nothing"], 0)


@pytest.mark.parametrize(
    ("host", "port"),
    [
        *(("127.0.0.1", 1), ("192.168.1.9", 0), ("localhost", 0), ("8.8.8.8", 0), ("::1", 0)),
        *(("fd12::8%lo", 0), ("::ffff:127.0.0.1", 0), ("[::1]", 0), ("2130706433", 0)),
    ],
)
def test_only_what_the_operator_allowed_is_spoken_to(
    make_app: AppMaker, host: str, port: int
) -> None:
    with listening() as there:
        shop = Shop(make_app, there)
        assert shop.connect(port or there.port, host=host) == 422
        shop.app.extensions["traceapp"] = shop_allows(shop, 9)  # and changed his mind
        shop.send()
        shop.work()
        assert (shop.outcomes(), there.calls) == (["not_allowed"], 0)


def test_without_leave_of_the_operator_no_printer_is_reached(make_app: AppMaker) -> None:
    app = make_app(TRACEAPP_DEMO="1")
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
        by = (lan.producer_id, lan.actor.member_id)
        printer_id = printers.add_printer(by, {"name": "A"}, now=datetime.now(UTC)).printer_id
    with app.app_context():
        desk = signed_in(app, lan)
    path = f"/desk/printers/{printer_id}/network"
    assert "chưa cho phép máy in" in page(desk, path)
    assert "/network" not in page(desk, f"/desk/printers/{printer_id}")
    sent = form(app, host="192.168.1.9", port="9100", language="zpl", dpi="203", version="1")
    assert desk.post(path, data=sent).status_code == 422


def test_the_owner_alone_says_where_a_printer_is_and_the_book_tells(make_app: AppMaker) -> None:
    with listening() as there:
        shop = Shop(make_app, there)
        with shop.app.app_context():
            acts = list(db.session.scalars(select(AuditEntry.act)))
            assert acts.count("printer.changed") == 1
        with shop.app.app_context(), transaction():
            given = {"name": "Minh", "roles": ["clerk"]}
            clerk = producers.add_member(shop.lan.producer_id, given)
        with shop.app.app_context():
            actor = Actor(shop.lan.producer_id, clerk)
            desk = signed_in(shop.app, replace(shop.lan, actor=actor))
        assert desk.get(f"/desk/printers/{shop.printer_id}/network").status_code == 404
        assert "Gửi tới Máy quầy" in page(desk, shop.page)


def test_where_a_printer_is_in_ipv6_is_kept_and_shown_in_its_short_form(make_app: AppMaker) -> None:
    app = make_app(TRACEAPP_DEMO="1", PRINTER_NETWORKS="[fd12::/64]:9100")
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
        by, now = (lan.producer_id, lan.actor.member_id), datetime.now(UTC)
        printer_id = printers.add_printer(by, {"name": "A"}, now=now).printer_id
    with app.app_context():
        desk = signed_in(app, lan)
    path = f"/desk/printers/{printer_id}/network"
    shown = page(desk, path)
    assert "[fd12::/64]:9100" in shown
    assert "Chỉ tem cuộn được gửi" in shown
    sent = {"port": "9100", "language": "zpl", "dpi": "203", "version": "1"}
    for bad in ("fd12:0:0:1::8", "fd12::8%eth0"):
        assert desk.post(path, data=form(app, host=bad, **sent)).status_code == 422
    long = "FD12:0000:0000:0000:0000:0000:0000:0008"
    assert desk.post(path, data=form(app, host=long, **sent)).status_code == 303
    assert "[fd12::8]:9100" in page(desk, f"/desk/printers/{printer_id}")


def test_the_page_of_sheets_says_that_they_are_not_sent(make_app: AppMaker) -> None:
    with listening() as there:
        shop = Shop(make_app, there)
        wish = {"stock": "a4-24", "printer_id": str(shop.printer_id)}
        sheets = issued(shop.desk, shop.code, labels=2, **wish)
    shown = page(shop.desk, sheets)
    assert "Tem tờ không gửi tới Máy quầy" in shown
    assert "/send" not in shown
