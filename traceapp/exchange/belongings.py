"""What belongs to a producer, table by table, and how its rows are written as JSON and read back.

A new table must be named here, as taken along or left out; a test compares.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Float,
    Integer,
    LargeBinary,
    Row,
    Select,
    Table,
    select,
    tuple_,
    union,
)
from sqlalchemy.orm import Session

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Instant

CHUNK = 500

# Written and read in this order: what others point at comes first.
TAKEN_ALONG = (
    *("province", "commune", "producer", "producer_kind", "admission", "renaming"),
    *("site", "plot"),
    *("membership", "membership_role", "partner", "certificate", "photo", "certificate_file"),
    "voice",
    *("season", "product", "gtin_owner"),
    *("certificate_confirmation", "certificate_withdrawal"),
    *("batch", "batch_claim", "public_code"),
    *("code_state_change", "event", "corrected_event", "event_item", "event_evidence"),
    *("event_photo", "event_voice", "batch_parent", "set_aside_parent", "ledger_entry", "stock"),
    *("stock_count", "container_content", "audit_entry", "refused_message"),
    *("hand_off_answer", "hand_off_answer_item", "hand_off_answerer", "hand_off_acceptance"),
    "hand_over_slip",
    *("finding", "hold", "hold_release", "attempt"),
    *("printer", "label_allowance", "label_allowance_withdrawal", "label_issue", "label_change"),
    "label_unit",
    *("sale_stop", "sale_stop_lift", "sale_stop_request"),
    *("question", "question_answer", "question_photo"),
    *("recall_case", "recall_evidence", "recall_act", "recall_act_batch", "recall_act_check"),
    *("recall_acknowledgement", "recall_notice", "recalled_batch"),
    *("recall_reminder", "recall_letter"),
    *("recall_sample", "recall_sample_holder", "recall_sample_finding"),
    *("stall", "stall_lot"),
    *("cleaner_assessment", "cleaner_measure", "cleaner_measure_step", "cleaner_evidence"),
    *("cleaner_indicator", "cleaner_check"),
    *(
        "programme_plan",
        "programme_target",
        "programme_activity",
        "fair_booth",
        "published_total",
        "published_figure",
    ),
    *("purchase_need", "purchase_need_end", "board_product", "purchase_contact", "purchase_letter"),
    *("sector_survey", "survey_party", "stated_link", "link_choice"),
    *("chain_step", "commitment_text", "commitment", "commitment_step", "support"),
)
LEFT_OUT = {
    "account": "a person's own, with the secrets of signing in",
    "passkey": "a secret of signing in",
    "signed_in_device": "a secret of signing in",
    "one_time_code": "a secret of signing in",
    "api_token": "a secret of programs",
    "webhook": "a secret of programs",
    "webhook_delivery": "messages of the installation",
    "phone": "a secret of phones",
    "phone_invite": "a secret of phones",
    "phone_user": "who uses phones that are not taken along",
    "phone_key": "keys of phones that are not taken along",
    "phone_record": "numbers of phones that are not taken along",
    "code_reserve": "codes that phones hold and no batch has yet",
    "throttle": "the installation's count of failed attempts",
    "kept_answer": "answers kept for a day for programs that ask twice",
    "photo_rendition": "made again from the photos",
    "label_print": "the installation's: what it sent to printers in its network",
    "public_snapshot": "made again from the records",
    "public_generation": "the installation's",
    "job": "the installation's",
    "worker_pulse": "the installation's",
    "demo_load": "the installation's",
    "opening_count": "the installation's: how often pages at its address were opened",
    "label_opening_count": "the installation's: how often pages at its address were opened",
    "label_place_count": "the installation's: where readers of its pages saw labels",
    "stall_opening_count": "the installation's: how often pages at its address were opened",
    "code_audit": "the installation's: whether its address answers",
    "code_audit_page": "the installation's: whether its address answers",
    "programme_sum": "made again from the assessments",
    "programme_establishment": "made again from the assessments",
    "hand_off": "made again from the events",
    "hand_off_link": "a secret of whoever it was given to",
    "hand_off_reminder": "letters of the installation",
    "push_subscription": "secrets of the browsers of shoppers and staff",
    "problem_report": "written by shoppers to the installation",
    "report_answer": "written to shoppers",
    "report_act": "what came of reports to the installation",
    "import_file": "kept for a day between dry run and import",
    "export_file": "exports themselves",
}
# Another installation has other accounts: people are invited anew. Words are folded anew. What
# shoppers reported stays with the installation they reported it to.
EMPTIED = {
    *(("membership", "account_id"), ("event", "folded_words"), ("question", "report_id")),
}
TERRITORIES = ("province", "commune")
# Whose rows of a table are where not `producer_id` says it: what a recall told others is its own.
OWNER = {"recall_letter": "case_producer_id", "recall_reminder": "case_producer_id"}
_WITH_COMMUNE = ("producer", "site", "partner", "survey_party")


def table(name: str) -> Table:
    """Give a table by its name."""
    return Base.metadata.tables[name]


def query_of(producer_id: UUID, name: str) -> Select[Any]:
    """Ask for the producer's rows of a table, by primary key."""
    of = table(name)
    return select(of).where(_belongs(producer_id, of)).order_by(*of.primary_key.columns)


