"""Lan's co-operative with something behind every kind of address, and one text in all it says.

The text is the canary, where the test is about who may read it, or anything one may have typed.
"""

import hashlib
import io
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from PIL import Image
from sqlalchemy import select

from tests import builders, sounds
from tests.http.on_sale import code_of
from tests.participants import joined, signed, text_of
from tests.signing_in import account_of
from traceapp.accounts import phone_users, phones, sessions
from traceapp.accounts.models import ApiToken, Passkey, Phone, SignedInDevice
from traceapp.accounts.visitor import hashed
from traceapp.api.models import RefusedMessage
from traceapp.batches import operations as batches
from traceapp.batches.hand_off_models import HandOffAnswer
from traceapp.chains.models import Commitment
from traceapp.codes import audits, openings
from traceapp.codes.models import AuditedPage, PublicCode
from traceapp.codes.page_asking import UNIT, Asked, Outcome
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.exchange import leaving
from traceapp.exchange.models import ExportFile, ImportFile
from traceapp.handoffs import links
from traceapp.handoffs import operations as hand_offs
from traceapp.handoffs.operations import Reply
from traceapp.labels import printers, serials, unit_openings
from traceapp.labels.models import LabelAllowance, LabelIssue
from traceapp.network import operations as network
from traceapp.network import programme
from traceapp.network.operations import Author
from traceapp.network.schemas import (
    ActivitySchema,
    IndicatorSchema,
    MeasureSchema,
    MeasureStepSchema,
    TotalSchema,
)
from traceapp.phone.models import PhoneRecord
from traceapp.photos import operations as photos
from traceapp.photos.storage import Storage
from traceapp.producers import operations as producers
from traceapp.producers.certificate_models import CertificateFile
from traceapp.public.operations import receive_report
from traceapp.purchasing import operations as purchasing
from traceapp.purchasing.matching import Shows
from traceapp.purchasing.schemas import LetterSchema, NewNeedSchema
from traceapp.questions import operations as questions
from traceapp.recalls import answering, case_photos, case_queries, drills, effectiveness
from traceapp.recalls import cases as recalls
from traceapp.recalls.answering import Count
from traceapp.recalls.case_queries import Case
from traceapp.recalls.cases import Order, Suspicion, Wish
from traceapp.recalls.stops.stopping import Actor as RecallActor
from traceapp.stalls import changing as stalls
from traceapp.stalls import openings as stall_openings
from traceapp.trace.facts import AnswerKind, Ref
from traceapp.voices import operations as voices
from traceapp.voices.models import EventVoice
from traceapp.web import csv_text
from traceapp.web.settings import settings
from traceapp.webhooks import operations as webhooks
from traceapp.webhooks import queries as webhook_messages

CANARY = "Hoàng yến"  # the bird that miners took along: where it is heard, a wall has a hole
FOLDED_CANARY = "hoang yen"  # as one may search for it; an answer that only repeats it holds none


@dataclass(frozen=True, slots=True)
class Lan:
    """The co-operative and what the arguments of routes are for it.

    `values` names what is there, `made_up` what is nowhere; `secret_names` are the arguments that
    stand for something of the co-operative, unlike a language or a format.
    """

    business: builders.Business
    values: dict[str, str]
    made_up: dict[str, str]
    secret_names: frozenset[str]

    def colleague(self, role: str) -> builders.Business:
        """Add a person with this role to the co-operative."""
        owner = self.business
        member_id = producers.add_member(
            owner.producer_id, {"name": f"{CANARY} {role} {uuid4().hex[:6]}", "roles": [role]}
        )
        db.session.commit()
        actor = batches.Actor(owner.producer_id, member_id)
        return builders.Business(owner.producer_id, owner.site_id, owner.plot_id, actor)


