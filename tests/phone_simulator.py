"""Phones that are simulated from a seed: saving, sending by a bad network, crashing, sending again.

A phone keeps what it saved until it has read an answer for it, as the app does. Between it and the
server, requests get lost, arrive twice or late and out of order; answers get lost; the phone is
killed before it sends, before it reads the answer, and between a photo and its record. The server
is the application in this process, or one that runs elsewhere (`tests.phones.over_http`).
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from tests.builders import Business, line
from tests.phones import VirtualPhone, enrol, invited
from tests.pictures import jpeg
from tests.slips import Signer, pair, receipt
from traceapp.batches.models import Batch, Event
from traceapp.database.engine import db
from traceapp.phone.models import PhoneRecord

SENT_AT_ONCE = 7
FURTHEST_CLOCK = timedelta(days=3)
WAITS = 202
FAULTS = ("lost", "answer lost", "twice", "late", "fine", "fine", "fine")


class Killed(Exception):  # noqa: N818 - what happened to the phone
    """The phone went away in the middle of what it did."""


@dataclass(slots=True)
class Network:
    """What lies between phones and server: it loses, repeats and holds back."""

    random: Random
    is_good: bool = False
    held_back: list[tuple[VirtualPhone, str, str, dict[str, Any]]] = field(default_factory=list)

    def ask(self, phone: VirtualPhone, method: str, path: str, **request: Any) -> TestResponse:
        """Ask, or raise ConnectionError where no answer comes."""
        fault = "fine" if self.is_good else self.random.choice(FAULTS)
        if fault == "lost":
            raise ConnectionError
        if fault == "late":
            self.held_back.append((phone, method, path, request))
            raise ConnectionError
        answer = phone.ask(method, path, **request)
        if fault == "twice":
            answer = phone.ask(method, path, **request)
        if fault == "answer lost":
            raise ConnectionError
        return answer

    def deliver_late(self, number: int | None = None) -> None:
        """Let some of what was held back arrive, in any order; nobody reads the answers."""
        self.random.shuffle(self.held_back)
        for _ in range(len(self.held_back) if number is None else number):
            if self.held_back:
                phone, method, path, request = self.held_back.pop()
                phone.ask(method, path, **request)


@dataclass(slots=True)
class Simulated:
    """A phone with its outbox; whatever is in `saved` survives when it is killed."""

    phone: VirtualPhone
    network: Network
    product_id: UUID
    clock: timedelta
    saved: dict[int, dict[str, Any]] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)
    acknowledged: dict[int, dict[str, Any]] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    signer: Signer = field(init=False)
    answers: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.signer = Signer(self.phone)

    def now(self) -> datetime:
        """Give the time by the phone's own clock."""
        return datetime.now(UTC) + self.clock

    def save(self, random: Random) -> None:
        """Save a record, perhaps with a batch, perhaps with a photo."""
        if random.random() < 0.5:
            code = {"code": self.codes.pop()} if self.codes and random.random() < 0.7 else {}
            record = self.phone.harvest(self.product_id, **code)
        else:
            record = self.phone.record("scout", fields={"note": f"ghi {random.random()}"})
        event = record["event"]
        event["event_time"] = (self.now() - timedelta(hours=random.random() * 30)).isoformat()
        event["device_time"] = self.now().isoformat()
        event["id"] = str(uuid4())
        if random.random() < 0.3:
            picture = jpeg((random.randrange(256), random.randrange(256), 60))
            sha256 = self.photo_number(picture)
            event["photos"] = [sha256]
            record["originals"] = {sha256: "0" * 64}
        self.saved[record["sequence"]] = record

    def photo_number(self, picture: bytes) -> str:
        """Keep a photo and give its number."""
        sha256 = hashlib.sha256(picture).hexdigest()
        self.photos[sha256] = picture
        return sha256

    def flush(self, random: Random) -> None:
        """Send photos, then records; mark what the answer names. Raises Killed, ConnectionError."""
        numbers = sorted(self.saved)[:SENT_AT_ONCE]
        records = [self.saved[number] for number in numbers]
        for sha256 in {photo for one in records for photo in one["event"].get("photos", ())}:
            answer = self.network.ask(
                self.phone,
                "PUT",
                f"/photos/{sha256}",
                data=self.photos[sha256],
                content_type="image/jpeg",
            )
            assert answer.status_code in {200, 201}, answer.text
        self._perhaps_killed(random)
        sent = self.phone.envelope(
            *records,
            sent_at=self.now().isoformat(),
            unsent=len(self.saved),
            free_codes=min(len(self.codes), 50),
            public_key=self.signer.public,
            slips=self.answers[:SENT_AT_ONCE],
        )
        answer = self.network.ask(self.phone, "POST", "/sync", json=sent)
        assert answer.status_code == 200, answer.text
        self._perhaps_killed(random)
        self._read(answer.get_json(), sent["slips"])

    def _perhaps_killed(self, random: Random) -> None:
        if not self.network.is_good and random.random() < 0.15:
            raise Killed

    def _read(self, answer: dict[str, Any], slips: list[dict[str, str]]) -> None:
        for result, both in zip(answer["slips"], slips, strict=True):
            assert result["status"] in {200, 201, WAITS}, result
            if result["status"] != WAITS:
                self.answers.remove(both)
        for result in answer["results"]:
            assert result["status"] in {200, 201, WAITS}, result
            if result["status"] == WAITS:
                continue  # it is sent again
            record = self.saved.pop(result["sequence"])
            assert result["id"] == record["event"]["id"]
            self.acknowledged[result["sequence"]] = record
        self.codes += answer["reserve"]

    def check(self) -> None:
        """See that all that was acknowledged is there, once, and as it was sent."""
        producer_id = self.phone.by.producer_id
        db.session.rollback()
        for record in self.acknowledged.values():
            event = record["event"]
            row = db.session.get_one(Event, (producer_id, UUID(event["id"])))
            assert json.loads(row.document) == event, "the content is not as it was sent"
            for batch in record.get("batches", ()):
                made = db.session.get_one(Batch, (producer_id, UUID(batch["batch_id"])))
                assert made.lot == batch["lot"]


