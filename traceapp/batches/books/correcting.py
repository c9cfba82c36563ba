"""Taking back what a corrected step had put into the books; the step itself stays for ever."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from traceapp.batches.books import circles, containers, stock
from traceapp.batches.books.stock import Holding
from traceapp.batches.ledger import Books, Step, reversal
from traceapp.batches.models import Event
from traceapp.trace.circles import Ref


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a corrected step had told of: the batches it joined, and whose stock it counted."""

    joined: AbstractSet[Ref] = frozenset()
    counted: AbstractSet[Holding] = frozenset()


def take_back(corrected: Event, by: Step, books: Books) -> TakenBack:
    """Take back edges, counts and contents of a step; its kilograms are reversed in `books`."""
    event = (corrected.producer_id, corrected.event_id)
    books.entries.extend(reversal(corrected, by))
    containers.forget(*event)
    return TakenBack(circles.forget(event), stock.forget_count(*event))


def settle(taken: TakenBack) -> set[Ref]:
    """Judge anew what the step had a part in; give the steps whose standing changed by it."""
    stock.settle_counts(taken.counted)
    return circles.settle(taken.joined) if taken.joined and circles.is_any_set_aside() else set()
