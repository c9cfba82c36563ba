"""Letters to everybody who has, sold or waits for recalled goods, where an address is known."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute

from traceapp.batches.books.models import HandOff, Stock
from traceapp.batches.models import Batch
from traceapp.codes.models import RecalledBatch, RecallNotice
from traceapp.database.engine import db
from traceapp.mail import operations as mail
from traceapp.producers.models import Producer
from traceapp.recalls.case_models import RecallCase
from traceapp.recalls.goods.scope import HAS_OR_SOLD
from traceapp.recalls.goods.transit import IS_ON_THE_WAY
from traceapp.recalls.notices import letter_trail
from traceapp.recalls.notices.messages import OfHolder
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
Chưa trả lời: lô {lots}.
Hạn trả lời: {until}.
Lý do thu hồi: {reason}
Cần làm: {instruction}
Liên hệ: {contact}

Trả lời từng lô, đã bán bao nhiêu và để riêng bao nhiêu:
{link}

----
{mark_en}Reminder {times}: {actor} waits for your answer about recalled goods, due by {until}.
Not answered yet: {lots}. Answer lot by lot at the address above.

Thư do {host} gửi thay {actor}. / Sent by {host} for {actor}.
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
CLOSED = """{mark}Kính gửi {holder},

{actor} đã đóng hồ sơ thu hồi hàng mà bạn đang giữ, đã bán hoặc sắp nhận: mọi việc đã xong.
Bạn không phải trả lời gì thêm. {stays}
Liên hệ: {contact}

Xem lại: {link}

----
{mark_en}{actor} closed the recall of goods you have, sold or wait for: all is done, and nothing
more is asked of you. {stays_en}
"""
STAYS = "Hàng đã thu hồi vẫn không được bán."
STAYS_EN = "What was recalled still may not be sold."
MOST_NAMED = 20
DRILL, DRILL_EN = "DIỄN TẬP, không thu hồi thật.\n\n", "DRILL, nothing is recalled. "


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has, sold or waits for some of the goods."""

    producer_id: UUID
    name: str
    email: str | None


def post(case: Ref, lots: ColumnElement[bool], *, now: datetime) -> list[UUID]:
    """Post a letter to everybody concerned by some of these lots of a recall; give to whom."""
    return _post(case, holders(case, lots), "told", now)


def remind(
    case: Ref, lots: ColumnElement[bool], owed: OfHolder, times: int, *, now: datetime
) -> list[UUID]:
    """Post a reminder to everybody who owes some of these lots, naming them; give to whom.

    It is the first reminder or a later one.
    """
    named = _named(case, lots, owed)
    for one, told in named.items():
        _post(case, [one], "reminder", now, times=times, lots=told)
    return [one.producer_id for one in named]


def free(case: Ref, lots: ColumnElement[bool], kind: str, *, now: datetime) -> list[UUID]:
    """Post a letter to everybody concerned by some of these lots, let go; give to whom."""
    named = _named(case, lots)
    for one, told in named.items():
        _post(case, [one], kind, now, lots=told)
    return [one.producer_id for one in named]


def close(case: Ref, lots: ColumnElement[bool], *, now: datetime) -> list[UUID]:
    """Post a letter to everybody concerned by some of these lots: it is closed; give to whom."""
    is_drill = db.session.get_one(RecallNotice, (case.producer_id, case.id)).is_drill
    stays = {"stays": "", "stays_en": ""} if is_drill else {"stays": STAYS, "stays_en": STAYS_EN}
    return _post(case, holders(case, lots), "close", now, **stays)


def _named(
    case: Ref, lots: ColumnElement[bool], of_holder: OfHolder | None = None
) -> dict[Holder, str]:
    """Name to everybody concerned his lots among these, a few of many."""
    named: dict[Holder, list[str]] = defaultdict(list)
    all_lots = union(*_concerned(case, lots, Batch.lot, of_holder=of_holder)).subquery()
    number = func.row_number().over(partition_by=all_lots.c.producer_id, order_by=all_lots.c.lot)
    ranked = select(*all_lots.c, number.label("number")).subquery()
    columns = (ranked.c[name] for name in ("producer_id", "name", "email", "lot"))
    few = select(*columns).where(ranked.c.number <= MOST_NAMED + 1)
    for *holder, lot in db.session.execute(few):
        named[Holder(*holder)].append(lot)
    return {
        one: ", ".join(sorted(his)[:MOST_NAMED]) + (", …" if len(his) > MOST_NAMED else "")
        for one, his in named.items()
    }