def rows_of(session: Session, producer_id: UUID, name: str) -> Iterator[Row[Any]]:
    """Give the producer's rows of a table, a chunk in memory at a time."""
    query = query_of(producer_id, name).execution_options(yield_per=CHUNK)
    yield from session.execute(query)


def _belongs(producer_id: UUID, of: Table) -> ColumnElement[bool]:
    if of.name == "province":
        return of.c.name.in_(
            union(*(_of_producer(producer_id, table(name), "province") for name in _WITH_COMMUNE))
        )
    if of.name == "commune":
        names = ("province", "commune_kind", "commune")
        return tuple_(of.c.province, of.c.kind, of.c.name).in_(
            union(*(_of_producer(producer_id, table(name), *names) for name in _WITH_COMMUNE))
        )
    if of.name == "code_state_change":
        return of.c.code.in_(_of_producer(producer_id, table("public_code"), "code"))
    return owner_column(of) == producer_id


def owner_column(of: Table) -> Column[Any]:
    """Give the column that names whose a row is."""
    return of.c[OWNER.get(of.name, "producer_id")]


def _of_producer(producer_id: UUID, of: Table, *columns: str) -> Any:  # noqa: ANN401 - a select
    return select(*(of.c[name] for name in columns)).where(of.c.producer_id == producer_id)


def as_json(of: Table, row: Row[Any]) -> dict[str, Any]:
    """Write a row as JSON: ids and times as text, bytes in hexadecimal."""
    return {
        column.name: None
        if (of.name, column.name) in EMPTIED
        else _written(getattr(row, column.name))
        for column in of.columns
    }


def _written(value: object) -> object:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case bytes() | memoryview():
            return bytes(value).hex()
        case _:
            return value


def from_json(of: Table, given: Mapping[str, Any]) -> dict[str, Any]:
    """Read a row back. Raises ValueError, saying which column is wrong."""
    if unknown := given.keys() - of.columns.keys():
        raise ValueError(f"unknown column {min(unknown)}")
    row = {}
    for column in of.columns:
        if column.name in given:
            row[column.name] = _read(column, given[column.name])
        elif column.default is None and not column.nullable:
            raise ValueError(f"column {column.name} is missing")
    return row


def _read(column: Column[Any], value: object) -> object:
    if value is None:
        if not column.nullable:
            raise ValueError(f"{column.name} is empty")
        return None
    expected, read = _reader(column)
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        raise ValueError(f"{column.name} is not {_called(expected)}")
    try:
        return read(value)
    except ValueError:
        raise ValueError(f"{column.name} cannot be read") from None


def _reader(column: Column[Any]) -> tuple[Any, Any]:
    for kind, expected, read in _READERS:
        if isinstance(column.type, kind):
            return expected, read
    return str, str


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


_READERS: tuple[tuple[type[Any], Any, Any], ...] = (
    (Identifier, str, UUID),
    (Instant, str, _moment),
    (Date, str, date.fromisoformat),
    (LargeBinary, str, bytes.fromhex),
    (Boolean, bool, bool),
    (Integer, int, int),  # BigInteger is one
    (Float, (int, float), float),  # Double is one
)


def _called(expected: object) -> str:
    return {str: "a text", bool: "yes or no", int: "a whole number"}.get(
        expected if isinstance(expected, type) else float, "a number"
    )
