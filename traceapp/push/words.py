"""What a message says: a few words in the reader's language, and the address that tells more."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from traceapp.batches.models import Batch, Product
from traceapp.codes.models import PublicCode
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.jobs.registry import Payload
from traceapp.producers.models import Producer
from traceapp.push.identification import as_text
from traceapp.push.models import PushSubscription
from traceapp.push.states import BAD_STATES
from traceapp.trace.words import Words

LONGEST_NAME = 80
TOPIC_BYTES = 24
"""A newer message about the same code takes the place of one that still waits (RFC 8030, 5.4)."""

TITLES: Mapping[str, Words] = MappingProxyType(
    {
        CodeState.RECALLED: Words("Thu hồi: {name}", "Recalled: {name}"),
        CodeState.SALE_STOPPED: Words("Ngừng bán: {name}", "Sale stopped: {name}"),
        CodeState.SUSPENDED: Words("Mã bị tạm dừng: {name}", "Code suspended: {name}"),
        CodeState.ACTIVE: Words("Đã gỡ cảnh báo: {name}", "Warning lifted: {name}"),
    }
)
BODIES: Mapping[str, Words] = MappingProxyType(
    {
        CodeState.RECALLED: Words(
            "Món bạn giữ của {maker} bị thu hồi. Đừng ăn, đừng dùng. Bấm để xem phải làm gì.",
            "What you keep from {maker} is recalled. Do not eat or use it. Tap to see what to do.",
        ),
        CodeState.SALE_STOPPED: Words(
            "Món bạn giữ của {maker} vừa bị ngừng bán. Hãy để riêng, chưa dùng. Bấm để xem lý do.",
            "Sale of what you keep from {maker} was stopped. Keep it apart. Tap to see why.",
        ),
        CodeState.SUSPENDED: Words(
            "Mã của món bạn giữ, ghi là của {maker}, bị tạm dừng. Bấm để xem lý do.",
            "The code of what you keep, said to be from {maker}, is suspended. Tap to see why.",
        ),
        CodeState.ACTIVE: Words(
            "Món bạn giữ của {maker} không còn bị thu hồi hay ngừng bán. Bấm để xem trang của lô.",
            "What you keep from {maker} is no longer recalled or stopped. Tap to see its page.",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Message:
    """The plain text of a message, and what it is about as push services are told it."""

    body: bytes
    topic: str


def message(row: PushSubscription, about: Payload) -> Message | None:
    """Make the message; None where something newer was told, or nobody wants it any more."""
    if row.code is None:
        return _for_staff(row, about)
    if row.told_number != about["number"]:
        return None
    state = str(about["state"])
    found = _goods(row.code)
    values = {
        "name": _short(_in(row.language, Words(found.name, found.name_en or found.name))),
        "maker": _short(_in(row.language, Words(found.maker, found.maker_en or found.maker))),
    }
    said: dict[str, str | bool] = {
        "title": _in(row.language, TITLES[state]).format_map(values),
        "body": _in(row.language, BODIES[state]).format_map(values),
        "url": f"/B/{row.code}",
        "stays": state in BAD_STATES,
    }
    return _message(row, said, row.code)


def _for_staff(row: PushSubscription, about: Payload) -> Message:
    """Make a message for a phone of staff: whoever posted it brought its words."""
    said: dict[str, str | bool] = {
        name: str(about[f"{name}_{row.language}"]) for name in ("title", "body")
    }
    return _message(
        row, said | {"url": str(about["url"]), "stays": bool(about["stays"])}, str(about["tag"])
    )


def _message(row: PushSubscription, said: Mapping[str, str | bool], about: str) -> Message:
    told = {**said, "tag": about, "lang": row.language}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(about.encode()).digest()
    return Message(text.encode(), as_text(digest[:TOPIC_BYTES]))


def _goods(code: str) -> Any:  # noqa: ANN401 - a row
    """Name what a code is about, and who made it."""
    return db.session.execute(
        select(
            *(Product.name, Product.name_en),
            *(Producer.name.label("maker"), Producer.name_en.label("maker_en")),
        )
        .select_from(PublicCode)
        .join(
            Batch,
            (Batch.producer_id == PublicCode.producer_id) & (Batch.batch_id == PublicCode.batch_id),
        )
        .join(
            Product,
            (Product.producer_id == Batch.producer_id) & (Product.product_id == Batch.product_id),
        )
        .join(Producer, Producer.producer_id == PublicCode.producer_id)
        .where(PublicCode.code == code)
    ).one()


def _in(language: str, words: Words) -> str:
    return (words.en if language == "en" else words.vi) or ""


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"
