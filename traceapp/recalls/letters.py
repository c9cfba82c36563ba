"""Letters to everybody who has, sold or waits for recalled goods, where an address is known."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute

from traceapp.batches.books.models import HandOff, Stock
from traceapp.batches.models import Batch
from traceapp.codes.models import RecalledBatch, RecallNotice
from traceapp.database.engine import db
from traceapp.mail import operations as mail
from traceapp.producers.models import Producer
from traceapp.recalls.case_models import RecallCase
from traceapp.recalls.scope import HAS_OR_SOLD
from traceapp.recalls.transit import IS_ON_THE_WAY
from traceapp.trace.facts import Ref
from traceapp.web.pages import moment, public_host
from traceapp.web.settings import settings

LETTER = """{mark}Kính gửi {holder},

{actor} thu hồi hàng mà bạn đang giữ, đã bán, đã gửi đi hoặc sắp nhận.
Lý do: {reason}
Cần làm: {instruction}
Liên hệ: {contact}

Trả lời từng lô, đã bán bao nhiêu và để riêng bao nhiêu, trước {until}:
{link}

----
{mark_en}{actor} recalls goods you have, sold, sent or wait for. Do as it says above, and answer
lot by lot, at the address above, by {until}.
"""
REMINDER = """{mark}Kính gửi {holder},

Nhắc lần {times}: {actor} chờ bạn trả lời về hàng bị thu hồi mà bạn đang giữ hoặc đã bán.
Hạn trả lời: {until}.
Lý do thu hồi: {reason}
Cần làm: {instruction}
Liên hệ: {contact}

Trả lời từng lô, đã bán bao nhiêu và để riêng bao nhiêu:
{link}

----
{mark_en}Reminder {times}: {actor} waits for your answer about recalled goods, due by {until}.
Answer lot by lot at the address above.
"""
FREED = """{mark}Kính gửi {holder},

{actor} không còn thu hồi những lô sau, mà bạn đang giữ, đã bán hoặc sắp nhận: {lots}.
Nếu lô không bị giữ hay ngừng bán vì lý do khác, bạn có thể bán lại.
Liên hệ: {contact}

Xem các lô: {batches}

----
{mark_en}{actor} no longer recalls these lots you have, sold or wait for: {lots}. Unless they are
held or stopped for another reason, they may be sold again.
"""
MOST_NAMED = 20
DRILL, DRILL_EN = "DIỄN TẬP, không thu hồi thật.\n\n", "DRILL, nothing is recalled. "


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has, sold or waits for some of the goods."""

    producer_id: UUID
    name: str
    email: str | None


def post(case: Ref, lots: ColumnElement[bool], *, now: datetime) -> None:
    """Post a letter to everybody concerned by some of these lots of a recall in force."""
    _post(case, holders(case, lots), LETTER, "", now)


def remind(case: Ref, of: Collection[Holder], times: int, *, now: datetime) -> None:
    """Post a reminder to these holders, which is the first or a later one."""
    _post(case, of, REMINDER, f"Nhắc lần {times}: ", now, times=times)


def free(case: Ref, lots: ColumnElement[bool], *, now: datetime) -> None:
    """Post a letter to everybody concerned by some of these lots, which were let go."""
    named: dict[Holder, list[str]] = defaultdict(list)
    for *holder, lot in db.session.execute(union(*_concerned(case, lots, Batch.lot))):
        named[Holder(*holder)].append(lot)
    for one, all_lots in named.items():
        told = ", ".join(sorted(all_lots)[:MOST_NAMED])
        more = ", …" if len(all_lots) > MOST_NAMED else ""
        _post(case, [one], FREED, "Hết hiệu lực: ", now, lots=told + more)


def holders(case: Ref, lots: ColumnElement[bool]) -> list[Holder]:
    """Give everybody concerned by some of these lots of a recall in force."""
    return [Holder(*row) for row in db.session.execute(union(*_concerned(case, lots)))]


def _concerned(
    case: Ref, lots: ColumnElement[bool], *more: InstrumentedAttribute[str]
) -> tuple[Select[*tuple[Any, ...]], ...]:
    """Ask for who has or sold some of the lots, and for whom some is on its way."""
    has = and_(
        Stock.batch_producer_id == RecalledBatch.producer_id,
        Stock.batch_id == RecalledBatch.batch_id,
        HAS_OR_SOLD,
    )
    waits = and_(
        HandOff.batch_producer_id == RecalledBatch.producer_id,
        HandOff.batch_id == RecalledBatch.batch_id,
        IS_ON_THE_WAY,
    )
    is_of_case = and_(
        RecallNotice.producer_id == RecalledBatch.case_producer_id,
        RecallNotice.case_id == RecalledBatch.case_id,
    )
    is_batch = and_(
        Batch.producer_id == RecalledBatch.producer_id, Batch.batch_id == RecalledBatch.batch_id
    )
    reached = (
        select(Producer.producer_id, Producer.name, Producer.email, *more)
        .select_from(RecalledBatch)
        .join(RecallNotice, is_of_case)
        .join(Batch, is_batch)
        .where(
            RecalledBatch.case_producer_id == case.producer_id,
            RecalledBatch.case_id == case.id,
            or_(
                RecallNotice.is_widened.is_(True),
                RecalledBatch.producer_id == RecallNotice.subject_producer_id,
            ),
            lots,
        )
    )
    return (
        reached.join(Stock, has).join(Producer, Producer.producer_id == Stock.producer_id),
        reached.join(HandOff, waits).join(Producer, Producer.producer_id == HandOff.receiver_id),
    )


def _post(
    case: Ref,
    to: Collection[Holder],
    letter: str,
    before: str,
    now: datetime,
    **more: str | int,
) -> None:
    if not mail.can_post():
        return
    notice = db.session.get_one(RecallNotice, (case.producer_id, case.id))
    number = db.session.get_one(RecallCase, (case.producer_id, case.id)).number
    what = "Diễn tập thu hồi" if notice.is_drill else "Thu hồi"
    for holder in to:
        if holder.email is None:
            continue
        text = letter.format(
            mark=DRILL if notice.is_drill else "",
            mark_en=DRILL_EN if notice.is_drill else "",
            holder=holder.name,
            actor=notice.actor,
            reason=notice.reason,
            instruction=notice.instruction,
            contact=notice.contact,
            until=moment(notice.due_at),
            batches=f"{settings().public_url}/desk/batches",
            **more,
            link=f"{settings().public_url}/desk/recalls/{case.id}",
        )
        mail.post(holder.email, f"{public_host()}: {before}{what} {number}", text, now=now)
