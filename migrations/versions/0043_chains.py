"""Chains of the programme: joining and leaving, commitments, support."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0043"
down_revision: str | None = "0044"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SAID = ("chain_step", "commitment_text", "commitment", "commitment_step", "support")


def upgrade() -> None:
    """Go forward."""
    _chain_steps()
    _texts()
    _commitments()
    _commitment_steps()
    _support()
    protect(*SAID)


def downgrade() -> None:
    """Go back."""
    release(*SAID)
    for table in reversed(SAID):
        op.drop_table(table)


def _chain_steps() -> None:
    table = "chain_step"
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("step_id", Identifier(), nullable=False),
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        _check("state IN ('joined', 'left')", table, "state_known"),
        _check("number >= 1", table, "number_positive"),
        _producer(table),
        sa.PrimaryKeyConstraint("producer_id", "step_id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("producer_id", "chain", "number", name=_unique(table, "chain")),
    )
    op.create_index("ix_chain_step_chain", table, ["chain", "on_day"])


def _texts() -> None:
    table = "commitment_text"
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("text_id", Identifier(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=True),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        _check("length(text) BETWEEN 1 AND 4000", table, "text_length"),
        _check("length(text_en) BETWEEN 1 AND 4000", table, "text_en_length"),
        _producer(table),
        sa.PrimaryKeyConstraint("producer_id", "text_id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("producer_id", "year", "version", name=_unique(table, "year")),
    )
    op.create_index("ix_commitment_text_year", table, ["year", "version"])


def _commitments() -> None:
    table = "commitment"
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("commitment_id", Identifier(), nullable=False),
        sa.Column("body_id", Identifier(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("signer", sa.String(), nullable=False),
        sa.Column("signer_role", sa.String(), nullable=False),
        sa.Column("photo_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        _check("length(signer) BETWEEN 1 AND 100", table, "signer_length"),
        _check("length(signer_role) BETWEEN 1 AND 100", table, "signer_role_length"),
        _producer(table),
        sa.ForeignKeyConstraint(
            ["producer_id", "photo_sha256"],
            ["photo.producer_id", "photo.sha256"],
            name=op.f("fk_commitment_producer_id_photo_sha256"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "commitment_id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_commitment_id", table, ["commitment_id"])
    op.create_index("ix_commitment_noted", table, ["noted_at"])


def _commitment_steps() -> None:
    table = "commitment_step"
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("commitment_id", Identifier(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        _check("state IN ('accepted', 'declined', 'withdrawn')", table, "state_known"),
        _check("(state = 'withdrawn') = (by_producer_id = producer_id)", table, "by_whose_it_is"),
        sa.ForeignKeyConstraint(
            ["producer_id", "commitment_id"],
            ["commitment.producer_id", "commitment.commitment_id"],
            name=op.f("fk_commitment_step_producer_id_commitment_id"),
        ),
        sa.PrimaryKeyConstraint(
            "producer_id", "commitment_id", "state", name=op.f("pk_commitment_step")
        ),
    )


def _support() -> None:
    table = "support"
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("support_id", Identifier(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("activity_id", Identifier(), nullable=True),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        _check("by_producer_id <> producer_id", table, "by_another_body"),
        _check("length(given_by) BETWEEN 1 AND 100", table, "given_by_length"),
        _producer(table),
        sa.PrimaryKeyConstraint("producer_id", "support_id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_support_day", table, ["producer_id", "on_day"])


def _check(condition: str, table: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _unique(table: str, column: str) -> str:
    last = {"chain": "number", "year": "version"}[column]
    return op.f(f"uq_{table}_producer_id_{column}_{last}")


def _producer(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_producer_id")
    return sa.ForeignKeyConstraint(["producer_id"], ["producer.producer_id"], name=name)