def enrolled(app: Flask | Client, by: Business, product_id: UUID, network: Network) -> Simulated:
    """Enrol a phone whose first answer may be lost."""
    code, phone_id = invited(by).secret, uuid4()
    answer = enrol(app, code, phone_id)
    if network.random.random() < 0.5:
        answer = enrol(app, code, phone_id)
    assert answer.status_code in {200, 201}, answer.text
    body = answer.get_json()
    phone = VirtualPhone(app, by, body["phone_id"], body["token"], body["mark"], [])
    clock = FURTHEST_CLOCK * network.random.uniform(-1, 1)
    return Simulated(phone, network, product_id, clock, codes=list(body["reserve"]))


def meet(giver: Simulated, taker: Simulated, random: Random) -> None:
    """Hand goods over where there is no network; the giver may never see the answer."""
    made = giver.phone.harvest(giver.product_id)
    batch_id = made["batches"][0]["batch_id"]
    to = {"to_site": str(taker.phone.by.site_id), "doc_no": "PX-1"}
    shipped = giver.phone.record("ship", inputs=[line(batch_id, "10")], fields=to)
    for record in (made, shipped):
        at = giver.now().isoformat()
        record["event"] |= {"event_time": at, "device_time": at, "id": str(uuid4())}
        giver.saved[record["sequence"]] = record
    goods = (giver.phone.by.producer_id, UUID(batch_id), "10", "kg")
    site_id, ship_id = taker.phone.by.site_id, UUID(shipped["event"]["id"])
    slip = giver.signer.slip(ship_id, site_id, goods, at=giver.now())
    counter = taker.signer.counter(uuid4(), slip, random.choice(("10", "9.5")), at=taker.now())
    both = pair(slip, counter)
    received = taker.phone.record() | {"event": receipt(slip, counter), "slip": both}
    taker.saved[received["sequence"]] = received
    if random.random() < 0.7:
        giver.answers.append(both)


def run(phones: list[Simulated], random: Random, steps: int, *, may_meet: bool = False) -> None:
    """Let phones work by a bad network for a while, then by a good one until all is sent."""
    work(phones, random, steps, may_meet=may_meet)
    finish(phones, random)


def work(phones: list[Simulated], random: Random, steps: int, *, may_meet: bool = False) -> None:
    """Let phones work by a bad network for a while."""
    network = phones[0].network
    for _ in range(steps):
        phone = random.choice(phones)
        phone.save(random)
        if may_meet and random.random() < 0.4:
            meet(phone, random.choice([one for one in phones if one is not phone]), random)
        if random.random() < 0.6:
            _flush(phone, random)
        if random.random() < 0.3:
            network.deliver_late(1)
        phone.check()


def finish(phones: list[Simulated], random: Random) -> None:
    """Let the network be good until all is sent."""
    network = phones[0].network
    network.is_good = True
    network.deliver_late()
    while any(phone.saved or phone.answers for phone in phones):
        for phone in phones:  # what one waits for, another sends
            phone.flush(random)
    for phone in phones:
        phone.check()


def _flush(phone: Simulated, random: Random) -> None:
    try:
        phone.flush(random)
    except (Killed, ConnectionError):
        return  # what was saved is sent another time


def everything_once(phones: list[Simulated]) -> None:
    """See that there is what was saved and nothing else, each under its own number."""
    saved = {one["event"]["id"] for phone in phones for one in phone.acknowledged.values()}
    there = [str(event_id) for event_id in db.session.scalars(select(Event.event_id))]
    assert sorted(there) == sorted(saved)
    numbers = {
        (str(row.phone_id), row.sequence): str(row.event_id)
        for row in db.session.scalars(select(PhoneRecord))
    }
    assert numbers == {
        (phone.phone.phone_id, number): one["event"]["id"]
        for phone in phones
        for number, one in phone.acknowledged.items()
    }
