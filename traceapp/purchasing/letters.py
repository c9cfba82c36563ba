"""One e-mail to each side for everything that was written: to the other one, and a copy."""

from datetime import datetime
from uuid import UUID

from traceapp.batches.models import Batch, Product
from traceapp.database.engine import db
from traceapp.mail import operations as mail
from traceapp.producers.models import Producer
from traceapp.purchasing.models import PurchaseContact, PurchaseLetter
from traceapp.web.pages import public_host
from traceapp.web.settings import settings

TOLD = """Kính gửi {reader},

{writer} viết cho cơ sở về {goods}, lô {lot}, trên bảng mua hàng:

{text}

Trả lời tại:
{link}

Địa chỉ và số điện thoại hai bên chỉ hiện ở đó khi cả hai đã viết.

----
{writer} wrote to you about {goods}, lot {lot}, on the purchasing board. Answer at the address
above. Each side's address and phone number are shown there once both have written.
"""
COPY = """Kính gửi {reader},

Cơ sở đã viết cho {other} về {goods}, lô {lot}, trên bảng mua hàng:

{text}

Xem tại:
{link}

----
You wrote to {other} about {goods}, lot {lot}, on the purchasing board.
"""


def tell(contact: PurchaseContact, letter: PurchaseLetter, now: datetime) -> None:
    """Post both in the transaction in which the letter is kept."""
    if not mail.can_post():
        return
    is_seller = letter.by_producer_id == contact.producer_id
    other_id = contact.buyer_id if is_seller else contact.producer_id
    writer, other = _producer(letter.by_producer_id), _producer(other_id)
    batch = db.session.get_one(Batch, (contact.producer_id, contact.batch_id))
    product = db.session.get_one(Product, (contact.producer_id, batch.product_id))
    link = f"{settings().public_url}/desk/contacts/{contact.contact_id}"
    named = {"goods": product.name, "lot": batch.lot, "text": letter.text, "link": link}
    subject = f"{public_host()}: bảng mua hàng, lô {batch.lot}"
    for form, reader in ((TOLD, other), (COPY, writer)):
        if reader is not None and reader.email is not None:
            names = {"reader": reader.name, "writer": _name(writer), "other": _name(other)}
            mail.post(reader.email, subject, form.format(**named, **names), now=now)


def _producer(producer_id: UUID) -> Producer | None:
    return db.session.get(Producer, producer_id)


def _name(producer: Producer | None) -> str:
    return producer.name if producer else "–"