def lan(text: str = CANARY) -> Lan:
    """Found the co-operative; the caller owns the transaction."""
    business = builders.business(f"HTX {text}", role="owner")
    mine = _ids(business, text)
    code = mine["code"]
    anywhere = {"number": "1", "sequence": "1", "kind": "products", "language": "vi"}
    anywhere |= {"subject": "measures", "part": "activity", "year": "2026", "name": "producers"}
    anywhere |= {"sector": "food", "table": "stated"}
    anywhere |= {"chain": "safe_food", "act": "join"}
    anywhere |= {"form": "csv", "writer": "pdf", "paper": "a5"}
    nowhere = {name: str(uuid4()) for name in mine}
    nowhere |= {"code": "7K3M9QRT2X", "sha256": hashlib.sha256(b"nothing").hexdigest()}
    assert code != nowhere["code"]
    return Lan(business, anywhere | mine, anywhere | nowhere, frozenset(mine))


def more(owner: builders.Business, text: str) -> dict[str, str]:
    """Give the co-operative one more of everything; gives what the arguments of routes are."""
    return _ids(owner, text, "yellow")


def _ids(owner: builders.Business, text: str, colour: str = "green") -> dict[str, str]:
    label = {**builders.LABEL, "warnings": [{"vi": text, "en": None}]}
    product_id = builders.product(
        owner, name=f"Cải {text}", role="finished", label=label, photo_sha256="ab" * 32
    )
    batch_id = builders.batch(owner, product_id, "YEN-01", expiry_date="2126-11-26")
    season_id = producers.start_season(
        owner.producer_id,
        {
            "plot_id": str(owner.plot_id),
            "name": f"Vụ {text}",
            "crop": "cải",
            "started_on": "2026-09-01",
        },
    )
    photo = photos.store(owner.producer_id, a_picture(colour), is_public=False, now=builders.NOW)
    recorded = builders.record(
        owner,
        "harvest",
        photos=[photo.hex()],
        outputs=[builders.line(batch_id, "12.5")],
        fields={"note": f"Ghi chú {text}"},
    )
    shipment_id, answer_id = _delivery(owner, batch_id, text)
    code = code_of(owner.producer_id, batch_id)
    receipt = receive_report(
        {"code": code, "kind": "other", "text": f"Hỏi {text}", "area": None},
        language="vi",
        now=builders.NOW,
        is_demo=False,
    )
    _audited(code)
    webhook(owner)
    openings.add({(code, datetime.now(UTC).date()): 40})
    issue_id = _labels(owner, batch_id)
    return {
        "code": code,
        "printer_id": str(_printer(owner, text)),
        **_stall(owner, code, text),
        "allowance_id": str(_allowance(owner, batch_id, text)),
        "issue_id": str(issue_id),
        "serial": _numbered(owner, issue_id, code),
        "report_number": receipt.number,
        **_recall(owner, batch_id, text, photo),
        **_assessment(owner, product_id, text, photo),
        **_need(owner, text),
        "commitment_id": str(_commitment(owner, text, photo)),
        "activity_id": str(_fair()),
        "total_id": str(totals_of(_office())),
        "question_id": str(_question(owner, batch_id, text, photo)),
        "batch_id": str(batch_id),
        "product_id": str(product_id),
        "site_id": str(owner.site_id),
        "plot_id": str(owner.plot_id),
        "season_id": str(season_id),
        "event_id": str(recorded.event_id),
        "shipment_id": str(shipment_id),
        "answer_id": str(answer_id),
        "certificate_id": str(_certificate(owner.producer_id, text, photo)),
        "member_id": str(owner.actor.member_id),
        "producer_id": str(owner.producer_id),
        "token_id": str(_token(owner, text)),
        **_phone(owner, text, recorded.event_id),
        "sha256": photo.hex(),
        "voice_sha256": hashlib.sha256(sounds.webm(7, mark=text)).hexdigest(),
        "export_id": str(_export(owner, photo, text)),
        "device_id": str(_device(owner, text)),
        "passkey_id": str(_passkey(owner)),
    }


def _audited(code: str) -> None:
    """Let the last audit have asked for the page of a code, too."""
    before = audits.last()
    pages = []
    if before is not None:
        asked = select(AuditedPage.code).where(AuditedPage.audit_id == before.audit_id)
        pages = list(db.session.scalars(asked))
    found = [Asked(one, Outcome.STATUS, "500") for one in (*pages, code)]
    count, now = len(found), datetime.now(UTC)
    audits.keep(audits.Audit(now, now, "http://localhost:8000", 1, count, count, found))


