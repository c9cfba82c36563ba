"""Webhooks, against a real HTTPS server on this machine: where they go, signed, sent again."""

import json
import re
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests import receiver as program
from tests.builders import NOW, Business, business
from tests.conftest import AppMaker, settings_for
from tests.receiver import Receiver, receiver
from traceapp import problem
from traceapp.app import create_app
from traceapp.database.engine import db
from traceapp.jobs.runner import Runner
from traceapp.web.endpoints import transaction
from traceapp.webhooks import addresses, operations, queries, signing
from traceapp.webhooks.models import Webhook, WebhookDelivery
from traceapp.webhooks.sending import Outcome, send

DOCS = Path(__file__).resolve().parents[2] / "docs" / "integrators" / "webhooks.md"


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiver(tmp_path) as made:
        monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
        yield made


@pytest.fixture
def sending(make_app: AppMaker, there: Receiver) -> Iterator[Flask]:
    with make_app(OUTBOUND_PRIVATE_ALLOWED=there.allowed).app_context() as context:
        yield context.app


@pytest.fixture
def lan(sending: Flask) -> Business:
    with transaction():
        return business("Lan", role="owner")


def entered(by: Business, there: Receiver) -> str:
    with transaction():
        secret = operations.enter((by.producer_id, by.actor.member_id), there.address, now=NOW)
    assert secret is not None
    return secret


def tried(by: Business) -> None:
    with transaction():
        operations.send_trial((by.producer_id, by.actor.member_id), now=NOW)


def work(app: Flask, now: datetime = NOW) -> int:
    return Runner(app, lambda: now).run_due()


def last(by: Business) -> WebhookDelivery:
    db.session.rollback()
    return queries.last_deliveries(by.producer_id)[0]


