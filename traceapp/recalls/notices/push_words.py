"""What phones of staff are told of a stop or a recall, in both languages: a phone shows its own."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import and_, select

from traceapp.batches.models import Batch, Product
from traceapp.codes.models import RecallNotice
from traceapp.codes.queries import of_batch
from traceapp.codes.stop_reasons import STOP_REASONS
from traceapp.database.engine import db
from traceapp.jobs.registry import Payload
from traceapp.producers.models import Producer
from traceapp.recalls.case_models import RecallCase
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words
from traceapp.web.pages import moment

DRILL = Words("DIỄN TẬP · ", "DRILL · ")
TITLES: Mapping[str, Words] = MappingProxyType(
    {
        "issued": Words("Thu hồi {number}", "Recall {number}"),
        "widened": Words("Thu hồi {number}, thêm lô", "Recall {number}, more lots"),
        "narrowed": Words("Thu hồi {number}, bớt lô", "Recall {number}, fewer lots"),
        "released": Words("Hết thu hồi {number}", "Recall {number} ended"),
        "closed": Words("Đã đóng thu hồi {number}", "Recall {number} closed"),
        "sale_stopped": Words("Ngừng bán: {name}", "Sale stopped: {name}"),
        "sale_allowed": Words("Được bán lại: {name}", "May be sold again: {name}"),
    }
)
_ANSWER = Words(
    "{actor} thu hồi hàng bạn có, đã bán hoặc sắp nhận: {reason}. Trả lời trước {until}.",
    "{actor} recalls goods you have, sold or wait for: {reason}. Answer by {until}.",
)
BODIES: Mapping[str, Words] = MappingProxyType(
    {
        "issued": _ANSWER,
        "widened": _ANSWER,
        "narrowed": Words(
            "{actor} không còn thu hồi một số lô của bạn. Bấm để xem lô nào.",
            "{actor} no longer recalls some of your lots. Tap to see which.",
        ),
        "released": Words(
            "{actor} không còn thu hồi. Lô không bị giữ hay ngừng bán vì lý do khác được bán lại.",
            "{actor} recalls them no longer. Lots not held or stopped otherwise may be sold again.",
        ),
        "closed": Words(
            "{actor} đã đóng hồ sơ. Hàng đã thu hồi vẫn không được bán.",
            "{actor} closed the case. What was recalled still may not be sold.",
        ),
        "sale_stopped": Words(
            "{actor} ngừng bán: {reason}.", "{actor} stopped its sale: {reason}."
        ),
        "sale_allowed": Words(
            "{actor} cho bán lại: {reason}.", "{actor} lets it be sold again: {reason}."
        ),
    }
)
NO_DRILL = Words("", "")
AFTER_DRILL = Words("{actor} đã kết thúc diễn tập.", "{actor} ended the drill.")
GOOD = frozenset({"narrowed", "released", "closed", "sale_allowed"})
MOST_REASON = 200


def of_case(case: Ref, payload: Payload) -> Payload:
    """Say what was done in a recall."""
    notice = db.session.get_one(RecallNotice, (case.producer_id, case.id))
    number = db.session.get_one(RecallCase, (case.producer_id, case.id)).number
    kind = str(payload["kind"])
    same = {"number": number, "actor": notice.actor, "until": moment(notice.due_at)}
    told = {"reason": Words.same(_short(notice.reason))}
    body = AFTER_DRILL if notice.is_drill and kind in ("released", "closed") else BODIES[kind]
    return _said(
        kind,
        (DRILL if notice.is_drill else NO_DRILL, TITLES[kind], body),
        {name: Words.same(text) for name, text in same.items()} | told,
        (f"/desk/recalls/{case.id}", str(case.id)),
    )


def of_sale(batch: Ref, payload: Payload) -> Payload:
    """Say that the sale of a lot was stopped, or is allowed again."""
    kind, by = str(payload["kind"]), UUID(str(payload["by"]))
    name = db.session.execute(
        select(Product.name, Product.name_en)
        .join(
            Batch,
            and_(Batch.producer_id == Product.producer_id, Batch.product_id == Product.product_id),
        )
        .where(Batch.producer_id == batch.producer_id, Batch.batch_id == batch.id)
    ).one()
    actor = db.session.get_one(Producer, by)
    reason = str(payload["reason"])
    fact = of_batch(*batch)
    return _said(
        kind,
        (NO_DRILL, TITLES[kind], BODIES[kind]),
        {
            "name": Words(name.name, name.name_en or name.name),
            "actor": Words(actor.name, actor.name_en or actor.name),
            "reason": STOP_REASONS.get(reason) or Words.same(_short(reason)),
        },
        (f"/B/{fact.code}" if fact else "/app/#/batches", str(batch.id)),
    )


def _said(
    kind: str,
    parts: tuple[Words, Words, Words],
    values: Mapping[str, Words],
    where: tuple[str, str],
) -> Payload:
    mark, title, body = parts
    said: dict[str, str | bool] = {"url": where[0], "tag": where[1], "stays": kind not in GOOD}
    for language in ("vi", "en"):
        filled = {name: getattr(text, language) or "" for name, text in values.items()}
        said[f"title_{language}"] = getattr(mark, language) + getattr(title, language).format_map(
            filled
        )
        said[f"body_{language}"] = getattr(body, language).format_map(filled)
    return said


def _short(text: str) -> str:
    return text if len(text) <= MOST_REASON else f"{text[: MOST_REASON - 1]}…"