def _recall(owner: builders.Business, batch_id: UUID, text: str, photo: bytes) -> dict[str, str]:
    """Let the owner hold a drill about the batch, with a photo; something waits for another."""
    by = RecallActor(Ref(owner.producer_id, owner.actor.member_id), is_authority=False)
    now = datetime.now(UTC)
    order = Order(f"Diễn tập {text}", "low", f"Để riêng {text}", f"Bà {text}")
    batch = Ref(owner.producer_id, batch_id)
    case = drills.start(by, batch, order, now=now)
    case_photos.keep(case, [photo])
    counted = Count(batch, Decimal(0), Decimal(1), f"Kho {text}", photo)
    answering.acknowledge(case, by.member, counted, now=now)
    recalls.ask(case, by, Wish("close", f"Đã xong {text}"), now=now)
    found = case_queries.find(case)
    assert found is not None
    shop = _sent_to_a_shop(owner, batch_id, text)
    _checked(found, shop, text, now)
    opened = recalls.open_case(by, Suspicion(batch, "batch", f"Nghi {text}"), now=now)
    return {
        "letter_id": str(_given_up(case)),
        "case_id": str(case.id),
        "holder_id": str(shop),
        "act_id": str(found.waiting[0].act_id),
        "open_case_id": str(opened.id),
    }


def _assessment(
    owner: builders.Business, product_id: UUID, text: str, photo: bytes
) -> dict[str, str]:
    """Let an authority have assessed the product; a chosen measure and a figure wait."""
    assessment, body = open_assessment(owner, product_id, text)
    us = Author(Ref(owner.producer_id, owner.actor.member_id), is_body=False)
    now = datetime.now(UTC)
    proposed = network.propose(assessment, a_measure(f"Bịt khe lò {text}"), body, now=now)
    chosen = {"state": "chosen", "on": "2026-01-06", "photos": [photo.hex()]}
    step = MeasureStepSchema().load(chosen)
    network.advance(Ref(owner.producer_id, proposed), step, us, now=now)
    recorded = network.record(assessment, a_figure(f"Điện {text}"), us, now=now)
    return {
        "assessment_id": str(assessment.id),
        "measure_id": str(proposed),
        "indicator_id": str(recorded),
    }


def _need(owner: builders.Business, text: str) -> dict[str, str]:
    """Let the owner need what a neighbour shows on the board, and have written about it."""
    by, now = Ref(owner.producer_id, owner.actor.member_id), datetime.now(UTC)
    need_id = purchasing.post(a_need(words=f"Cải {text}"), by, now=now)
    lot = on_the_board(builders.business(f"HTX {uuid4().hex[:6]}"), f"Cải {text} tươi")
    letter = LetterSchema().load({"id": str(new_id()), "text": f"Còn {text}?"})
    need = Ref(owner.producer_id, need_id)
    contact_id = purchasing.open_contact(need, lot, letter, by, now=now)
    return {"need_id": str(need_id), "lot_id": str(lot.id), "contact_id": str(contact_id)}


def a_need(**changes: Any) -> dict[str, Any]:
    """Give a need as its form would send it."""
    given = {"id": str(new_id()), "quantity": "2", "uom": "kg", "commune": "Bát Tràng"}
    given |= {"from_on": "2026-09-01", "until_on": "2126-09-01", "reach": "anywhere"}
    return dict(NewNeedSchema().load(given | {"level": "self"} | changes))


def on_the_board(owner: builders.Business, name: str, lot: str = "BANG-01") -> Ref:
    """Let somebody show a lot of 140 kg that is for sale."""
    product_id = builders.product(owner, name=name, role="finished", label=builders.LABEL)
    batch_id = builders.batch(owner, product_id, lot, expiry_date="2126-11-26")
    builders.record(owner, "harvest", outputs=[builders.line(batch_id, "140")])
    code = select(PublicCode).where(PublicCode.batch_id == batch_id)
    db.session.scalars(code).one().state = "active"
    by = Ref(owner.producer_id, owner.actor.member_id)
    purchasing.show({product_id: Shows.EXACT}, by, now=datetime.now(UTC))
    return Ref(owner.producer_id, batch_id)


