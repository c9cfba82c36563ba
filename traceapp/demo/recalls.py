"""Recalls of the data set: opened, issued, widened by a second officer, answered by holders."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from traceapp.demo.shapes import DataSet, Happening
from traceapp.recalls import answering, cases
from traceapp.recalls import case_queries as queries
from traceapp.recalls.answering import Count
from traceapp.recalls.cases import Order, Suspicion
from traceapp.recalls.stops.stopping import Actor
from traceapp.trace.facts import Ref

OPENED, ANSWERED = "recall_open", "recall_ack"
KINDS = (OPENED, ANSWERED)
FOR_A_SECOND_PERSON = timedelta(minutes=1)


@dataclass(slots=True)
class Recalls:
    """Plays recalls; remembers each by its number."""

    data: DataSet
    _by_number: dict[str, Ref] = field(default_factory=dict)

    def play(self, one: Happening) -> None:
        """Open and issue a recall, or answer one."""
        if one.kind == OPENED:
            self._open(one)
        else:
            self._answer(one)

    def _open(self, one: Happening) -> None:
        said = one.entry.given["fields"]
        by = Actor(Ref(one.entry.producer_id, one.author_id), is_authority=True)
        roots = list(self._lots(one))
        is_drill = said["drill"] == "yes"
        basis = "drill" if is_drill else self._basis(one)
        suspicion = Suspicion(roots[0], basis, said["reason"], is_drill, said["recall_no"])
        case = cases.open_case(by, suspicion, now=one.recorded)
        self._by_number[said["recall_no"]] = case
        due_at = datetime.fromisoformat(said["deadline"])
        contact = self._contact(one.entry.producer_id)
        order = Order(said["reason"], said["risk"], said["instruction"], contact, due_at)
        cases.issue(case, by, order, roots, now=one.recorded)
        found = queries.find(case)
        for act in found.waiting if found else ():
            second = Actor(Ref(one.entry.producer_id, self._another(one)), is_authority=True)
            at = one.recorded + FOR_A_SECOND_PERSON
            cases.agree(case, act.act_id, second, "", now=at)

    def _answer(self, one: Happening) -> None:
        said = one.entry.given["fields"]
        by = Ref(one.entry.producer_id, one.author_id)
        photos = one.entry.given["photos"]
        for batch in self._lots(one):
            count = Count(
                *(batch, Decimal(str(said["sold"])), Decimal(str(said["left"]))),
                photo_sha256=bytes.fromhex(photos[0]) if photos else None,
            )
            case = self._by_number[said["recall_no"]]
            answering.acknowledge(case, by, count, now=one.recorded)

    def _lots(self, one: Happening) -> Iterator[Ref]:
        for batch_id in one.touched:
            yield Ref(self.data.batches[batch_id].entry.producer_id, batch_id)

    def _basis(self, one: Happening) -> str:
        """Give on what grounds: a laboratory's result about one of the lots, or the lot itself."""
        results = (other for other in self.data.happenings if other.kind == "lab_result")
        is_tested = any(set(result.touched) & set(one.touched) for result in results)
        return "lab_result" if is_tested else "batch"

    def _another(self, one: Happening) -> UUID:
        """Give another officer of the same authority."""
        return next(
            UUID(entry.given["member_id"])
            for entry in self.data.directory.members
            if entry.producer_id == one.entry.producer_id
            and "officer" in entry.given["roles"]
            and UUID(entry.given["member_id"]) != one.author_id
        )

    def _contact(self, producer_id: UUID) -> str:
        given = next(
            entry.given
            for entry in self.data.directory.producers
            if entry.producer_id == producer_id
        )
        return f"{given['name']}, {given['phone']}"
