"""Writes of this room: taking in a shopper's report, and answering it."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select

from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.database.ids import new_id
from traceapp.gs1.batch_code import ALPHABET
from traceapp.public.models import ProblemReport, ReportAnswer

TOKEN_BYTES = 16  # 128 bits: the link is the only key to a report


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the reporter takes home: a number to quote, and the token of the private link."""

    number: str
    token: str


def receive_report(
    told: Mapping[str, str | None], *, language: str, now: datetime, is_demo: bool
) -> Receipt:
    """Keep a report and give its receipt.

    `told` is what `ReportSchema` loaded, `now` an aware time. Of the token only the SHA-256 is
    kept, so nobody who reads the database can open a report's private page.
    """
    receipt = Receipt(_free_number(), secrets.token_urlsafe(TOKEN_BYTES))
    db.session.add(
        ProblemReport(
            report_id=new_id(),
            number=receipt.number,
            link_sha256=digest(receipt.token),
            code=told["code"],
            kind=told["kind"],
            text=told["text"],
            area=told["area"],
            language=language,
            received_at=now,
            is_demo=is_demo,
            folded_text=fold(f"{told['text']}\n{told['area'] or ''}"),
        )
    )
    return receipt


def answer_report(
    report_id: UUID, text: str, *, closes: bool, by: tuple[UUID, UUID], now: datetime
) -> None:
    """Keep an answer for the one who reported; with `closes` nothing more will come."""
    db.session.add(
        ReportAnswer(
            report_id=report_id,
            answer_id=new_id(),
            text=text,
            closes=closes,
            by_producer_id=by[0],
            by_member_id=by[1],
            answered_at=now,
        )
    )
    db.session.flush()


def digest(token: str) -> bytes:
    """Give what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def _free_number() -> str:
    number = _random_number()
    while db.session.execute(select(exists().where(ProblemReport.number == number))).scalar_one():
        number = _random_number()
    return number


def _random_number() -> str:
    # "BS" is báo sai; the alphabet has no letter that is mistaken for another on the telephone.
    letters = "".join(secrets.choice(ALPHABET) for _ in range(6))
    return f"BS-{letters[:4]}-{letters[4:]}"
