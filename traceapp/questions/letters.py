"""One letter to a producer that is asked to explain, where its address is known."""

from datetime import datetime

from traceapp.batches.models import Batch, Product
from traceapp.database.engine import db
from traceapp.mail import operations as mail
from traceapp.producers.models import Producer
from traceapp.questions.models import Question
from traceapp.web.pages import moment, public_host
from traceapp.web.settings import settings

LETTER = """Kính gửi {producer},

{office} đề nghị cơ sở giải trình về {goods}, lô {lot}, chậm nhất {until}:

{text}

Trả lời tại:
{link}

Nội dung này không hiện trên trang công khai nào. Trả lời muộn vẫn được nhận, nhưng ghi là muộn.
Thư này chỉ gửi một lần.

----
{office} asks you to explain about {goods}, lot {lot}, by {until}. Answer at the address above.
It is on no public page. A late answer is taken, and marked late. This letter is sent once.
"""


def tell(asked: Question, now: datetime) -> None:
    """Post the letter in the transaction in which the question is kept."""
    producer = db.session.get_one(Producer, asked.producer_id)
    if producer.email is None or not mail.can_post():
        return
    office = db.session.get_one(Producer, asked.by_producer_id)
    batch = db.session.get_one(Batch, (asked.producer_id, asked.batch_id))
    product = db.session.get_one(Product, (asked.producer_id, batch.product_id))
    text = LETTER.format(
        producer=producer.name,
        office=office.name,
        goods=product.name,
        lot=batch.lot,
        until=moment(asked.answer_by),
        text=asked.text,
        link=f"{settings().public_url}/desk/questions/{asked.question_id}",
    )
    subject = f"{public_host()}: {office.name} đề nghị giải trình, lô {batch.lot}"
    mail.post(producer.email, subject, text, now=now)
