"""Letters to everybody who has or sold recalled goods, where an address is known."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, true

from traceapp.batches.books.models import Stock
from traceapp.codes.models import RecalledBatch, RecallNotice
from traceapp.database.engine import db
from traceapp.mail import operations as mail
from traceapp.producers.models import Producer
from traceapp.recalls.case_models import RecallCase
from traceapp.recalls.scope import HAS_OR_SOLD
from traceapp.trace.facts import Ref
from traceapp.web.pages import moment, public_host
from traceapp.web.settings import settings

LETTER = """{mark}Kính gửi {holder},

{actor} thu hồi hàng mà bạn đang giữ hoặc đã bán.
Lý do: {reason}
Cần làm: {instruction}
Liên hệ: {contact}

Trả lời từng lô, đã bán bao nhiêu và để riêng bao nhiêu, trước {until}:
{link}

----
{mark_en}{actor} recalls goods you have or sold. Do as it says above, and answer lot by lot, at the
address above, by {until}.
"""
DRILL, DRILL_EN = "DIỄN TẬP, không thu hồi thật.\n\n", "DRILL, nothing is recalled. "


def post(case: Ref, lots: ColumnElement[bool], *, now: datetime) -> None:
    """Post a letter to everybody who has or sold some of these lots of a recall in force."""
    if not mail.can_post():
        return
    notice = db.session.get_one(RecallNotice, (case.producer_id, case.id))
    number = db.session.get_one(RecallCase, (case.producer_id, case.id)).number
    is_in_force: ColumnElement[bool] = (
        true() if notice.is_widened else RecalledBatch.producer_id == notice.subject_producer_id
    )
    for name, email in _holders(case, and_(lots, is_in_force)):
        text = LETTER.format(
            mark=DRILL if notice.is_drill else "",
            mark_en=DRILL_EN if notice.is_drill else "",
            holder=name,
            actor=notice.actor,
            reason=notice.reason,
            instruction=notice.instruction,
            contact=notice.contact,
            until=moment(notice.due_at),
            link=f"{settings().public_url}/desk/recalls/{case.id}",
        )
        what = "Diễn tập thu hồi" if notice.is_drill else "Thu hồi"
        mail.post(email, f"{public_host()}: {what} {number}", text, now=now)


def _holders(case: Ref, lots: ColumnElement[bool]) -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(Producer.name, Producer.email)
        .distinct()
        .select_from(RecalledBatch)
        .join(
            Stock,
            and_(
                Stock.batch_producer_id == RecalledBatch.producer_id,
                Stock.batch_id == RecalledBatch.batch_id,
                HAS_OR_SOLD,
            ),
        )
        .join(Producer, Producer.producer_id == Stock.producer_id)
        .where(
            RecalledBatch.case_producer_id == case.producer_id,
            RecalledBatch.case_id == case.id,
            Producer.email.is_not(None),
            lots,
        )
    )
    return [(row.name, row.email) for row in rows]
