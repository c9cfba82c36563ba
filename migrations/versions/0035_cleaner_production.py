"""Assessments of cleaner production: measures, indicators, checks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0035"
down_revision: str | None = "0032"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = (
    "cleaner_assessment",
    "cleaner_measure",
    "cleaner_measure_step",
    "cleaner_indicator",
    "cleaner_check",
)


def upgrade() -> None:
    """Go forward."""
    _assessments()
    _measures()
    _indicators()
    protect(*TABLES)


def downgrade() -> None:
    """Go back."""
    release(*TABLES)
    for table in reversed(TABLES):
        op.drop_table(table)


def _assessments() -> None:
    op.create_table(
        "cleaner_assessment",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("assessment_id", Identifier(), nullable=False),
        sa.Column("product_id", Identifier(), nullable=True),
        sa.Column("output_unit", sa.String(), nullable=False),
        sa.Column("not_covered", sa.String(), nullable=False),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        _check("by_producer_id <> producer_id", "cleaner_assessment", "by_another_body"),
        _check(
            "length(output_unit) BETWEEN 1 AND 40", "cleaner_assessment", "output_unit_length"
        ),
        _check(
            "length(not_covered) BETWEEN 1 AND 500", "cleaner_assessment", "not_covered_length"
        ),
        sa.ForeignKeyConstraint(
            ["producer_id"],
            ["producer.producer_id"],
            name=op.f("fk_cleaner_assessment_producer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "product_id"],
            ["product.producer_id", "product.product_id"],
            name=op.f("fk_cleaner_assessment_producer_id_product_id"),
        ),
        sa.PrimaryKeyConstraint(
            "producer_id", "assessment_id", name=op.f("pk_cleaner_assessment")
        ),
    )
    columns = ["opened_at", "assessment_id"]
    op.create_index("ix_cleaner_assessment_opened", "cleaner_assessment", columns)
    columns = ["producer_id", "product_id"]
    op.create_index("ix_cleaner_assessment_product", "cleaner_assessment", columns)


def _measures() -> None:
    op.create_table(
        "cleaner_measure",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("measure_id", Identifier(), nullable=False),
        sa.Column("assessment_id", Identifier(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("payback_months", sa.Integer(), nullable=True),
        sa.Column("responsible", sa.String(), nullable=True),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        _check("length(title) BETWEEN 1 AND 200", "cleaner_measure", "title_length"),
        _check("cost >= 0", "cleaner_measure", "cost_not_negative"),
        _check("payback_months >= 0", "cleaner_measure", "payback_not_negative"),
        _of("cleaner_assessment", "assessment_id", "cleaner_measure"),
        sa.PrimaryKeyConstraint("producer_id", "measure_id", name=op.f("pk_cleaner_measure")),
    )
    columns = ["producer_id", "assessment_id"]
    op.create_index("ix_cleaner_measure_assessment", "cleaner_measure", columns)
    op.create_table(
        "cleaner_measure_step",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("measure_id", Identifier(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        _check("state IN ('chosen', 'done', 'dropped')", "cleaner_measure_step", "state_known"),
        _of("cleaner_measure", "measure_id", "cleaner_measure_step"),
        sa.PrimaryKeyConstraint(
            "producer_id", "measure_id", "state", name=op.f("pk_cleaner_measure_step")
        ),
    )


def _indicators() -> None:
    table = "cleaner_indicator"
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("indicator_id", Identifier(), nullable=False),
        sa.Column("assessment_id", Identifier(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=True),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("before_from", sa.Date(), nullable=True),
        sa.Column("before_until", sa.Date(), nullable=True),
        sa.Column("after_from", sa.Date(), nullable=True),
        sa.Column("after_until", sa.Date(), nullable=True),
        sa.Column("method", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("source_en", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        _check("before > 0", table, "before_positive"),
        _check("after >= 0", table, "after_not_negative"),
        _check("before_until >= before_from", table, "before_ends"),
        _check("after_from > before_until", table, "after_follows"),
        _check("after_until >= after_from", table, "after_ends"),
        _of("cleaner_assessment", "assessment_id", table),
        sa.PrimaryKeyConstraint("producer_id", "indicator_id", name=op.f("pk_cleaner_indicator")),
    )
    op.create_index("ix_cleaner_indicator_assessment", table, ["producer_id", "assessment_id"])
    op.create_table(
        "cleaner_check",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("indicator_id", Identifier(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("checked_at", Instant(), nullable=False),
        _check("by_producer_id <> producer_id", "cleaner_check", "by_another_body"),
        _check("length(how) BETWEEN 1 AND 500", "cleaner_check", "how_length"),
        _of("cleaner_indicator", "indicator_id", "cleaner_check"),
        sa.PrimaryKeyConstraint("producer_id", "indicator_id", name=op.f("pk_cleaner_check")),
    )


def _check(condition: str, table: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _of(table: str, key: str, part: str) -> sa.ForeignKeyConstraint:
    columns = ["producer_id", key]
    named = [f"{table}.{column}" for column in columns]
    name = op.f(f"fk_{part}_producer_id_{key}")
    return sa.ForeignKeyConstraint(columns, named, name=name)