def _commitment(owner: builders.Business, text: str, photo: bytes) -> UUID:
    """Let the owner be in a chain, and have signed what an authority wrote; once for all."""
    kept = db.session.scalars(
        select(Commitment.commitment_id).where(Commitment.producer_id == owner.producer_id)
    ).first()
    if kept is not None:
        return kept
    office = builders.business(f"Cơ quan {uuid4().hex[:6]}", kinds=("authority",), role="officer")
    joined(owner)
    return signed(owner, text_of(office), photo, f"Bà {text}")


def open_assessment(
    owner: builders.Business, product_id: UUID | None, text: str
) -> tuple[Ref, Author]:
    """Let a new authority open an assessment; gives it and the officer."""
    name = f"Cơ quan {uuid4().hex[:6]}"
    office = builders.business(name, kinds=("authority",), role="officer")
    body = Author(Ref(office.producer_id, office.actor.member_id), is_body=True)
    given = {"product_id": product_id, "output_unit": f"giỏ {text}", "not_covered": f"Kho {text}"}
    given["id"], now = new_id(), datetime.now(UTC)
    opened = network.open_assessment(owner.producer_id, given, body, now=now)
    return Ref(owner.producer_id, opened), body


def a_measure(title: str = "Bịt khe lò", **changes: Any) -> dict[str, Any]:
    """Give a measure as its form would send it."""
    given = {"id": str(new_id()), "kind": "energy", "title": title, "proposed_on": "2026-01-05"}
    return dict(MeasureSchema().load(given | changes))


def a_figure(name: str = "Điện", **changes: Any) -> dict[str, Any]:
    """Give a whole figure as its form would send it: 0.8 kWh before, 0.748 now."""
    given = {"id": str(new_id()), "kind": "energy", "name": name, "method": "bill"}
    given |= {"before": "0.8", "before_unit": "kWh/giỏ", "after": "0.748", "after_unit": "kWh/giỏ"}
    given |= {"before_from": "2025-07-01", "before_until": "2025-12-31"}
    given |= {"after_from": "2026-02-01", "after_until": "2026-07-31"}
    return dict(IndicatorSchema().load(given | changes))


def _given_up(case: Ref) -> UUID:
    """Let the message of a case to the owner's program have been given up."""
    message = webhook_messages.about(case)[-1]
    message.state, message.tries, message.outcome, message.body = "given_up", 8, "500", "{}"
    message.next_at, message.ended_at = None, datetime.now(UTC)
    db.session.flush()
    return message.delivery_id


def _sent_to_a_shop(owner: builders.Business, batch_id: UUID, text: str) -> UUID:
    """Send something to a new shop, which waits for it."""
    shop = builders.business(f"Cửa hàng {uuid4().hex[:6]}", kinds=("shop",))
    to = {"to_site": str(shop.site_id), "doc_no": f"PX {text}"}
    builders.record(owner, "ship", inputs=[builders.line(batch_id, "1")], fields=to)
    return shop.producer_id


def _checked(case: Case, holder: UUID, text: str, now: datetime) -> None:
    """Let an authority have gone to the holders of a recall."""
    office = builders.business(f"Cơ quan {uuid4().hex[:6]}", kinds=("authority",), role="officer")
    by = RecallActor(Ref(office.producer_id, office.actor.member_id), is_authority=True)
    effectiveness.draw(case, by, 3, now=now)
    found = effectiveness.Found.TAKEN_AWAY
    effectiveness.write_finding(case, holder, by, found, f"Kệ trống {text}", now=now)


def _fair() -> UUID:
    """Let a new authority have held a fair: everybody reads of it, the authority alone writes."""
    return fair_of(_office())


def _office() -> builders.Business:
    name = f"Cơ quan {uuid4().hex[:6]}"
    return builders.business(name, kinds=("authority",), role="officer")


