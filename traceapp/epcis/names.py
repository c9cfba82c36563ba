"""What things are called in EPCIS: GS1 Digital Links where there are GS1 keys, else our URIs."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from traceapp.trace.facts import BatchFact, Ref

PREFIX = "traceapp"
"""Of our own fields; the context of a document says what it stands for."""


@dataclass(frozen=True, slots=True)
class Names:
    """Makes URIs below the address of an installation. `gtins` are those of batches."""

    base: str
    gtins: Mapping[Ref, str]

    @property
    def namespace(self) -> str:
        """Give what the prefix of our own fields stands for."""
        return f"{self.base}/epcis/"

    def batch(self, batch: Ref, facts: BatchFact | None) -> str:
        """Name a batch as a class of goods: its page where it has one."""
        gtin = self.gtins.get(batch)
        if gtin is not None and facts is not None:
            return f"{self.base}/01/{gtin}/10/{quote(facts.lot, safe='')}"
        if facts is not None and facts.path is not None:
            return f"{self.base}{facts.path}"
        return self._own("batch", batch)

    def event(self, event: Ref) -> str:
        """Name an event."""
        return self._own("event", event)

    def party(self, producer_id: UUID) -> str:
        """Name a producer."""
        return f"{self.base}/id/party/{producer_id}"

    def container(self, producer_id: UUID, mark: str) -> str:
        """Name a crate or pallet by its mark at a producer, however that is typed."""
        typed = quote(mark.strip().casefold(), safe="")
        return f"{self.base}/id/container/{producer_id}/{typed}"

    def _own(self, kind: str, ref: Ref) -> str:
        return f"{self.base}/id/{kind}/{ref.producer_id}/{ref.id}"