def holders(case: Ref, lots: ColumnElement[bool]) -> list[Holder]:
    """Give everybody concerned by some of these lots of a recall in force."""
    return [Holder(*row) for row in db.session.execute(union(*_concerned(case, lots)))]


def is_concerned(holder_id: UUID, case: Ref, lots: ColumnElement[bool]) -> bool:
    """Tell whether somebody has, sold or waits for some of these lots of a recall in force."""
    is_his = Producer.producer_id == holder_id
    return any(
        db.session.execute(query.where(is_his).limit(1)).first() for query in _concerned(case, lots)
    )


def _concerned(
    case: Ref,
    lots: ColumnElement[bool],
    *more: InstrumentedAttribute[str],
    of_holder: OfHolder | None = None,
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
    sides = ((Stock.producer_id, has), (HandOff.receiver_id, waits))
    reached = _reached(case, lots, *more)
    return tuple(
        reached.join(holder.class_, is_concerned)
        .join(Producer, Producer.producer_id == holder)
        .where(*([of_holder(holder)] if of_holder else ()))
        for holder, is_concerned in sides
    )


def _reached(
    case: Ref, lots: ColumnElement[bool], *more: InstrumentedAttribute[str]
) -> Select[*tuple[Any, ...]]:
    """Ask for these lots of a recall, of others only once it was widened.

    Whoever asks joins the producers.
    """
    is_of_case = and_(
        RecallNotice.producer_id == RecalledBatch.case_producer_id,
        RecallNotice.case_id == RecalledBatch.case_id,
    )
    is_batch = and_(
        Batch.producer_id == RecalledBatch.producer_id, Batch.batch_id == RecalledBatch.batch_id
    )
    return (
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


def _post(
    case: Ref, to: Collection[Holder], kind: str, now: datetime, **more: str | int
) -> list[UUID]:
    """Post a letter of this kind to each, and keep that each was told, and how; give whom."""
    notice = db.session.get_one(RecallNotice, (case.producer_id, case.id))
    number = db.session.get_one(RecallCase, (case.producer_id, case.id)).number
    letter, before = _LETTERS[kind]
    subject = f"{before.format(**more)}{'Diễn tập thu hồi' if notice.is_drill else 'Thu hồi'}"
    said = _said(notice) | more if mail.can_post() else {}
    told = []
    for holder in to:
        job = None
        if said and holder.email is not None:
            text = letter.format(holder=holder.name, **said)
            job = mail.post(holder.email, f"{public_host()}: {subject} {number}", text, now=now)
        told.append(letter_trail.Told(holder.producer_id, holder.email is not None, job))
    letter_trail.keep(case, kind, told, now=now)
    return [one.producer_id for one in to]


def _said(notice: RecallNotice) -> dict[str, str | int]:
    return {
        "mark": DRILL if notice.is_drill else "",
        "mark_en": DRILL_EN if notice.is_drill else "",
        "actor": notice.actor,
        "reason": notice.reason,
        "instruction": notice.instruction,
        "contact": notice.contact,
        "until": moment(notice.due_at),
        "host": public_host(),
        "batches": f"{settings().public_url}/desk/batches",
        "link": f"{settings().public_url}/desk/recalls/{notice.case_id}",
    }


_LETTERS: Mapping[str, tuple[str, str]] = {
    "told": (LETTER, ""),
    "reminder": (REMINDER, "Nhắc lần {times}: "),
    "narrow": (FREED, "Hết hiệu lực: "),
    "release": (FREED, "Hết hiệu lực: "),
    "close": (CLOSED, "Đã đóng: "),
}
"""The text of each kind of letter, and what its subject begins with."""
