"""The events behind a timeline as facts: who, when, where, what with, checked by whom.

Core only, as many queries whatever the depth of the tree.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sqlalchemy import CTE, ColumnElement, and_, or_, select, tuple_, union

from traceapp.batches.books.models import CorrectedEvent
from traceapp.batches.books.stock import is_what_corrects
from traceapp.batches.facts.event_facts import Line, event_fact, item_fact
from traceapp.batches.facts.hand_off_facts import Said, said_about
from traceapp.batches.facts.parties import AnyRow, person, person_columns
from traceapp.batches.family.walking import Ref as Pair
from traceapp.batches.family.walking import known
from traceapp.batches.models import (
    Event,
    EventEvidence,
    EventItem,
    EventPhoto,
)
from traceapp.database.asking import among, ask_about
from traceapp.database.engine import db
from traceapp.photos.models import Photo, PhotoRendition
from traceapp.producers.models import (
    Membership,
    Partner,
    Plot,
    Producer,
    Site,
)
from traceapp.trace.facts import (
    EventFact,
    EvidenceFact,
    EvidenceLevel,
    PartyFact,
    PersonFact,
    PhotoFact,
    PlaceFact,
)
from traceapp.trace.words import Words


def events_about(tree: CTE) -> list[EventFact]:
    """Read every event that names a batch of the tree, and those of its seasons."""
    return _read(_about(tree))


def events_named(refs: Collection[Pair]) -> list[EventFact]:
    """Read these events."""
    if not refs:
        return []
    named = known(refs, ("producer_id", "event_id"))
    return _read(tuple_(Event.producer_id, Event.event_id).in_(select(named)))


def _read(is_wanted: ColumnElement[bool]) -> list[EventFact]:
    rows = _event_rows(is_wanted)
    keys = [(row.producer_id, row.event_id) for row in rows]
    kept = Kept(_items(keys), _evidence(keys), _photos(keys), said_about(rows))
    return [_event(row, kept) for row in rows]


def _event_rows(is_wanted: ColumnElement[bool]) -> list[AnyRow]:
    query = (
        select(
            *Event.__table__.columns,
            CorrectedEvent.replaced_by_id,
            *(Site.kind.label("site_kind"), Site.commune, Site.commune_kind, Site.province),
            Plot.household_number,
            *person_columns(),
        )
        .join(
            Site,
            and_(Site.producer_id == Event.site_producer_id, Site.site_id == Event.site_id),
        )
        .outerjoin(
            Plot,
            and_(Plot.producer_id == Event.site_producer_id, Plot.plot_id == Event.plot_id),
        )
        .join(
            Membership,
            and_(
                Membership.producer_id == Event.producer_id,
                Membership.member_id == Event.author_member_id,
            ),
        )
        .join(Producer, Producer.producer_id == Event.producer_id)
        .outerjoin(CorrectedEvent, is_what_corrects())
        .where(is_wanted)
    )
    return list(db.session.execute(query).all())


def _about(tree: CTE) -> ColumnElement[bool]:
    """Match events that name a batch of the tree, hold instead, or made its harvest grow.

    A step on a plot may have been logged before anybody opened a season there. Each way is found
    by its own index: of alternatives in one condition SQLite would read every event there is.
    """
    is_of_tree = tuple_(EventItem.batch_producer_id, EventItem.batch_id).in_(
        select(tree.c.producer_id, tree.c.batch_id)
    )
    named = select(EventItem.producer_id, EventItem.event_id).where(is_of_tree)
    standing = select(CorrectedEvent.producer_id, CorrectedEvent.replaced_by_id).where(
        tuple_(CorrectedEvent.producer_id, CorrectedEvent.event_id).in_(named)
    )
    harvests = _harvests(is_of_tree)
    land = (Event.site_producer_id == harvests.c.site_producer_id,)
    done = select(Event.producer_id, Event.event_id)
    grown = done.join(harvests, and_(*land, Event.season_id == harvests.c.season_id))
    beside = done.join(harvests, and_(*land, Event.plot_id == harvests.c.plot_id)).where(
        Event.season_id.is_(None)
    )
    wanted = union(named, standing, grown, beside).subquery()
    return tuple_(Event.producer_id, Event.event_id).in_(select(wanted))


def _harvests(is_of_tree: ColumnElement[bool]) -> CTE:
    """Give the seasons and plots that batches of the tree were harvested from."""
    return (
        select(Event.site_producer_id, Event.season_id, Event.plot_id)
        .join(
            EventItem,
            and_(EventItem.producer_id == Event.producer_id, EventItem.event_id == Event.event_id),
        )
        .where(is_of_tree, EventItem.direction == "output", Event.plot_id.is_not(None))
        .distinct()
        .cte("harvests")
    )


Lines = Mapping[Pair, list[Line]]
Checks = Mapping[Pair, list[EvidenceFact]]
Pictures = Mapping[Pair, list[PhotoFact]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept beside the events, by event."""

    items: Lines
    evidence: Checks
    photos: Pictures
    said: Said


