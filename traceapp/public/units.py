"""Labels with a number of their own, as the pages behind their codes tell them.

The room that prints labels knows them; it stands above this one, and the application names what
looks a number up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app

from traceapp.codes.page_asking import UNIT
from traceapp.gs1.batch_code import BatchCode
from traceapp.gs1.digital_link import BatchKey, ProductKey
from traceapp.gs1.unit_serial import as_minted, readable
from traceapp.public.address import Address
from traceapp.public.queries import Issued
from traceapp.web.pages import HANOI

FIND = "find_unit"  # where the application keeps what looks a number up
LOTS = "lots_of_unit"  # and what tells which lots of a GTIN have one


@dataclass(frozen=True, slots=True)
class Printed:
    """The run that a label was printed in: how many, when and by whom; when it was voided."""

    labels: int
    printed_at: datetime
    holder: str
    holder_en: str | None
    voided_at: datetime | None


Find = Callable[[UUID, UUID, str], Printed | None]
"""Looks up the number of a label of a batch; None where none was printed with it."""
Lots = Callable[[str, str], Sequence[str]]
"""Gives the codes of the lots of a GTIN that have a label with a number."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A number as it was asked for, and what is known of it: nothing where we never printed it."""

    serial: str
    printed: Printed | None

    @property
    def readable(self) -> str:
        """Give the number as it stands on the label."""
        return self.serial if self.printed is None else readable(self.serial)

    def document(self) -> dict[str, Any]:
        """Give it as programs read it."""
        known = self.printed
        if known is None:
            return {"serial": self.serial, "printed": None}
        voided_on = None if known.voided_at is None else _day(known.voided_at)
        by = {"vi": known.holder, "en": known.holder_en}
        printed = {"labels": known.labels, "on": _day(known.printed_at), "by": by}
        return {"serial": self.serial, "printed": printed | {"voided_on": voided_on}}


def of(issued: Issued, asked: Address) -> Unit | None:
    """Tell of the label that an address names; None where it names none."""
    if asked.serial is None or asked.chain:
        return None
    serial, find = as_minted(asked.serial), current_app.extensions.get(FIND)
    if serial is None or find is None:
        return Unit(asked.serial, None)
    return Unit(serial, find(issued.producer_id, issued.batch_id, serial))


def with_lot(asked: Address) -> Address:
    """Add the lot to a link that names product and unit alone, as GS1 Digital Link allows.

    It stays as it is where no lot has a label with that number, or where several have: then only
    whoever holds the pack can tell which lot it is.
    """
    key, lots = asked.key, current_app.extensions.get(LOTS)
    serial = None if asked.serial is None else as_minted(asked.serial)
    if not isinstance(key, ProductKey) or key.lot is not None or serial is None or lots is None:
        return asked
    found = lots(str(key.gtin), serial)
    return replace(asked, key=BatchKey(BatchCode(found[0]))) if len(found) == 1 else asked


def opened(issued: Issued, unit: Unit | None) -> str:
    """Name what is opened with a page: its code, and the number of a label that we printed."""
    return f"{issued.code}{UNIT}{unit.serial}" if unit and unit.printed else issued.code


def _day(moment: datetime) -> str:
    return moment.astimezone(HANOI).date().isoformat()
