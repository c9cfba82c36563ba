"""Hand-offs: their index, what was said about them, links for who has no account, reminders."""

from collections.abc import Sequence
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = '0006'
down_revision: str | None = '0005'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPEND_ONLY = ("hand_off_acceptance", "hand_off_answer", "hand_off_answer_item")
STATES = "'unmatched', 'on_the_way', 'matched', 'disputed', 'settled', 'refused', 'not_compared'"
INDEX_ALL = "hand_offs.index_all"


def upgrade() -> None:
    """Go forward; the worker makes the index of what was shipped before."""
    _create_answers()
    _create_hand_offs()
    protect(*APPEND_ONLY)
    op.execute("DELETE FROM public_snapshot")  # kept pages tell less of hand-offs
    _ask_for_index()


def _create_answers() -> None:
    op.create_table(
        "hand_off_answer",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("answer_id", Identifier(), nullable=False),
        sa.Column("ship_event_id", Identifier(), nullable=False),
        sa.Column("link_id", Identifier(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("photo_sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("answered_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('received', 'refused')", name=op.f("ck_hand_off_answer_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "ship_event_id"],
            ["event.producer_id", "event.event_id"],
            name=op.f("fk_hand_off_answer_producer_id_ship_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "photo_sha256"],
            ["photo.producer_id", "photo.sha256"],
            name=op.f("fk_hand_off_answer_producer_id_photo_sha256"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "answer_id", name=op.f("pk_hand_off_answer")),
    )
    op.create_index("ix_hand_off_answer_ship", "hand_off_answer", ["producer_id", "ship_event_id"])
    op.create_table(
        "hand_off_answer_item",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("answer_id", Identifier(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("batch_producer_id", Identifier(), nullable=False),
        sa.Column("batch_id", Identifier(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("uom", sa.String(), nullable=False),
        sa.Column("mass", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("mass >= 0", name=op.f("ck_hand_off_answer_item_mass_not_negative")),
        _to_answer("hand_off_answer_item"),
        sa.PrimaryKeyConstraint(
            "producer_id", "answer_id", "position", name=op.f("pk_hand_off_answer_item")
        ),
    )
    op.create_table(
        "hand_off_answerer",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("answer_id", Identifier(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        _to_answer("hand_off_answerer"),
        sa.PrimaryKeyConstraint("producer_id", "answer_id", name=op.f("pk_hand_off_answerer")),
    )
    op.create_table(
        "hand_off_acceptance",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("acceptance_id", Identifier(), nullable=False),
        sa.Column("ship_producer_id", Identifier(), nullable=False),
        sa.Column("ship_event_id", Identifier(), nullable=False),
        sa.Column("accepted_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("accepted_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["producer_id", "by_member_id"],
            ["membership.producer_id", "membership.member_id"],
            name=op.f("fk_hand_off_acceptance_producer_id_by_member_id"),
        ),
        sa.PrimaryKeyConstraint(
            "producer_id", "acceptance_id", name=op.f("pk_hand_off_acceptance")
        ),
    )
    op.create_index(
        "ix_hand_off_acceptance_ship", "hand_off_acceptance", ["ship_producer_id", "ship_event_id"]
    )


def _to_answer(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["producer_id", "answer_id"],
        ["hand_off_answer.producer_id", "hand_off_answer.answer_id"],
        name=op.f(f"fk_{table}_producer_id_answer_id"),
    )


def _create_hand_offs() -> None:
    op.create_table(
        "hand_off",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("event_id", Identifier(), nullable=False),
        sa.Column("batch_producer_id", Identifier(), nullable=False),
        sa.Column("batch_id", Identifier(), nullable=False),
        sa.Column("record_id", Identifier(), nullable=False),
        sa.Column("sender_id", Identifier(), nullable=True),
        sa.Column("receiver_id", Identifier(), nullable=True),
        sa.Column("other_name", sa.String(), nullable=False),
        sa.Column("folded_name", sa.String(), nullable=False),
        sa.Column("folded_doc_no", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("shipped_quantity", sa.String(), nullable=True),
        sa.Column("shipped_uom", sa.String(), nullable=True),
        sa.Column("received_quantity", sa.String(), nullable=True),
        sa.Column("received_uom", sa.String(), nullable=True),
        sa.Column("compared_uom", sa.String(), nullable=True),
        sa.Column("compared_shipped", sa.String(), nullable=True),
        sa.Column("compared_received", sa.String(), nullable=True),
        sa.Column("answer_producer_id", Identifier(), nullable=True),
        sa.Column("answer_id", Identifier(), nullable=True),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_hand_off_state_known")),
        sa.PrimaryKeyConstraint(
            *("producer_id", "event_id", "batch_producer_id", "batch_id"), name=op.f("pk_hand_off")
        ),
    )
    op.create_index("ix_hand_off_sender", "hand_off", ["sender_id", "sent_at"])
    op.create_index("ix_hand_off_receiver", "hand_off", ["receiver_id", "sent_at"])
    op.create_index("ix_hand_off_doc_no", "hand_off", ["folded_doc_no"])
    op.create_index("ix_hand_off_batch", "hand_off", ["batch_producer_id", "batch_id"])
    op.create_table(
        "hand_off_link",
        sa.Column("link_id", Identifier(), nullable=False),
        sa.Column("token_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("ship_event_id", Identifier(), nullable=False),
        sa.Column("made_by_member_id", Identifier(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.producer_id"], name=op.f("fk_hand_off_link_producer_id")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "ship_event_id"],
            ["event.producer_id", "event.event_id"],
            name=op.f("fk_hand_off_link_producer_id_ship_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "made_by_member_id"],
            ["membership.producer_id", "membership.member_id"],
            name=op.f("fk_hand_off_link_producer_id_made_by_member_id"),
        ),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_hand_off_link")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_hand_off_link_token_sha256")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_hand_off_link_code_sha256")),
    )
    op.create_index("ix_hand_off_link_ship", "hand_off_link", ["producer_id", "ship_event_id"])
    op.create_table(
        "hand_off_reminder",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("event_id", Identifier(), nullable=False),
        sa.Column("reminded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["producer_id", "event_id"],
            ["event.producer_id", "event.event_id"],
            name=op.f("fk_hand_off_reminder_producer_id_event_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "event_id", name=op.f("pk_hand_off_reminder")),
    )


def _ask_for_index() -> None:
    """Let the worker go through what was handed over so far."""
    has_events = op.get_bind().execute(sa.text("SELECT 1 FROM event LIMIT 1")).first()
    if has_events is None:
        return
    job = sa.table(
        "job",
        sa.column("job_id", Identifier()),
        *(sa.column(name) for name in ("kind", "payload", "run_after", "attempts")),
    )
    op.execute(
        job.insert().values(
            job_id=uuid4(), kind=INDEX_ALL, payload="{}", run_after=0, attempts=0
        )
    )


def downgrade() -> None:
    """Go back."""
    release(*APPEND_ONLY)
    op.execute("DELETE FROM job WHERE kind LIKE 'hand_offs.%'")
    for table in ("hand_off_reminder", "hand_off_link", "hand_off", "hand_off_acceptance"):
        op.drop_table(table)
    for table in ("hand_off_answerer", "hand_off_answer_item", "hand_off_answer"):
        op.drop_table(table)
    op.execute("DELETE FROM public_snapshot")
