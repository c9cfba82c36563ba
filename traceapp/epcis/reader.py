"""What of an event whoever asks may read, by the visibility of the vocabulary."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from traceapp.trace.facts import EventFact, FieldValue
from traceapp.trace.vocabulary import COMMON_FIELDS, STEP_KINDS, FieldSpec, Visibility


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: for which producer, and whether as an official who looks after all."""

    producer_id: UUID
    sees_all: bool = False

    def is_own(self, event: EventFact) -> bool:
        """Tell whether the reader's producer recorded an event."""
        return event.ref.producer_id == self.producer_id

    def may_count(self, event: EventFact) -> bool:
        """Tell whether the reader may read the amounts of an event."""
        is_side = event.receiver_id == self.producer_id
        return self.sees_all or self.is_own(event) or is_side

    def fields(self, event: EventFact) -> Iterator[tuple[str, FieldValue]]:
        """Give the fields of an event that the reader may read, in the form's order."""
        kind = STEP_KINDS.get(event.step_kind)
        known = {**(kind.fields if kind else {}), **COMMON_FIELDS}
        given = event.fields or {}
        for name, spec in known.items():
            value = given.get(name)
            if value not in (None, "") and self._may_read(event, spec):
                yield name, value

    def _may_read(self, event: EventFact, spec: FieldSpec) -> bool:
        match spec.visibility:
            case Visibility.PUBLIC:
                return True
            case Visibility.CHAIN:
                return self.may_count(event)
            case Visibility.PRIVATE:
                return self.is_own(event)
