"""Audits of issued codes: drawing a sample, asking for its pages, keeping and telling what came."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from random import Random

from sqlalchemy import Select, delete, func, select, union_all

from traceapp.codes import page_asking
from traceapp.codes.models import AuditedPage, CodeAudit, PublicCode
from traceapp.codes.page_asking import Asked, Outcome, Pace, Sampled
from traceapp.database.bulk import insert_rows
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.jobs.registry import Deed, Payload
from traceapp.web.settings import settings

AUDIT = "codes.audit"
DAILY_AT = time(4, 10)  # in Hanoi: after the nightly backup, before the markets open
SAMPLE = 200
LARGEST_SAMPLE = 5000  # a reader's pace of pages allows for it
LARGEST_SEED = 2**32 - 1
KEPT_AUDITS = 90
"""Of how many audits it is known what each page answered; of older ones the numbers stay."""
CHUNK = 500

LABELS_SHARE = 10
"""To so many codes one label with a number of its own is asked for beside them."""

_ISSUED: list[Select[str]] = [select(PublicCode.code)]
_BESIDE: list[Callable[[Random, int], Sequence[str]]] = []

WORDS: Mapping[Outcome, str] = {
    Outcome.AWAY: "no answer",
    Outcome.LATE: "no whole answer in time",
    Outcome.STATUS: "answered with an error",
    Outcome.OTHER: "answered, but not with the page of this code",
}


@dataclass(frozen=True, slots=True)
class Audit:
    """An audit that was made: what was drawn from how many, and what each page answered."""

    started_at: datetime
    finished_at: datetime
    address: str
    seed: int
    issued: int
    sampled: int
    pages: Sequence[Asked]

    @property
    def live(self) -> int:
        """Count the pages that answered with what they should."""
        return sum(one.outcome is Outcome.LIVE for one in self.pages)


def also(codes: Select[str]) -> None:
    """Sample the codes of another room, too: each is as likely as any other. Called on import."""
    _ISSUED.append(codes)


def also_some(labels: Callable[[Random, int], Sequence[str]]) -> None:
    """Ask for the pages of some labels, too: given how many at most, it draws them."""
    _BESIDE.append(labels)


def audit(size: int = SAMPLE, *, seed: int | None = None, pace: Pace | None = None) -> Audit:
    """Draw some issued codes and ask for their pages through the public address."""
    started_at = datetime.now(UTC)
    seed = secrets.randbelow(LARGEST_SEED + 1) if seed is None else seed
    issued, sample = draw(size, seed)
    db.session.rollback()  # the network may take long, and nothing stays open meanwhile
    address = settings().public_url
    pages = page_asking.ask_all(address, sample, pace or Pace())
    return Audit(started_at, datetime.now(UTC), address, seed, issued, len(sample), pages)


def audit_job(_payload: Payload, _now: datetime) -> Deed:
    """Do a job of the kind AUDIT. A site that is away is a result, no failure of the job."""
    made = audit()
    return lambda: keep(made)


def draw(size: int, seed: int) -> tuple[int, list[Sampled]]:
    """Draw codes, each as likely as any other; gives how many were issued, too.

    The same seed draws the same of the same codes: positions in the order of the codes. Some
    labels with a number of their own are added; there may be millions, so they are not counted.
    """
    dice = Random(seed)  # noqa: S311 - no secret
    codes = union_all(*_ISSUED).subquery()
    issued = db.session.scalar(select(func.count()).select_from(codes)) or 0
    chosen = set(dice.sample(range(issued), min(size, issued)))
    names = db.session.scalars(select(codes.c.code).order_by(codes.c.code).limit(issued))
    drawn = [code for place, code in enumerate(names.yield_per(CHUNK)) if place in chosen]
    labels = {label for some in _BESIDE for label in some(dice, -(-len(drawn) // LABELS_SHARE))}
    beside = [Sampled(label, label) for label in sorted(labels)]
    return issued + len(beside), [*_leading(drawn), *beside]


def keep(made: Audit) -> None:
    """Keep an audit; what pages answered in old ones is forgotten. Callers own the transaction."""
    audit_id = new_id()
    db.session.add(
        CodeAudit(
            audit_id=audit_id,
            started_at=made.started_at,
            finished_at=made.finished_at,
            address=made.address,
            seed=made.seed,
            issued=made.issued,
            sampled=made.sampled,
            asked=len(made.pages),
            live=made.live,
        )
    )
    db.session.flush()
    pages = [
        {"audit_id": audit_id, "code": one.code, "outcome": one.outcome.value, "said": one.said}
        for one in made.pages
    ]
    insert_rows(db.metadata.tables[AuditedPage.__tablename__], pages)
    old = select(CodeAudit.audit_id).order_by(CodeAudit.started_at.desc()).offset(KEPT_AUDITS)
    db.session.execute(
        delete(AuditedPage)
        .where(AuditedPage.audit_id.in_(list(db.session.scalars(old))))
        .execution_options(synchronize_session=False)
    )


def last() -> CodeAudit | None:
    """Give the newest audit; None before the first."""
    newest = select(CodeAudit).order_by(CodeAudit.started_at.desc(), CodeAudit.audit_id.desc())
    return db.session.scalars(newest.limit(1)).one_or_none()


def told(made: Audit) -> Iterator[str]:
    """Tell what came of an audit, line by line, for whoever runs the installation."""
    if not made.sampled:
        yield "No code was issued yet."
        return
    share = 1000 * made.live // len(made.pages)  # cut off: one dead page never reads as none
    yield (
        f"{made.live} of {len(made.pages)} pages are live ({share / 10:.1f} %) at {made.address} "
        f"(drawn from {made.issued} issued codes, seed {made.seed})."
    )
    if len(made.pages) < made.sampled:
        left = made.sampled - len(made.pages)
        yield f"Nothing answered any more: {left} further pages were not asked for."
    for one in made.pages:
        if one.outcome is not Outcome.LIVE:
            said = f": {one.said}" if one.said else ""
            yield f"{page_asking.readable(one.code)}  {WORDS[one.outcome]}{said}"


def _leading(codes: Sequence[str]) -> Iterator[Sampled]:
    """Give each code with the one whose page must come: its own, but where it moved."""
    for start in range(0, len(codes), CHUNK):
        some = codes[start : start + CHUNK]
        rows = db.session.execute(
            select(PublicCode.code, PublicCode.moved_to).where(
                PublicCode.code.in_(some), PublicCode.moved_to.is_not(None)
            )
        )
        moved = {row.code: row.moved_to for row in rows}
        yield from (Sampled(code, moved.get(code, code)) for code in some)
