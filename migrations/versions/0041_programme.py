"""The programme by year: plans, activities, published totals, and sums of what is recorded."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SAID = ("programme_plan", "programme_activity", "published_total", "published_figure")
DERIVED = ("programme_sum", "programme_establishment")


def upgrade() -> None:
    """Go forward."""
    _plans()
    _activities()
    _totals()
    _sums()
    protect(*SAID)


def downgrade() -> None:
    """Go back."""
    release(*SAID)
    for table in (*DERIVED, *reversed(SAID)):
        op.drop_table(table)


def _plans() -> None:
    op.create_table(
        "programme_plan",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("plan_id", Identifier(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("targets", sa.String(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        _check("length(number) BETWEEN 1 AND 60", "programme_plan", "number_length"),
        _check("length(targets) BETWEEN 1 AND 2000", "programme_plan", "targets_length"),
        _body("programme_plan"),
        sa.PrimaryKeyConstraint("producer_id", "plan_id", name=op.f("pk_programme_plan")),
    )
    op.create_index("ix_programme_plan_year", "programme_plan", ["year"])


def _activities() -> None:
    table = "programme_activity"
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("activity_id", Identifier(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("establishments", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("booths", sa.Integer(), nullable=True),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        _check("length(title) BETWEEN 1 AND 200", table, "title_length"),
        _check("establishments >= 0", table, "establishments_not_negative"),
        _check("people >= 0", table, "people_not_negative"),
        _check("booths >= 0", table, "booths_not_negative"),
        _body(table),
        sa.PrimaryKeyConstraint("producer_id", "activity_id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_programme_activity_year", table, ["year", "on_day"])


def _totals() -> None:
    op.create_table(
        "published_total",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("total_id", Identifier(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("confidence", sa.String(), nullable=True),
        sa.Column("sector", sa.String(), nullable=True),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        _check("length(source) BETWEEN 1 AND 500", "published_total", "source_length"),
        _body("published_total"),
        sa.PrimaryKeyConstraint("producer_id", "total_id", name=op.f("pk_published_total")),
    )
    op.create_index("ix_published_total_year", "published_total", ["year"])
    op.create_table(
        "published_figure",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("total_id", Identifier(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("sign", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        _check("sign IN ('=', '<', '>')", "published_figure", "sign_known"),
        sa.ForeignKeyConstraint(
            ["producer_id", "total_id"],
            ["published_total.producer_id", "published_total.total_id"],
            name=op.f("fk_published_figure_producer_id_total_id"),
        ),
        sa.PrimaryKeyConstraint(
            "producer_id", "total_id", "subject", name=op.f("pk_published_figure")
        ),
    )


def _sums() -> None:
    op.create_table(
        "programme_sum",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("year", "subject", name=op.f("pk_programme_sum")),
    )
    op.create_table(
        "programme_establishment",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.PrimaryKeyConstraint("year", "producer_id", name=op.f("pk_programme_establishment")),
    )


def _check(condition: str, table: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _body(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_producer_id")
    return sa.ForeignKeyConstraint(["producer_id"], ["producer.producer_id"], name=name)