def fair_of(office: builders.Business) -> UUID:
    """Let an authority have held a fair."""
    given = {"id": str(new_id()), "kind": "event", "title": "Chợ phiên", "on_day": "2026-06-05"}
    by = Ref(office.producer_id, office.actor.member_id)
    programme.act(ActivitySchema().load(given), by, now=datetime.now(UTC))
    return UUID(given["id"])


def totals_of(office: builders.Business, source: str = "Báo A", year: int = 2024) -> UUID:
    """Let an authority have written down what was published of a year."""
    made, by = new_id(), Ref(office.producer_id, office.actor.member_id)
    given = {"id": str(made), "year": year, "source": source, "figures": {"measures": "185"}}
    programme.publish(TotalSchema().load(given), by, now=datetime.now(UTC))
    return made


def _question(owner: builders.Business, batch_id: UUID, text: str, photo: bytes) -> UUID:
    """Let an authority have asked about the batch, and the owner have answered with a photo."""
    asked, now = ask_about(owner, batch_id, text), datetime.now(UTC)
    question, by = Ref(owner.producer_id, asked), Ref(owner.producer_id, owner.actor.member_id)
    questions.answer(question, f"Kho dột {text}", by, now=now, photos=[photo])
    return asked


def ask_about(owner: builders.Business, batch_id: UUID, text: str) -> UUID:
    """Let an authority have asked about the batch; the time is over, so another may be asked."""
    office = builders.business(f"Cơ quan {uuid4().hex[:6]}", kinds=("authority",), role="officer")
    by, now = Ref(office.producer_id, office.actor.member_id), datetime.now(UTC)
    given = {"id": new_id(), "text": f"Giải trình {text}"}
    batch = Ref(owner.producer_id, batch_id)
    long_ago = now - 2 * questions.TIME_TO_EXPLAIN
    return questions.ask(batch, given, by, report_id=None, now=long_ago)


def webhook(owner: builders.Business) -> str:
    """Let the owner have an address for messages; give its secret."""
    by = (owner.producer_id, owner.actor.member_id)
    webhooks.enter(by, "https://hooks.example.vn/traceapp", now=builders.NOW)
    secret = webhooks.rotate(by, now=builders.NOW)
    webhooks.send_trial(by, now=builders.NOW)
    return secret


def _labels(owner: builders.Business, batch_id: UUID) -> UUID:
    about = [{"batch_id": str(batch_id)}]
    fields = {"labels": 1, "net": "0.1", "net_unit": "kg"}
    issue_id = builders.record(owner, "print_labels", about=about, fields=fields).event_id
    db.session.add(
        LabelIssue(
            producer_id=owner.producer_id,
            issue_id=issue_id,
            batch_producer_id=owner.producer_id,
            batch_id=batch_id,
            labels=1,
            net=100_000,
            quantity="0.1",
            uom="kg",
            stock="a4-24",
            template="full",
            start_position=1,
            reason=None,
            issued_at=datetime.now(UTC),
            by_member_id=owner.actor.member_id,
        )
    )
    db.session.flush()
    return issue_id


def _numbered(owner: builders.Business, issue_id: UUID, code: str) -> str:
    """Give the label of an issue a number of its own, whose page was opened; gives that."""
    row = db.session.get_one(LabelIssue, (owner.producer_id, issue_id))
    serials.draw(row, 10)
    serial = serials.serials_of(row)[1]
    unit_openings.add({(f"{code}{UNIT}{serial}", datetime.now(UTC).date()): 4})
    return serial


def _allowance(owner: builders.Business, batch_id: UUID, text: str) -> UUID:
    allowance_id = new_id()
    db.session.add(
        LabelAllowance(
            producer_id=owner.producer_id,
            allowance_id=allowance_id,
            batch_producer_id=owner.producer_id,
            batch_id=batch_id,
            labels=5,
            net=100_000,
            quantity="0.1",
            uom="kg",
            reason=f"Tem ướt {text}",
            by_producer_id=owner.producer_id,
            by_member_id=owner.actor.member_id,
            allowed_at=datetime.now(UTC),
            ends_at=datetime.now(UTC) + timedelta(days=7),
        )
    )
    db.session.flush()
    return allowance_id


