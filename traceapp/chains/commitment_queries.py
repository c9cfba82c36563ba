"""Reading commitments, the texts they are made of, and the help that was given."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from traceapp.chains.models import Commitment, CommitmentStep, CommitmentText, Support
from traceapp.chains.told import Commitment as Told
from traceapp.chains.told import Help, Step, Text
from traceapp.database.engine import db
from traceapp.network.programme_models import ProgrammeActivity
from traceapp.photos.models import Photo
from traceapp.producers.models import Producer
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words

MOST_ACTIVITIES = 50
_BODY = aliased(Producer)
_Answer = aliased(CommitmentStep)


def current_text(today: date) -> Text | None:
    """Give the text to sign now: the newest version of this year's, else of the last year's."""
    query = (
        select(CommitmentText)
        .where(CommitmentText.year <= today.year)
        .order_by(
            CommitmentText.year.desc(),
            CommitmentText.noted_at.desc(),
            CommitmentText.version.desc(),
            CommitmentText.text_id,
        )
        .limit(1)
    )
    kept = db.session.scalars(query).one_or_none()
    if kept is None:
        return None
    words = Words(kept.text, kept.text_en)
    return Text(Ref(kept.producer_id, kept.text_id), kept.year, kept.version, words)


def last_version(producer_id: UUID, year: int) -> int:
    """Give the number of the newest version of a body's text of a year; 0 without one."""
    query = select(func.max(CommitmentText.version)).where(
        CommitmentText.producer_id == producer_id, CommitmentText.year == year
    )
    return db.session.scalar(query) or 0


def find(commitment_id: UUID) -> Told | None:
    """Find a commitment by its id; None where there is none."""
    return next(iter(_read(Commitment.commitment_id == commitment_id)), None)


def of_producer(producer_id: UUID) -> list[Told]:
    """Give the commitments of an establishment, the newest first."""
    return _read(Commitment.producer_id == producer_id)


def holding(producers: Iterable[UUID]) -> Mapping[UUID, Told]:
    """Give the newest accepted commitment of each establishment that has one."""
    found: dict[UUID, Told] = {}
    for one in _read(Commitment.producer_id.in_(list(producers))):
        if one.state == "accepted":
            found.setdefault(one.ref.producer_id, one)
    return found


def signed_for(year: int, producers: Iterable[UUID]) -> Mapping[UUID, date]:
    """Give when each establishment signed what it committed itself to for a year, if accepted."""
    query = (
        select(Commitment.producer_id, Commitment.signed_on)
        .where(
            Commitment.producer_id.in_(list(producers)),
            Commitment.year == year,
            *is_holding(),
        )
        .order_by(Commitment.noted_at)
    )
    return {row.producer_id: row.signed_on for row in db.session.execute(query)}


def is_holding() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Make the conditions that a commitment of the table was accepted and not withdrawn."""
    answers = select(_Answer.state).where(
        _Answer.producer_id == Commitment.producer_id,
        _Answer.commitment_id == Commitment.commitment_id,
    )
    return (
        answers.where(_Answer.state == "accepted").exists(),
        ~answers.where(_Answer.state == "withdrawn").exists(),
    )


def is_waiting() -> ColumnElement[bool]:
    """Make the condition that nobody has answered a commitment of the table yet."""
    answer = select(_Answer.state).where(
        _Answer.producer_id == Commitment.producer_id,
        _Answer.commitment_id == Commitment.commitment_id,
    )
    return ~answer.exists()


def count_waiting() -> int:
    """Count the commitments that wait for the programme."""
    query = select(func.count()).select_from(Commitment).where(is_waiting())
    return db.session.scalar(query) or 0


def help_given(producer_id: UUID) -> list[Help]:
    """Give the help an establishment was given, the newest first."""
    query = (
        select(Support, _BODY.name, _BODY.name_en)
        .add_columns(ProgrammeActivity.title, ProgrammeActivity.title_en)
        .outerjoin(_BODY, _BODY.producer_id == Support.by_producer_id)
        .outerjoin(
            ProgrammeActivity,
            and_(
                ProgrammeActivity.producer_id == Support.by_producer_id,
                ProgrammeActivity.activity_id == Support.activity_id,
            ),
        )
        .where(Support.producer_id == producer_id)
        .order_by(Support.on_day.desc(), Support.noted_at.desc(), Support.support_id)
    )
    return [_help(*row) for row in db.session.execute(query)]


def activities(body_id: UUID) -> list[ProgrammeActivity]:
    """Give the newest activities of a body."""
    query = (
        select(ProgrammeActivity)
        .where(ProgrammeActivity.producer_id == body_id)
        .order_by(ProgrammeActivity.on_day.desc(), ProgrammeActivity.activity_id)
        .limit(MOST_ACTIVITIES)
    )
    return list(db.session.scalars(query))


def _help(
    kept: Support, body: str | None, body_en: str | None, title: str | None, title_en: str | None
) -> Help:
    return Help(
        support_id=kept.support_id,
        kind=kept.kind,
        on_day=kept.on_day,
        given_by=kept.given_by,
        body=Words(body or "", body_en),
        note=kept.note,
        activity=None if title is None else Words(title, title_en),
    )


def _read(*conditions: ColumnElement[bool]) -> list[Told]:
    query = (
        select(Commitment, Photo.is_public, Producer.name, Producer.name_en)
        .add_columns(_BODY.name.label("body"), _BODY.name_en.label("body_en"))
        .join(Producer, Producer.producer_id == Commitment.producer_id)
        .join(
            Photo,
            and_(
                Photo.producer_id == Commitment.producer_id,
                Photo.sha256 == Commitment.photo_sha256,
            ),
        )
        .outerjoin(_BODY, _BODY.producer_id == Commitment.body_id)
        .where(*conditions)
        .order_by(Commitment.noted_at.desc(), Commitment.commitment_id.desc())
    )
    rows = db.session.execute(query).all()
    steps = _steps([row.Commitment for row in rows])
    return [_told(row, steps.get(row.Commitment.commitment_id, [])) for row in rows]


def _steps(kept: Iterable[Commitment]) -> dict[UUID, list[Step]]:
    kept = list(kept)
    query = (
        select(CommitmentStep, _BODY.name, _BODY.name_en)
        .outerjoin(_BODY, _BODY.producer_id == CommitmentStep.by_producer_id)
        .where(
            CommitmentStep.producer_id.in_({one.producer_id for one in kept}),
            CommitmentStep.commitment_id.in_([one.commitment_id for one in kept]),
        )
        .order_by(CommitmentStep.noted_at, CommitmentStep.state)
    )
    found: dict[UUID, list[Step]] = {}
    for step, name, name_en in db.session.execute(query):
        told = Step(step.state, Words(name or "", name_en), step.note, step.noted_at)
        found.setdefault(step.commitment_id, []).append(told)
    return found


def _told(row: Any, steps: Iterable[Step]) -> Told:  # noqa: ANN401 - a row of `_read`
    kept = row.Commitment
    return Told(
        ref=Ref(kept.producer_id, kept.commitment_id),
        producer=Words(row.name, row.name_en),
        body=Words(row.body or "", row.body_en),
        year=kept.year,
        version=kept.version,
        words=Words(kept.text, kept.text_en),
        signed_on=kept.signed_on,
        signer=kept.signer,
        signer_role=kept.signer_role,
        photo=kept.photo_sha256,
        is_photo_public=row.is_public,
        noted_at=kept.noted_at,
        steps=tuple(steps),
    )
