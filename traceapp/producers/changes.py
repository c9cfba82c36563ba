"""Changing what a producer wrote down: places, plots, seasons, certificates.

Each change replaces the whole record and carries the version it was made from: somebody else's
change in between is a ChangedMeanwhile. Without a version it replaces whatever is there. Callers
own the transaction. This room knows of no kept pages: `batches.record_changes` makes them stale.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import delete, select

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.producers import green_claims, operations
from traceapp.producers.certificate_models import Certificate, CertificateFile
from traceapp.producers.models import Plot, Producer, ProducerKind, Season, Site
from traceapp.producers.schemas import ENDED_FIRST
from traceapp.web.faults import Fault

Given = Mapping[str, Any]
By = tuple[UUID, UUID]  # producer and member
Row = TypeVar("Row", Site, Plot, Certificate, Season, Producer)

STAYS_ON_ITS_PLOT = Fault(
    "season_stays",
    problem.N_("A season stays on the plot or in the pen where it began."),
    problem.N_("Start another season there."),
)

MOST_PAGES = 10


def find_site(producer_id: UUID, site_id: UUID) -> Site:
    """Give a place of this producer. Raises NotFound."""
    return _found(db.session.get(Site, (producer_id, site_id)))


def find_plot(producer_id: UUID, plot_id: UUID) -> Plot:
    """Give a plot or pen of this producer. Raises NotFound."""
    return _found(db.session.get(Plot, (producer_id, plot_id)))


def find_certificate(producer_id: UUID, certificate_id: UUID) -> Certificate:
    """Give a certificate of this producer. Raises NotFound."""
    return _found(db.session.get(Certificate, (producer_id, certificate_id)))


def find_season(producer_id: UUID, season_id: UUID) -> Season:
    """Give a season of this producer. Raises NotFound."""
    return _found(db.session.get(Season, (producer_id, season_id)))


def find_producer(producer_id: UUID) -> Producer:
    """Give a producer. Raises NotFound."""
    return _found(db.session.get(Producer, producer_id))


def change_producer(by: By, given: Given, *, version: int | None, now: datetime) -> bool:
    """Put another description in place of a producer's own; tell whether anything differs.

    What its address was called before July 2025 belongs to the address.
    """
    producer = find_producer(by[0])
    data = operations.DETAILS.load(given)
    texts = green_claims.texts_of_producer(data)
    was = {pointer: getattr(producer, pointer.removeprefix("/")) for pointer in texts}
    changed = {pointer: text for pointer, text in texts.items() if text != was[pointer]}
    green_claims.refuse_unproven(by[0], changed)
    operations.require_commune(data)
    address = ("street", "province", "commune_kind", "commune")
    if any(getattr(producer, name) != data[name] for name in address):
        data["legacy_address"] = None
    data["folded_name"] = fold(data["name"])
    return _change(by, producer, (data, "producer_id", version), now)


def change_kinds(by: By, kinds: Sequence[str], *, now: datetime) -> bool:
    """Say what a producer does from now on; tell whether anything differs."""
    producer = find_producer(by[0])
    of_producer = ProducerKind.producer_id == by[0]
    before = set(db.session.scalars(select(ProducerKind.kind).where(of_producer)))
    if before == set(kinds):
        return False
    db.session.execute(delete(ProducerKind).where(of_producer))
    db.session.add_all(ProducerKind(producer_id=by[0], kind=kind) for kind in sorted(set(kinds)))
    producer.version += 1
    db.session.flush()
    detail = {"before": ", ".join(sorted(before)), "after": ", ".join(sorted(set(kinds)))}
    audit.note(by[0], "producer.kinds", f"producer/{by[0]}", by=by, now=now, detail=detail)
    return True


def change_site(by: By, site_id: UUID, given: Given, *, version: int | None, now: datetime) -> bool:
    """Put another description in place of a site's; tell whether anything differs."""
    site = find_site(by[0], site_id)
    data = operations.SITE.load(given)
    operations.require_commune(data)
    return _change(by, site, (data, "site_id", version), now)


def change_plot(by: By, plot_id: UUID, given: Given, *, version: int | None, now: datetime) -> bool:
    """Put another description in place of a plot's; tell whether anything differs."""
    plot = find_plot(by[0], plot_id)
    data = operations.PLOT.load(given)
    return _change(by, plot, (data, "plot_id", version), now)


def change_certificate(
    by: By, certificate_id: UUID, given: Given, *, version: int | None, now: datetime
) -> bool:
    """Put another description in place of a certificate's; tell whether anything differs."""
    certificate = find_certificate(by[0], certificate_id)
    data = operations.CERTIFICATE.load(given)
    return _change(by, certificate, (data, "certificate_id", version), now)


def change_season(
    by: By, season_id: UUID, given: Given, *, version: int | None, now: datetime
) -> bool:
    """Put another description in place of a season's; tell whether anything differs.

    Its steps happened on its plot, so that stays. Raises ValidationError.
    """
    season = find_season(by[0], season_id)
    data = operations.SEASON.load(given)
    if data["plot_id"] != season.plot_id:
        raise ValidationError({"plot_id": [STAYS_ON_ITS_PLOT]})
    return _change(by, season, (data, "season_id", version), now)


def set_certificate_pages(
    by: By, certificate_id: UUID, pages: Sequence[bytes], *, now: datetime
) -> None:
    """Say which photos, by SHA-256, are the pages of a certificate, in this order.

    Whoever confirmed it saw the pages that it had, so that is asked anew.
    """
    certificate = find_certificate(by[0], certificate_id)
    certificate.version += 1
    key = {"producer_id": by[0], "certificate_id": certificate_id}
    db.session.execute(delete(CertificateFile).filter_by(**key))
    db.session.add_all(
        CertificateFile(**key, position=position, sha256=sha256)
        for position, sha256 in enumerate(dict.fromkeys(pages))
    )
    db.session.flush()
    about = f"certificate/{certificate_id}"
    audit.note(by[0], "certificate.files", about, by=by, now=now, detail={"pages": len(set(pages))})


def end_season(by: By, season_id: UUID, ended_on: date | None, *, now: datetime) -> None:
    """Say when a season ended, or, without a day, that it goes on after all."""
    season = find_season(by[0], season_id)
    if ended_on is not None and ended_on < season.started_on:
        raise problem.InvalidInput(
            findings=[
                problem.Finding("/ended_on", ENDED_FIRST.rule, ENDED_FIRST.message, ENDED_FIRST.fix)
            ]
        )
    season.ended_on = ended_on
    act = "season.ended" if ended_on else "season.reopened"
    audit.note(by[0], act, f"season/{season_id}", by=by, now=now)


def _change(by: By, row: Row, wish: tuple[dict[str, Any], str, int | None], now: datetime) -> bool:
    data, key, version = wish
    if version is not None and row.version != version:
        raise problem.ChangedMeanwhile
    data.pop(key, None)
    changed = [name for name, value in data.items() if getattr(row, name) != value]
    if not changed:
        return False
    for name in changed:
        setattr(row, name, data[name])
    row.version += 1
    db.session.flush()
    kind = key.removesuffix("_id")
    detail = {"fields": ", ".join(sorted(set(changed) - {"folded_name"}))}
    about = f"{kind}/{getattr(row, key)}"
    audit.note(by[0], f"{kind}.changed", about, by=by, now=now, detail=detail)
    return True


def _found(row: Row | None) -> Row:
    if row is None:
        raise problem.NotFound
    return row
