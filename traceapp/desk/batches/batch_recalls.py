"""The recalls of a lot as its page at the desk tells them: those in force, and those it was in."""

from dataclasses import dataclass

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.desk.recalls import case_doors
from traceapp.desk.recalls.case_words import may_read
from traceapp.recalls import case_queries
from traceapp.recalls.case_queries import Case
from traceapp.recalls.goods.concerned import is_concerned
from traceapp.recalls.parts import Part, parts_of
from traceapp.trace.facts import Ref


@dataclass(frozen=True, slots=True)
class Told:
    """The recalls that reach a batch, those it was part of, and what the reader may do."""

    reader: Visitor
    batch: Ref
    told: tuple[Case, ...]
    past: tuple[Part, ...]
    may_open: bool

    @property
    def may_inspect(self) -> bool:
        """Tell whether the reader notes, as an official, that goods do not match their data."""
        return self.may_open and self.reader.may(Act.LOOK_UP_ANY)

    def may_read(self, case: Case) -> bool:
        """Tell whether the page of the case is the reader's to see."""
        return may_read(self.reader, case)

    def may_answer(self, case: Case) -> bool:
        """Tell whether the reader has or had some of the goods."""
        return (
            case.notice is not None
            and not case.is_over
            and self.reader.may(Act.ANSWER_RECALL)
            and is_concerned(self.reader.producer_id, self.batch)
            and (case.is_widened or self.batch.producer_id == case.batch.producer_id)
        )


def told_on(reader: Visitor, batch: Ref) -> Told:
    """Tell of the recalls of a batch: those in force, those the reader leads, those it was in.

    One that was closed goes on to hold its goods, and stands among those in force.
    """
    parts = parts_of(batch)
    gone = {one.case.ref for one in parts if one.left_at is not None}
    running = [
        case
        for case in case_queries.about(batch)
        if case.ref not in gone
        and case.released_at is None
        and not (case.is_drill and case.is_over)
        and (may_read(reader, case) or case.is_told_of(batch))
    ]
    past = [one for one in parts if one.until and (one.is_told or may_read(reader, one.case))]
    may_open = case_doors.may_open(reader, batch)
    return Told(reader, batch, tuple(running), tuple(past), may_open)
