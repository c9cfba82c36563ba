"""Draw the tables as docs/database.md: `python -m tools.draw_database`. A house test compares."""

from pathlib import Path

from sqlalchemy import Column, Table

from traceapp.accounts import models as _accounts
from traceapp.api import models as _api
from traceapp.audit import models as _audit
from traceapp.batches import hand_off_models as _hand_off_answers
from traceapp.batches import models as _batches
from traceapp.batches.books import models as _books
from traceapp.chains import models as _chains
from traceapp.codes import models as _codes
from traceapp.database.engine import Base
from traceapp.demo import models as _demo
from traceapp.exchange import models as _exchange
from traceapp.findings import models as _findings
from traceapp.freshness import models as _freshness
from traceapp.handoffs import models as _hand_offs
from traceapp.jobs import models as _jobs
from traceapp.labels import models as _labels
from traceapp.labels import unit_models as _units
from traceapp.links import models as _links
from traceapp.network import models as _network
from traceapp.network import programme_models as _programme
from traceapp.photos import models as _photos
from traceapp.producers import certificate_models as _certificates
from traceapp.producers import models as _producers
from traceapp.public import models as _public
from traceapp.purchasing import models as _purchasing
from traceapp.push import models as _push
from traceapp.questions import models as _questions
from traceapp.recalls import case_models as _recall_cases
from traceapp.recalls import effectiveness_models as _effectiveness
from traceapp.recalls.stops import models as _recalls
from traceapp.stalls import models as _stalls
from traceapp.voices import models as _voices
from traceapp.webhooks import models as _webhooks

PAGE = Path(__file__).resolve().parent.parent / "docs" / "database.md"
ROOMS = (
    *(
        _producers,
        _certificates,
        _accounts,
        _batches,
        _books,
        _findings,
        _codes,
        _photos,
        _voices,
        _freshness,
        _jobs,
        _public,
    ),
    *(
        _hand_off_answers,
        _hand_offs,
        _labels,
        _units,
        _recalls,
        _recall_cases,
        _effectiveness,
        _questions,
        _network,
        _purchasing,
        _programme,
        _links,
        _chains,
        _stalls,
        _webhooks,
        _push,
        _api,
        _exchange,
        _audit,
        _demo,
    ),
)
HEAD = """# Tables

Drawn from the code by `python -m tools.draw_database`; a test fails when this page is behind.
Ids are UUID version 7 (16 bytes on SQLite, `uuid` on PostgreSQL), moments are microseconds since
1970 in UTC, amounts whole micro-units of the batch's base unit. Tables of a producer have
`producer_id` in every key. Append-only (triggers refuse UPDATE and DELETE): `event`,
`event_item`, `event_evidence`, `event_photo`, `event_voice`,
`ledger_entry`, `code_state_change`, `admission`,
`audit_entry`, `refused_message`, `report_answer`, `hand_off_answer`, `hand_off_answer_item`,
`hand_off_acceptance`, `phone_key`, `hand_over_slip`,
`hold_release`, `attempt`, `renaming`, `code_audit`,
`label_allowance`, `label_allowance_withdrawal`, `label_issue`, `label_change`,
`label_unit`, `sale_stop`, `sale_stop_lift`, `sale_stop_request`,
`question`, `question_answer`, `question_photo`,
`recall_case`, `recall_evidence`, `recall_act`, `recall_act_batch`, `recall_act_check`,
`recall_acknowledgement`, `recall_reminder`,
`recall_sample`, `recall_sample_holder`, `recall_sample_finding`,
`report_act`, `cleaner_assessment`, `cleaner_measure`, `cleaner_measure_step`, `cleaner_evidence`,
`cleaner_indicator`, `cleaner_check`, `certificate_confirmation`, `certificate_withdrawal`,
`programme_plan`, `programme_target`, `programme_activity`, `fair_booth`,
`published_total`, `published_figure`, `purchase_need`, `purchase_need_end`, `purchase_contact`,
`purchase_letter`, `sector_survey`, `survey_party`, `stated_link`, `link_choice`, `chain_step`,
`commitment_text`, `commitment`, `commitment_step`, `support`. Append-only but for one thing:
`recall_notice` is widened, closed or ended, once; in `recalled_batch` a lot leaves, or joins again;
of a `recall_letter` it is kept once that it arrived.
"""


def page() -> str:
    """Give the text of docs/database.md."""
    parts = [HEAD]
    for room in ROOMS:
        _, *path = room.__name__.split(".")
        name = f"{path[0]}/" if path[1] == "models" else f"{'/'.join(path)}.py"
        tables = [
            table
            for mapper in Base.registry.mappers
            if mapper.class_.__module__ == room.__name__
            and isinstance(table := mapper.local_table, Table)
        ]
        summary = (room.__doc__ or "").splitlines()[0]
        parts.append(f"## `{name}`\n\n{summary}\n\n```mermaid\nerDiagram\n")
        ordered = sorted(tables, key=lambda table: table.name)
        parts.extend(_entity(table) for table in ordered)
        parts.extend(sorted({line for table in ordered for line in _edges(table)}))
        parts.append("```\n")
    return "\n".join(parts).replace("erDiagram\n\n", "erDiagram\n")


def _entity(table: Table) -> str:
    rows = "\n".join(f"        {_column(column)}" for column in table.columns)
    return f"    {table.name} {{\n{rows}\n    }}"


def _column(column: Column[object]) -> str:
    kind = type(column.type).__name__.lower()
    marks = [
        mark
        for mark, holds in (("PK", column.primary_key), ("FK", bool(column.foreign_keys)))
        if holds
    ]
    unknown = ' "may be unknown"' if column.nullable else ""
    return f"{kind} {column.name} {', '.join(marks)}".rstrip() + unknown


def _edges(table: Table) -> list[str]:
    return [
        f"    {constraint.referred_table.name} ||--o{{ {table.name} : has"
        for constraint in table.foreign_key_constraints
    ]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