def _event(row: AnyRow, kept: Kept) -> EventFact:
    key = (row.producer_id, row.event_id)
    return event_fact(
        row,
        kept.items[key],
        kept.said,
        person(row, row.producer_id),
        skew_minutes=row.device_skew_minutes,
        place=PlaceFact(row.site_kind, row.commune, row.commune_kind, row.province),
        household=row.household_number,
        land_owner_id=row.site_producer_id,
        plot_id=row.plot_id,
        season_id=row.season_id,
        evidence=tuple(kept.evidence[key]),
        photos=tuple(kept.photos[key]),
    )


def _items(keys: list[Pair]) -> Lines:
    found: dict[Pair, list[Line]] = defaultdict(list)
    for row in ask_about(_ITEMS, keys):
        found[(row.producer_id, row.event_id)].append((row.direction, item_fact(row)))
    return found


def _evidence(keys: list[Pair]) -> Checks:
    """Read who stands behind events; only an official's own record starts above `self`."""
    found: dict[Pair, list[EvidenceFact]] = defaultdict(list)
    for row in ask_about(_EVIDENCE, keys):
        if row.by_partner_id is not None:
            party = PartyFact(None, Words(row.partner, row.partner_en or row.partner))
            by = PersonFact(party, "lab" if row.level == EvidenceLevel.LAB else None)
        else:
            by = person(row, row.by_producer_id)
        given_at = _in_offset(row.given_at, row.event_time_zone_offset)
        fact = EvidenceFact(EvidenceLevel(row.level), by, given_at)
        found[(row.producer_id, row.event_id)].append(fact)
    return found


def _photos(keys: list[Pair]) -> Pictures:
    found: dict[Pair, list[PhotoFact]] = defaultdict(list)
    for row in ask_about(_PHOTOS, keys):
        fact = PhotoFact(row.file_name, Words("Ảnh của bước này", "Photo of this step"))
        found[(row.producer_id, row.event_id)].append(fact)
    return found


def _in_offset(moment: datetime, minutes: int) -> datetime:
    return moment.astimezone(timezone(timedelta(minutes=minutes)))


# Written once: putting a query together takes longer than asking it.
_ITEMS = (
    select(*EventItem.__table__.columns)
    .where(among(EventItem.producer_id, EventItem.event_id))
    .order_by(EventItem.producer_id, EventItem.event_id, EventItem.position)
)
_EVIDENCE = (
    select(
        *EventEvidence.__table__.columns,
        Event.event_time_zone_offset,
        *person_columns(),
        *(Partner.name.label("partner"), Partner.name_en.label("partner_en")),
    )
    .join(
        Event,
        and_(
            Event.producer_id == EventEvidence.producer_id,
            Event.event_id == EventEvidence.event_id,
        ),
    )
    .join(Producer, Producer.producer_id == EventEvidence.by_producer_id)
    .outerjoin(
        Membership,
        and_(
            Membership.producer_id == EventEvidence.by_producer_id,
            Membership.member_id == EventEvidence.by_member_id,
        ),
    )
    .outerjoin(
        Partner,
        and_(
            Partner.producer_id == EventEvidence.by_producer_id,
            Partner.partner_id == EventEvidence.by_partner_id,
        ),
    )
    .where(
        among(EventEvidence.producer_id, EventEvidence.event_id),
        or_(
            EventEvidence.level.in_((EvidenceLevel.INSPECTOR, EvidenceLevel.LAB)),
            EventEvidence.by_member_id.is_(None),
            EventEvidence.by_member_id != Event.author_member_id,
        ),
    )
    .order_by(EventEvidence.producer_id, EventEvidence.event_id, EventEvidence.evidence_id)
)
_PHOTOS = (
    select(EventPhoto.producer_id, EventPhoto.event_id, PhotoRendition.file_name)
    .join(
        Photo,
        and_(Photo.producer_id == EventPhoto.producer_id, Photo.sha256 == EventPhoto.sha256),
    )
    .join(
        PhotoRendition,
        and_(
            PhotoRendition.producer_id == Photo.producer_id,
            PhotoRendition.sha256 == Photo.sha256,
            PhotoRendition.name == "thumb",
        ),
    )
    .where(among(EventPhoto.producer_id, EventPhoto.event_id), Photo.is_public)
    .order_by(EventPhoto.position)
)
