"""Writes of this room: taking in a shopper's report, and answering it."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select

from traceapp.batches.recording.waiting import wait_for
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.database.ids import new_id
from traceapp.gs1.batch_code import ALPHABET
from traceapp.public.models import ProblemReport, ReportAct, ReportAnswer
from traceapp.public.schemas import ReportState

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


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to the reporter; with `closes` nothing more will come. An outcome always closes.

    `answer_id` is made with the form, so that a form sent twice answers once.
    """

    text: str
    closes: bool
    outcome: ReportState | None = None
    answer_id: UUID = field(default_factory=new_id)


def take_up(report_id: UUID, *, by: tuple[UUID, UUID], now: datetime) -> bool:
    """Say that somebody looks at a report; False where anybody did or answered before."""
    wait_for([report_id])
    acted = select(ReportAct.act_id).where(ReportAct.report_id == report_id)
    answered = select(ReportAnswer.answer_id).where(ReportAnswer.report_id == report_id)
    if db.session.scalar(select(acted.exists() | answered.exists())):
        return False
    _act(report_id, ReportState.LOOKING, None, by=by, now=now)
    return True


def answer_report(report_id: UUID, reply: Reply, *, by: tuple[UUID, UUID], now: datetime) -> bool:
    """Keep an answer for the one who reported, and what came of the report; False for one kept."""
    wait_for([report_id])
    if db.session.get(ReportAnswer, (report_id, reply.answer_id)) is not None:
        return False
    db.session.add(
        ReportAnswer(
            report_id=report_id,
            answer_id=reply.answer_id,
            text=reply.text,
            closes=reply.closes or reply.outcome is not None,
            by_producer_id=by[0],
            by_member_id=by[1],
            answered_at=now,
        )
    )
    db.session.flush()
    if reply.outcome is not None:
        _act(report_id, reply.outcome, reply.answer_id, by=by, now=now)
    return True


def _act(
    report_id: UUID,
    state: ReportState,
    answer_id: UUID | None,
    *,
    by: tuple[UUID, UUID],
    now: datetime,
) -> None:
    db.session.add(
        ReportAct(
            report_id=report_id,
            act_id=new_id(),
            state=state.value,
            answer_id=answer_id,
            by_producer_id=by[0],
            by_member_id=by[1],
            done_at=now,
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