def _printer(owner: builders.Business, text: str) -> UUID:
    by = (owner.producer_id, owner.actor.member_id)
    given = {"name": f"Máy in {text}", "stock": "a4-24", "offset_x": 0.5}
    return printers.add_printer(by, given, now=builders.NOW).printer_id


def _stall(owner: builders.Business, code: str, text: str) -> dict[str, str]:
    by, now = (owner.producer_id, owner.actor.member_id), datetime.now(UTC)
    given = {"name": f"Sạp {text}", "site_id": str(owner.site_id)}
    stall = stalls.open_stall(by, given, now=builders.NOW)
    stalls.put_on(by, stall.stall_id, code, today=now.date(), now=now)
    stall_openings.add({(stall.code, now.date()): 40})
    return {"stall_id": str(stall.stall_id), "stall_code": stall.code}


def _delivery(owner: builders.Business, batch_id: UUID, text: str) -> tuple[UUID, UUID]:
    """Send something to somebody without account, who answered by a link."""
    shipped = builders.record(
        owner,
        "ship",
        inputs=[builders.line(batch_id, "1")],
        fields={"to_site": f"Bếp {text}", "doc_no": f"PX {text}"},
    )
    shipment, now = (owner.producer_id, shipped.event_id), builders.NOW
    lasts = timedelta(days=36500)
    made = links.make(shipment, by=owner.actor.member_id, now=now, lasts=lasts)
    link = links.find(made.token, now)
    assert link is not None
    said = [{"quantity": Decimal(1), "uom": "kg"}]
    reply = Reply(AnswerKind.RECEIVED, text, text, said)
    hand_offs.answer(link, [Ref(owner.producer_id, batch_id)], reply, now=now)
    answers = select(HandOffAnswer.answer_id).where(HandOffAnswer.ship_event_id == shipment[1])
    return shipped.event_id, db.session.scalars(answers).one()


