"""Writing a data set that was read: one record after the other, each at its own time.

Whatever an operation refuses is a damage of the data set, told with the record's name.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy.exc import IntegrityError

from traceapp import problem
from traceapp.batches import operations as batches
from traceapp.batches.facts import evidence
from traceapp.batches.recording import capturing
from traceapp.codes import operations as codes
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.demo import explanations, label_runs, recalls
from traceapp.demo.shapes import Check, DataSet, Entry, Happening
from traceapp.demo.skipping import CONSUMER_REPORT, SUSPEND_CODE, LeftOut, why_skipped
from traceapp.findings import attempts
from traceapp.findings.concerned import Concerned
from traceapp.findings.keeping import judge_again
from traceapp.gs1.digital_link import BatchKey, format_path
from traceapp.gs1.errors import InvalidKey
from traceapp.photos import operations as photos
from traceapp.producers import operations as producers
from traceapp.public.operations import receive_report
from traceapp.public.schemas import ReportKind, ReportSchema
from traceapp.trace.facts import EvidenceLevel, Ref
from traceapp.trace.rules.judging import HAND_OFFS

FIRST_ACT = 1
REPORT = ReportSchema()
Deed = tuple[datetime, int, Callable[[], None]]


@dataclass(slots=True)
class Writer:
    """Writes one data set that arrived at a time; counts what it recorded and left out."""

    data: DataSet
    arrived: datetime
    recorded: int = 0
    attempted: int = 0
    skipped: Counter[LeftOut] = field(default_factory=Counter)
    _skipped_ids: dict[UUID, LeftOut] = field(default_factory=dict)
    _registered: set[UUID] = field(default_factory=set)
    _stored: set[tuple[UUID, str]] = field(default_factory=set)
    _recalls: recalls.Recalls = field(init=False)

    def __post_init__(self) -> None:
        self._recalls = recalls.Recalls(self.data)

    def write_directory(self, now: datetime) -> None:
        """Write who and where, and what they make."""
        directory = self.data.directory
        for entry in directory.producers:
            with named(entry):
                producers.register_producer(entry.given, now=now, is_demo=True)
        self._admit(now)
        self._write(directory.sites, producers.add_site)
        self._write(directory.plots, producers.add_plot)
        self._write(directory.members, producers.add_member)
        self._write(directory.certificates, producers.add_certificate)
        self._write(self.data.partners, producers.add_partner)
        self._write(self.data.seasons, producers.start_season)
        for entry in self.data.products:
            if entry.given["photo_sha256"]:
                self._store(entry, [entry.given["photo_sha256"]])
        self._write(self.data.products, batches.define_product)

    def _admit(self, now: datetime) -> None:
        """Let everybody in, by the authority of the data set."""
        officer = next(
            (one.producer_id, UUID(one.given["member_id"]))
            for one in self.data.directory.members
            if "officer" in one.given["roles"]
        )
        for entry in self.data.directory.producers:
            by = None if entry.producer_id == officer[0] else officer
            producers.decide_admission(entry.producer_id, admitted=True, by=by, now=now)

    def write(self, wanted: Collection[Happening]) -> None:
        """Write what happened, in the order in which it was recorded; the first act comes first."""
        ids = {one.event_id for one in wanted}
        deeds = [deed for one in self._loadable(ids) for deed in self._deeds(one)]
        for _, _, do in sorted(deeds, key=lambda deed: deed[:2]):
            do()

    def _write(
        self, entries: Iterable[Entry], operation: Callable[[UUID, Mapping[str, Any]], UUID]
    ) -> None:
        for entry in entries:
            with named(entry):
                operation(entry.producer_id, entry.given)

    def _loadable(self, wanted: Collection[UUID]) -> Iterator[Happening]:
        for one in self.data.happenings:
            reason = why_skipped(one, self._skipped_ids)
            if reason is not None:
                self._skipped_ids[one.event_id] = reason
                if one.event_id in wanted:
                    self.skipped[reason] += 1
            elif one.event_id in wanted:
                yield one
            elif one.act == FIRST_ACT:
                self._registered.update(one.made)

    def _deeds(self, one: Happening) -> Iterator[Deed]:
        cases = {SUSPEND_CODE: self._suspend, CONSUMER_REPORT: self._report}
        cases |= {explanations.KIND: self._ask}
        cases |= dict.fromkeys(recalls.KINDS, self._recall)
        if one.kind in cases:
            yield one.recorded, one.seq, lambda: cases[one.kind](one)
            return
        if one.blocked_by is not None:
            yield one.recorded, one.seq, lambda: self._attempt(one)
            return
        yield one.recorded, one.seq, lambda: self._record(one)
        if one.check is not None:
            check = one.check
            yield check.at, one.seq, lambda: self._confirm(one, check)

    def _record(self, one: Happening) -> None:
        self._register(one)
        self._store(one.entry, one.entry.given["photos"])
        actor = batches.Actor(one.entry.producer_id, one.author_id)
        with named(one.entry):
            batches.record_event(actor, one.entry.given, now=one.recorded)
            if one.kind in label_runs.KINDS:
                event = Ref(one.entry.producer_id, one.event_id)
                label_runs.keep_run(event, one.author_id, now=one.recorded)
        self.recorded += 1

    def _attempt(self, one: Happening) -> None:
        """Try what a rule must refuse; the batches it would have made are there for a moment."""
        actor = batches.Actor(one.entry.producer_id, one.author_id)
        message = capturing.read(one.entry.given)
        with named(one.entry):
            trial = db.session.begin_nested()
            self._register(one)
            verdict = attempts.judge(actor, message, now=one.recorded)
            trial.rollback()
            self._registered.difference_update(one.made)
            if one.blocked_by not in {found.rule for found in verdict.findings if found.blocks}:
                raise problem.DemoRefused(reason=f"the rule {one.blocked_by} does not refuse it")
            attempts.keep(actor, message, verdict, now=one.recorded)
        self.attempted += 1

    def judge(self, now: datetime) -> None:
        """Judge once more what becomes a finding by time alone."""
        shipped = {
            Ref(one.entry.producer_id, one.event_id)
            for one in self.data.happenings
            if one.kind in HAND_OFFS and one.event_id not in self._skipped_ids
        }
        judge_again(Concerned(shipped), now)

    def _register(self, one: Happening) -> None:
        """Register the batches that this event is the first to make."""
        for batch_id in one.made:
            if batch_id in self._registered:
                continue
            self._registered.add(batch_id)
            batch = self.data.batches[batch_id]
            with named(batch.entry):
                batches.register_batch(
                    batch.entry.producer_id, batch.entry.given, now=one.recorded, code=batch.code
                )

    def _store(self, entry: Entry, photo_sha256: Iterable[str]) -> None:
        # Pictures come to this server now, whatever day they show: a job is due from its arrival.
        for sha256 in photo_sha256:
            if (entry.producer_id, sha256) in self._stored:
                continue
            self._stored.add((entry.producer_id, sha256))
            content = self.data.photos[bytes.fromhex(sha256)]
            with named(entry):
                photos.store(entry.producer_id, content, now=self.arrived, is_public=True)

    def _confirm(self, one: Happening, check: Check) -> None:
        witness = evidence.Witness(check.by_producer_id, check.by_member_id, check.by_partner_id)
        event = (one.entry.producer_id, one.event_id)
        with named(one.entry):
            evidence.add_evidence(event, EvidenceLevel(check.level), witness, now=check.at)

    def _suspend(self, one: Happening) -> None:
        actor = next(
            entry.given["name"]
            for entry in self.data.directory.producers
            if entry.producer_id == one.entry.producer_id
        )
        reason = one.entry.given["fields"]["reason"]
        for batch_id in one.touched:
            code = self.data.batches[batch_id].code
            with named(one.entry):
                if code is None:
                    raise problem.UnknownCode
                codes.set_state(
                    code.text, CodeState.SUSPENDED, actor=actor, now=one.recorded, reason=reason
                )
        self.recorded += 1

    def _ask(self, one: Happening) -> None:
        with named(one.entry):
            explanations.ask(self.data, one)
        self.recorded += 1

    def _recall(self, one: Happening) -> None:
        self._store(one.entry, one.entry.given["photos"])
        with named(one.entry):
            self._recalls.play(one)
        self.recorded += 1

    def _report(self, one: Happening) -> None:
        """Hand in what a shopper said, as if typed into the public form."""
        said = one.entry.given["fields"]
        for batch_id in one.touched:
            code = self.data.batches[batch_id].code
            with named(one.entry):
                told = REPORT.load(
                    {
                        "code": format_path(BatchKey(code)) if code else None,
                        "kind": ReportKind.SPOILED,
                        "text": said["text"],
                        "area": said["area"],
                    }
                )
                receive_report(told, language="vi", now=one.recorded, is_demo=True)
        self.recorded += 1


@contextmanager
def named(entry: Entry) -> Iterator[None]:
    """Name the record when an operation refuses it."""
    try:
        yield
    except problem.DemoRefused:
        raise
    except (problem.Problem, ValidationError, InvalidKey, IntegrityError) as error:
        raise problem.DemoRefused(reason=f"{entry.where}: {_said(error)}") from error


def _said(error: Exception) -> str:
    if isinstance(error, problem.Problem):
        told = [finding.message.format_map(finding.values) for finding in error.findings]
        return " ".join(told) or error.title
    if isinstance(error, IntegrityError):
        return str(error.orig)
    return str(error)
