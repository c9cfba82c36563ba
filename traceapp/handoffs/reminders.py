"""Reminding the receiver of a shipment a day after it left. Once, and never again.

By a letter to its address, and by push to its phones that want to be told.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select

from traceapp.batches.books.hand_offs import REMIND
from traceapp.batches.books.models import HandOff
from traceapp.batches.models import Batch, Product
from traceapp.database.engine import db
from traceapp.handoffs.models import HandOffReminder
from traceapp.jobs import operations as jobs
from traceapp.jobs.registry import Deed, Payload
from traceapp.mail import operations as mail
from traceapp.producers.models import Producer
from traceapp.push import posting
from traceapp.push.queries import phones_of
from traceapp.trace.entries import HandOffState
from traceapp.trace.handoffs import overdue_from
from traceapp.web.pages import moment, public_host
from traceapp.web.settings import settings

Shipment = tuple[UUID, UUID]

REMINDER = """Chào bạn,

{sender} ghi là đã giao cho {receiver} lúc {at}:
{goods}

Chưa ai bên bạn xác nhận. Nếu hàng đã tới, cân hoặc đếm rồi ghi số bạn nhận được:
{link}

Nếu hàng không tới hoặc bạn không nhận, cũng ghi ở đó. Thư này chỉ gửi một lần.

----
{sender} recorded a delivery to {receiver} at {at} that nobody on your side has confirmed.
Weigh or count what arrived and say so there, or refuse it. This letter is sent once.
"""

PUSHED = {
    "title_vi": "Hàng đã tới chưa?",
    "title_en": "Has it arrived?",
    "body_vi": "{sender} ghi là đã giao cho bạn lúc {at}. Bấm để ghi số bạn nhận được.",
    "body_en": "{sender} recorded a delivery to you at {at}. Tap to say how much arrived.",
}


def remind_job(payload: Payload, now: datetime) -> Deed:
    """Do a job of the kind REMIND."""
    shipment = (UUID(str(payload["producer_id"])), UUID(str(payload["event_id"])))
    return partial(remind, shipment, now)


def remind(shipment: Shipment, now: datetime) -> None:
    """Remind the receiver of a shipment that is overdue.

    Nothing is sent a second time, nor where nobody can be told or somebody answered meanwhile.
    """
    if db.session.get(HandOffReminder, shipment) is not None:
        return
    rows = _unanswered(shipment)
    if rows and now < (due := overdue_from(rows[0].sent_at)):
        # A correction said meanwhile that it left later.
        payload = {"producer_id": str(shipment[0]), "event_id": str(shipment[1])}
        jobs.enqueue(REMIND, payload, now=now, run_after=due)
        return
    if not rows:
        return
    told = [_write(shipment, rows, now), _push(shipment, rows, now)]
    if any(told):
        db.session.add(
            HandOffReminder(producer_id=shipment[0], event_id=shipment[1], reminded_at=now)
        )
        db.session.flush()


def _write(shipment: Shipment, rows: Sequence[Any], now: datetime) -> bool:
    """Post the letter; tell whether there is an address, and a server that takes letters."""
    sender, receiver = _sides(rows)
    if receiver.email is None or not mail.can_post():
        return False
    text = REMINDER.format(
        sender=sender.name,
        receiver=receiver.name,
        at=moment(rows[0].sent_at),
        goods="\n".join(f"- {row.name}, {row.lot}" for row in rows),
        link=f"{settings().public_url}/desk/hand-offs/{shipment[1]}",
    )
    subject = f"{public_host()}: {sender.name} chờ bạn xác nhận đã nhận hàng"
    mail.post(receiver.email, subject, text, now=now)
    return True


def _push(shipment: Shipment, rows: Sequence[Any], now: datetime) -> bool:
    """Tell the receiver's phones; tell whether there are any. How much was sent is not said."""
    sender, receiver = _sides(rows)
    phones = phones_of({receiver.producer_id})
    values = {"sender": sender.name, "at": moment(rows[0].sent_at)}
    about: dict[str, str | bool] = {name: text.format_map(values) for name, text in PUSHED.items()}
    about |= {
        "url": f"/app/#/log/receive/{shipment[1]}",
        "tag": f"hand-off/{shipment[1]}",
        "stays": False,
    }
    for subscription_id in phones:
        posting.post(subscription_id, about, now=now)
    return bool(phones)


def _sides(rows: Sequence[Any]) -> tuple[Producer, Producer]:
    both = (rows[0].sender_id, rows[0].receiver_id)
    sender, receiver = (db.session.get_one(Producer, one) for one in both)
    return sender, receiver


def _unanswered(shipment: Shipment) -> Sequence[Any]:
    query = (
        select(
            *(HandOff.sender_id, HandOff.receiver_id, HandOff.sent_at, Batch.lot, Product.name),
        )
        .join(
            Batch,
            (Batch.producer_id == HandOff.batch_producer_id) & (Batch.batch_id == HandOff.batch_id),
        )
        .join(
            Product,
            (Product.producer_id == Batch.producer_id) & (Product.product_id == Batch.product_id),
        )
        .where(
            HandOff.producer_id == shipment[0],
            HandOff.event_id == shipment[1],
            HandOff.state == HandOffState.ON_THE_WAY,
            HandOff.receiver_id.is_not(None),
        )
        .order_by(Product.folded_name, Batch.lot)
    )
    return db.session.execute(query).all()