def a_picture(colour: str = "green") -> bytes:
    """Make a small photo."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "PNG")
    return out.getvalue()


def _export(owner: builders.Business, sha256: bytes, text: str) -> UUID:
    """Leave a table that was sent, and ask for everything to take along."""
    db.session.add(
        ImportFile(
            producer_id=owner.producer_id,
            sha256=sha256,
            kind="products",
            name=f"{text}.csv",
            content=f"name,uom\r\n{csv_text.row([text, 'kg'])}".encode(),
            sent_at=builders.NOW,
        )
    )
    _cleaner_file(owner, sha256, text)
    _phone_file(owner, sha256)
    now = datetime.now(UTC)  # it is kept for a week, by the clock of who asks
    export_id = leaving.ask(owner.producer_id, owner.actor.member_id, now=now)
    made = db.session.get_one(ExportFile, (owner.producer_id, export_id))
    made.made_at, made.size, made.sha256 = now, len(text.encode()), sha256
    place = leaving.stored_at(owner.producer_id, export_id)
    Storage(settings().storage_url).write(place, text.encode())
    db.session.flush()
    return export_id


def _cleaner_file(owner: builders.Business, sha256: bytes, text: str) -> None:
    """Leave a table of measures of cleaner production that was sent."""
    row = csv_text.row([text, "energy", "5/1/2026"])
    db.session.add(
        ImportFile(
            producer_id=owner.producer_id,
            sha256=sha256,
            kind="measures",
            name=f"{text} giải pháp.csv",
            content=f"title,kind,proposed_on\r\n{row}".encode(),
            sent_at=builders.NOW,
        )
    )


def _phone_file(owner: builders.Business, sha256: bytes) -> None:
    """Leave the file of a phone of the owner that says nothing."""
    phone = db.session.scalars(select(Phone).where(Phone.producer_id == owner.producer_id)).first()
    assert phone is not None
    said = {"unsent": 0, "last_sequence": 0, "sent_at": builders.NOW.isoformat(), "records": []}
    db.session.add(
        ImportFile(
            producer_id=owner.producer_id,
            sha256=sha256,
            kind="phone",
            name="A05.json",
            content=json.dumps({"phone_id": str(phone.phone_id), **said}).encode(),
            sent_at=builders.NOW,
        )
    )


def _certificate(producer_id: UUID, text: str, page: bytes) -> UUID:
    made = producers.add_certificate(
        producer_id,
        {
            "number": f"VG {text}",
            "scheme": "VietGAP",
            "scheme_en": "VietGAP",
            "standard": "TCVN 11892-1:2017",
            "issuer": f"Trung tâm {text}",
            "scope": f"Rau {text}",
            "issued_on": "2026-01-01",
        },
    )
    db.session.add(
        CertificateFile(producer_id=producer_id, certificate_id=made, position=0, sha256=page)
    )
    return made


def _token(owner: builders.Business, text: str) -> UUID:
    account_of((owner.actor.producer_id, owner.actor.member_id))
    token_id = new_id()
    db.session.add(
        ApiToken(
            producer_id=owner.producer_id,
            token_id=token_id,
            member_id=owner.actor.member_id,
            token_sha256=hashed(secrets.token_hex(20)),
            name=f"Máy {text}",
            ending="yen1",
            scope="read",
            created_at=builders.NOW,
        )
    )
    db.session.flush()
    return token_id


def _phone(owner: builders.Business, text: str, event_id: UUID) -> dict[str, str]:
    """Enrol a phone of the owner; its first record was refused, its second lacks something.

    Somebody else uses it, too.
    """
    member, now = (owner.producer_id, owner.actor.member_id), datetime.now(UTC)
    made = phones.enrol(phones.invite(member, by=member, now=now).secret, new_id(), text, now=now)
    assert made is not None
    phone_id = made.phone.phone_id
    sent = {"sequence": 1, "event": builders.event(owner, "scout", fields={"note": text})}
    keys = {"producer_id": owner.producer_id, "received_at": now}
    message = RefusedMessage(
        **keys,
        message_id=new_id(),
        member_id=owner.actor.member_id,
        status=422,
        content=json.dumps(sent, ensure_ascii=False),
        findings="[]",
    )
    db.session.add(message)
    db.session.flush()
    refused = {"status": message.status, "refused_message_id": message.message_id}
    db.session.add(PhoneRecord(**keys, phone_id=phone_id, sequence=1, **refused))
    said = sounds.webm(7, mark=text)
    voices.store(member, said, now=now)
    voice = {"event_id": event_id, "sha256": hashlib.sha256(said).digest()}
    db.session.add(EventVoice(producer_id=owner.producer_id, **voice))
    lacking = {"status": 201, "event_id": event_id, "lacks": "plot voice"}
    db.session.add(PhoneRecord(**keys, phone_id=phone_id, sequence=2, **lacking))
    db.session.flush()
    worker = {"name": f"Anh {text}", "roles": ["field_worker"]}
    user_id = producers.add_member(owner.producer_id, worker)
    phone_users.add(made.phone, user_id, by=member, now=now)
    return {"phone_id": str(phone_id), "user_id": str(user_id)}


def _device(owner: builders.Business, text: str) -> UUID:
    member = (owner.actor.producer_id, owner.actor.member_id)
    token = sessions.open_session(account_of(member), member, name=text, now=datetime.now(UTC))
    device = select(SignedInDevice.device_id).where(SignedInDevice.token_sha256 == hashed(token))
    return db.session.scalars(device).one()


def _passkey(owner: builders.Business) -> UUID:
    passkey_id = new_id()
    db.session.add(
        Passkey(
            passkey_id=passkey_id,
            account_id=account_of((owner.actor.producer_id, owner.actor.member_id)),
            credential_id=secrets.token_bytes(32),
            public_key=secrets.token_bytes(64),
            sign_count=0,
            backup_state=False,
            device_type="single_device",
            create_datetime=builders.NOW,
            lastuse_datetime=builders.NOW,
            name="yen",
            usage="first",
        )
    )
    db.session.flush()
    return passkey_id
