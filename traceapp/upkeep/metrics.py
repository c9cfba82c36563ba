"""The numbers of an installation for Prometheus: what was counted, and what is there now."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from traceapp.batches.models import Event
from traceapp.codes import audits
from traceapp.database.engine import db
from traceapp.jobs import queries as jobs
from traceapp.photos.models import Photo
from traceapp.upkeep import records
from traceapp.web.settings import settings

SHARED_COUNTS = "PROMETHEUS_MULTIPROC_DIR"
NEVER = float("inf")  # an alarm on age then sounds too


def text(now: datetime) -> bytes:
    """Write all metrics in the form that Prometheus reads."""
    registry = CollectorRegistry()
    if os.environ.get(SHARED_COUNTS):
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_Counted())
    registry.register(_State(now))
    return bytes(generate_latest(registry))


class _Counted(Collector):
    """What this process counted, where it serves alone."""

    def collect(self) -> Iterator[Metric]:
        yield from (one for one in REGISTRY.collect() if one.name.startswith("traceapp_"))


class _State(Collector):
    """What is there at this moment."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        yield from self._of_the_machine()
        try:
            found = list(self._of_the_database())
        except SQLAlchemyError:
            db.session.rollback()
            yield _gauge("traceapp_database_up", "Whether the database answers", 0)
        else:
            yield from found
            yield _gauge("traceapp_database_up", "Whether the database answers", 1)

    def _of_the_machine(self) -> Iterator[GaugeMetricFamily]:
        folder = settings().instance_dir
        free = float(shutil.disk_usage(folder).free) if folder.exists() else 0.0
        yield _gauge("traceapp_free_disk_bytes", "Room on the disk of the instance folder", free)
        for name, what in (
            ("traceapp_last_successful_backup_age_seconds", records.BACKUP),
            ("traceapp_last_successful_drill_age_seconds", records.DRILL),
        ):
            done = records.last(folder, what)
            age = (self._now - done).total_seconds() if done else NEVER
            yield _gauge(name, "Seconds since the last one that succeeded; +Inf for never", age)

    def _of_the_database(self) -> Iterator[GaugeMetricFamily]:
        unfinished = jobs.unfinished()
        waiting = [job for job in unfinished if not job.is_given_up]
        failed = len(unfinished) - len(waiting)
        oldest = min((job.run_after for job in waiting), default=self._now)
        late = max(0.0, (self._now - oldest).total_seconds())
        photos = select(func.count()).select_from(Photo).where(Photo.state == "waiting")
        events = select(func.count()).select_from(Event)
        yield _gauge("traceapp_jobs_waiting", "Jobs that are not done", len(waiting))
        yield _gauge("traceapp_jobs_failed", "Jobs that were given up", failed)
        yield _gauge("traceapp_oldest_job_seconds", "How long the oldest job is due", late)
        worker = jobs.worker_state(self._now) == "ok"
        yield _gauge("traceapp_worker_up", "Whether a worker keeps up", worker)
        found = db.session.execute(photos).scalar_one()
        yield _gauge("traceapp_photos_waiting", "Photos whose pictures are not made yet", found)
        found = db.session.execute(events).scalar_one()
        yield _gauge("traceapp_events", "Events recorded so far", found)
        audit = audits.last()
        if audit is not None and audit.asked:
            share = audit.live / audit.asked
            yield _gauge("traceapp_live_page_ratio", "Pages that the last audit found live", share)


def _gauge(name: str, documentation: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, documentation, value=value)
