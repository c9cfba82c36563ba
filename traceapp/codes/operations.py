"""Minting codes and changing what they say. Callers own the transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update

from traceapp import problem
from traceapp.codes.models import CodeStateChange, PublicCode
from traceapp.codes.states import CodeState
from traceapp.codes.stop_reasons import STOP_REASONS
from traceapp.database.bulk import insert_rows
from traceapp.database.engine import db
from traceapp.freshness import operations as freshness
from traceapp.gs1.batch_code import BatchCode

MINTED_BY_SERVER = "traceapp"


def mint(
    producer_id: UUID, batch_id: UUID, *, now: datetime, code: BatchCode | None = None
) -> BatchCode:
    """Give a batch its public code, not activated yet. The demo and phones bring their own."""
    code = code or BatchCode.mint()
    db.session.add(
        PublicCode(
            code=code.text,
            producer_id=producer_id,
            batch_id=batch_id,
            state=CodeState.NOT_ACTIVATED,
            minted_at=now,
        )
    )
    db.session.flush()
    _note(code.text, CodeState.NOT_ACTIVATED, actor=MINTED_BY_SERVER, reason=None, now=now)
    return code


def mint_all(producer_id: UUID, minted: Sequence[tuple[UUID, BatchCode]], *, now: datetime) -> None:
    """Give each of these batches its code, not activated yet."""
    tables = db.metadata.tables
    waiting = {"state": CodeState.NOT_ACTIVATED}
    codes = [
        {"code": code.text, "producer_id": producer_id, "batch_id": batch_id, "minted_at": now}
        for batch_id, code in minted
    ]
    changes = [
        {"code": code.text, "changed_at": now, "actor": MINTED_BY_SERVER} for _, code in minted
    ]
    insert_rows(tables[PublicCode.__tablename__], [row | waiting for row in codes])
    insert_rows(tables[CodeStateChange.__tablename__], [row | waiting for row in changes])


def activate(producer_id: UUID, batch_id: UUID, *, now: datetime) -> bool:
    """Activate the batch's code if it waits for that; tell whether it did."""
    waiting = select(PublicCode.code).where(
        PublicCode.producer_id == producer_id,
        PublicCode.batch_id == batch_id,
        PublicCode.state == CodeState.NOT_ACTIVATED,
    )
    code = db.session.execute(waiting).scalar_one_or_none()
    if code is None:
        return False
    set_state(code, CodeState.ACTIVE, actor=MINTED_BY_SERVER, now=now)
    return True


def set_state(
    code: str, state: CodeState, *, actor: str, now: datetime, reason: str | None = None
) -> None:
    """Change what a code says, from the next second on, for every reader.

    Raises UnknownCode, and InvalidInput for a state that is not set by hand.
    """
    if state in (CodeState.EXPIRED, CodeState.MOVED):
        raise problem.InvalidInput(
            findings=[
                problem.Finding(
                    "/state",
                    "state_not_settable",
                    problem.N_("This state follows from other records."),
                    problem.N_("Change the date, or move the code instead."),
                )
            ]
        )
    changed = db.session.execute(
        update(PublicCode).where(PublicCode.code == code).values(state=state, moved_to=None)
    )
    if _is_none(changed):
        raise problem.UnknownCode
    _note(code, state, actor=actor, reason=reason, now=now)
    freshness.step()


def hold(held: Sequence[str], *, now: datetime) -> None:
    """Let codes in use say that their goods are held back."""
    _change_all(held, CodeState.HELD, now)


def free(held: Sequence[str], *, now: datetime) -> None:
    """Put codes into use again that a finding held; what a person set stays."""
    if not held:
        return
    set_here = select(CodeStateChange.code).where(
        CodeStateChange.code.in_(held),
        CodeStateChange.state == CodeState.HELD,
        CodeStateChange.actor == MINTED_BY_SERVER,
    )
    _change_all(list(db.session.scalars(set_here.distinct())), CodeState.ACTIVE, now)


def stop_sale(code: str, *, actor: str, reason: str, now: datetime) -> None:
    """Let a code say that its sale was stopped; `reason` is one of `stop_reasons`."""
    _change_all([code], CodeState.SALE_STOPPED, now, actor, reason)


def allow_sale(stopped: Sequence[str], *, now: datetime) -> None:
    """Put codes into use again whose sale was stopped for one of `stop_reasons`."""
    if not stopped:
        return
    set_here = select(CodeStateChange.code).where(
        CodeStateChange.code.in_(stopped),
        CodeStateChange.state == CodeState.SALE_STOPPED,
        CodeStateChange.reason.in_(STOP_REASONS),
    )
    _change_all(list(db.session.scalars(set_here.distinct())), CodeState.ACTIVE, now)


def _change_all(
    changed: Sequence[str],
    state: CodeState,
    now: datetime,
    actor: str = MINTED_BY_SERVER,
    reason: str | None = None,
) -> None:
    if not changed:
        return
    db.session.execute(update(PublicCode).where(PublicCode.code.in_(changed)).values(state=state))
    noted = select(CodeStateChange.code).where(
        CodeStateChange.code.in_(changed),
        CodeStateChange.changed_at == now,
        CodeStateChange.state == state,
    )
    said = set(db.session.scalars(noted))
    rows = [
        {"code": code, "changed_at": now, "state": state, "actor": actor, "reason": reason}
        for code in changed
        if code not in said
    ]
    if rows:
        db.session.execute(insert(CodeStateChange), rows)
    freshness.step()


def move(code: str, to: str, *, actor: str, now: datetime) -> None:
    """Let an old code lead to another one, which shows a page itself.

    Raises UnknownCode, and InvalidInput for a way that goes on or comes back.
    """
    _check_end_of_way(code, to)
    changed = db.session.execute(
        update(PublicCode).where(PublicCode.code == code).values(state=CodeState.MOVED, moved_to=to)
    )
    if _is_none(changed):
        raise problem.UnknownCode
    _note(code, CodeState.MOVED, actor=actor, reason=to, now=now)
    freshness.step()


def _check_end_of_way(code: str, to: str) -> None:
    # Locked until the commit: of two moves at once that would close a circle, one fails.
    end = select(PublicCode.state).where(PublicCode.code == to).with_for_update()
    state = db.session.execute(end).scalar_one_or_none()
    if state is None:
        raise problem.UnknownCode
    if code == to or state == CodeState.MOVED:
        raise problem.InvalidInput(
            findings=[
                problem.Finding(
                    "/to",
                    "code_leads_on",
                    problem.N_("A code can lead only to another code that has not moved itself."),
                    problem.N_("Name the last code of the way: the one whose page is shown."),
                )
            ]
        )


def _is_none(result: object) -> bool:
    return getattr(result, "rowcount", 0) == 0


def _note(code: str, state: CodeState, *, actor: str, reason: str | None, now: datetime) -> None:
    db.session.add(
        CodeStateChange(code=code, changed_at=now, state=state, actor=actor, reason=reason)
    )
    db.session.flush()