def verified(secret: str, taken: program.Taken, now: datetime) -> Any:
    """Read a message as the documentation tells programs to."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own documentation
    headers = {name.lower(): value for name, value in taken.headers.items()}
    return names["message"](secret, headers, taken.body, now.timestamp())


def test_a_message_comes_signed_and_is_read_as_the_documentation_says(
    sending: Flask, lan: Business, there: Receiver
) -> None:
    secret = entered(lan, there)
    tried(lan)
    assert there.taken == []
    assert work(sending) == 1
    (taken,) = there.taken
    assert taken.path == "/traceapp?of=lan"
    assert taken.headers["Host"] == f"localhost:{there.port}"
    told = verified(secret, taken, NOW)
    assert (told["kind"], told["id"]) == ("trial", taken.headers["webhook-id"])
    assert (last(lan).state, last(lan).outcome, last(lan).body) == ("delivered", "200", "")
    for changed in (
        (signing.new_secret(), taken, NOW),
        (secret, program.Taken(taken.path, taken.headers, taken.body + b" "), NOW),
        (secret, taken, NOW + timedelta(minutes=6)),
    ):
        with pytest.raises(ValueError, match="not from"):
            verified(*changed)
    assert work(sending) == 0


def test_what_is_not_taken_is_sent_again_after_growing_pauses_for_less_than_a_day(
    sending: Flask, lan: Business, there: Receiver
) -> None:
    entered(lan, there)
    tried(lan)
    there.answers = [program.status(500)] * 20
    now, pauses = NOW, []
    assert work(sending, now) == 1
    while last(lan).state == "waiting":
        following = last(lan).next_at
        assert following is not None
        assert work(sending, following - timedelta(seconds=1)) == 0
        pauses.append(following - now)
        now = following
        assert work(sending, now) == 1
    assert pauses == sorted(set(pauses))
    assert timedelta(hours=20) < now - NOW < timedelta(days=1)
    assert len({one.headers["webhook-id"] for one in there.taken}) == 1
    assert len({one.body for one in there.taken}) == 1
    assert len({one.headers["webhook-signature"] for one in there.taken}) == len(there.taken)
    assert (last(lan).state, last(lan).tries, last(lan).outcome) == ("given_up", 8, "500")


def test_a_message_is_taken_at_a_later_try_and_a_job_that_comes_twice_sends_nothing(
    sending: Flask, lan: Business, there: Receiver
) -> None:
    entered(lan, there)
    tried(lan)
    there.answers = [program.status(503)]
    work(sending)
    again = {"producer_id": str(lan.producer_id), "delivery_id": str(last(lan).delivery_id)}
    operations.deliver_job({**again, "tries": 0}, NOW)()
    assert len(there.taken) == 1
    work(sending, NOW + timedelta(minutes=1))
    assert (last(lan).state, last(lan).tries) == ("delivered", 2)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (program.status(302, Location="https://localhost/elsewhere"), "302"),
        (program.status(410), "410"),
        (program.trickle, Outcome.LATE),
        (program.flood, Outcome.NOT_HTTP),
    ],
)
def test_asvs_15_3_2_no_redirect_is_followed_and_an_answer_is_bounded_in_time_and_length(
    there: Receiver, answer: program.Answer, outcome: str
) -> None:
    there.answers = [answer]
    came = send(there.address, {}, b"{}", allowed={there.allowed}, timeout_s=1.0)
    assert came == outcome
    assert len(there.taken) == 1


def test_a_certificate_for_another_name_or_of_nobody_is_not_trusted(
    there: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver(tmp_path, "elsewhere.example.vn") as other:
        monkeypatch.setenv("SSL_CERT_FILE", str(other.certificate))
        for one in (other, there):
            assert send(one.address, {}, b"{}", allowed={one.allowed}) == Outcome.UNTRUSTED
            assert one.taken == []


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
        *("[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[ff02::1]", "[::ffff:127.0.0.1]"),
        *("[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:db8::1]", "[::127.0.0.1]", "[fec0::1]"),
        *("2130706433", "0x7f.1", "127.1", "0177.0.0.1"),
    ],
)
def test_asvs_1_3_6_nothing_is_sent_into_a_private_network(host: str) -> None:
    with pytest.raises(problem.InvalidInput) as caught:
        addresses.checked(f"https://{host}/", frozenset({"localhost:8443", "127.0.0.1:8443"}))
    (finding,) = caught.value.findings
    assert (finding.pointer, finding.rule) == ("/address", "private_address")
    assert send(f"https://{host}/", {}, b"", allowed=()) == Outcome.PRIVATE


@given(st.ip_addresses())
def test_what_is_open_is_global_and_no_group(address: Any) -> None:
    if addresses.is_open(str(address)):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_private


@pytest.mark.parametrize(
    "text",
    [
        *("http://1.1.1.1/", "ftp://1.1.1.1/", "https://", "https:///x", "1.1.1.1", ""),
        *("https://a:b@1.1.1.1/", "https://1.1.1.1/#x", "https://1.1.1.1/ x", "https://1.1.1.1:x/"),
        *(
            "https://1.1.1.1/\r\nX: y",
            "https://[::1",
            "https://[fe80::1%25lo]/",
            "https://1.1.1.1/ế",
        ),
        "https://1.1.1.1/" + "x" * 500,
    ],
)
def test_what_is_no_https_address_is_refused(text: str) -> None:
    with pytest.raises(problem.InvalidInput) as caught:
        addresses.checked(text, frozenset())
    assert caught.value.findings[0].rule == "https_address"


def test_asvs_1_3_6_a_name_that_answers_otherwise_a_moment_later_leads_nowhere_else(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        address = "192.0.0.9" if len(asked) == 1 else "127.0.0.1"  # public, and nobody answers
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    connected: list[Any] = []

    def connect(place: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket, "create_connection", connect)
    address = f"https://rebinding.example.vn:{there.port}/"
    assert send(address, {}, b"{}", allowed=()) == Outcome.AWAY
    assert (asked, connected) == (["rebinding.example.vn"], [("192.0.0.9", there.port)])
    assert send(address, {}, b"{}", allowed=()) == Outcome.PRIVATE
    assert len(connected) == 1


def test_asvs_1_3_6_one_private_address_among_public_ones_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def mixed(_host: str, port: int, *_: object, **__: object) -> list[Any]:
        return [(0, 0, 0, "", (one, port)) for one in ("1.1.1.1", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", mixed)
    assert send("https://mixed.example.vn/", {}, b"{}", allowed=()) == Outcome.PRIVATE


def test_the_secret_is_kept_encrypted_and_another_key_cannot_read_it(
    sending: Flask, lan: Business, there: Receiver, tmp_path: Path
) -> None:
    secret = entered(lan, there)
    kept = db.session.get_one(Webhook, lan.producer_id).secret
    assert secret not in kept
    assert signing.secret_in(kept) == secret
    other = settings_for(
        "sqlite:///:memory:", tmp_path, SECRET_KEY="another secret, long enough it is"
    )
    with create_app(other).app_context(), pytest.raises(signing.UnreadableSecretError):
        signing.secret_in(kept)


def test_after_a_new_secret_the_old_one_signs_nothing(
    sending: Flask, lan: Business, there: Receiver
) -> None:
    old = entered(lan, there)
    tried(lan)
    with transaction():
        new = operations.rotate((lan.producer_id, lan.actor.member_id), now=NOW)
    work(sending)
    assert verified(new, there.taken[0], NOW)
    with pytest.raises(ValueError, match="not from"):
        verified(old, there.taken[0], NOW)


def test_what_is_on_its_way_to_a_removed_address_is_given_up(
    sending: Flask, lan: Business, there: Receiver
) -> None:
    entered(lan, there)
    tried(lan)
    with transaction():
        operations.remove((lan.producer_id, lan.actor.member_id), now=NOW)
    work(sending)
    assert there.taken == []
    assert (last(lan).state, last(lan).outcome) == ("given_up", Outcome.REMOVED)


def test_the_example_of_the_documentation_has_the_fields_of_a_message() -> None:
    examples = re.findall(r"```json\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    recall, stop = map(json.loads, examples)
    whole = {"id", "kind", "occurred_at", "is_drill", "recall", "lots", "lots_in_all"}
    assert whole == recall.keys()
    words = {"reason", "reason_told", "reason_told_en"}
    assert stop.keys() == {"lot", "actor", "stopped_at", "read_at", *words}


def test_trials_in_a_row_are_one_for_a_minute(lan: Business, there: Receiver) -> None:
    entered(lan, there)
    for seconds, posted in ((0, 1), (30, 1), (59, 1), (61, 2)):
        with transaction():
            key = (lan.producer_id, lan.actor.member_id)
            operations.send_trial(key, now=NOW + timedelta(seconds=seconds))
        assert len(queries.last_deliveries(lan.producer_id)) == posted
        db.session.rollback()
