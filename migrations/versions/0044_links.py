"""Links: what surveys of a sector state, and whether producers let their own links be named."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0044"
down_revision: str | None = "0045"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SAID = ("sector_survey", "survey_party", "stated_link", "link_choice")
SURVEY = ["producer_id", "survey_id"]
IDENTITY = (
    "(at_producer_id IS NOT NULL AND name IS NULL AND person_number IS NULL)"
    " OR (at_producer_id IS NULL AND province IS NOT NULL"
    " AND (name IS NULL) <> (person_number IS NULL))"
)


def upgrade() -> None:
    """Go forward."""
    _surveys()
    _parties()
    _links()
    _choices()
    protect(*SAID)


def downgrade() -> None:
    """Go back."""
    release(*SAID)
    for table in ("link_choice", "stated_link", "survey_party", "sector_survey"):
        op.drop_table(table)


def _surveys() -> None:
    table = "sector_survey"
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("survey_id", Identifier(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        _check("length(made_by) BETWEEN 1 AND 200", table, "made_by_length"),
        _check("asked > 0", table, "asked_positive"),
        _points(table, ["producer_id"], "producer"),
        sa.PrimaryKeyConstraint(*SURVEY, name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_sector_survey_sector", table, ["sector", "year"])


def _parties() -> None:
    table = "survey_party"
    place = ["province", "commune_kind", "commune"]
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("survey_id", Identifier(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("at_producer_id", Identifier(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("person_number", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=True) for name in place),
        _check("role IN ('supplier', 'producer', 'distributor', 'buyer')", table, "role_known"),
        _check(IDENTITY, table, "one_identity"),
        _check("length(name) BETWEEN 1 AND 200", table, "name_length"),
        _points(table, SURVEY, "sector_survey"),
        _points(table, ["province"], "province", ["name"]),
        _points(table, place, "commune", ["province", "kind", "name"]),
        sa.PrimaryKeyConstraint(*SURVEY, "number", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_survey_party_at", table, ["at_producer_id"])


def _links() -> None:
    table = "stated_link"
    party = [*SURVEY, "number"]
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("survey_id", Identifier(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_number", sa.Integer(), nullable=False),
        sa.Column("to_number", sa.Integer(), nullable=False),
        sa.Column("supplied", sa.String(), nullable=False),
        sa.Column("supplied_en", sa.String(), nullable=True),
        _check("from_number <> to_number", table, "two_parties"),
        _check("length(supplied) BETWEEN 1 AND 200", table, "supplied_length"),
        _points(table, [*SURVEY, "from_number"], "survey_party", party),
        _points(table, [*SURVEY, "to_number"], "survey_party", party),
        sa.PrimaryKeyConstraint(*SURVEY, "position", name=op.f(f"pk_{table}")),
    )


def _choices() -> None:
    table = "link_choice"
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("choice_id", Identifier(), nullable=False),
        sa.Column("names_links", sa.Boolean(), nullable=False),
        sa.Column("shows_kilograms", sa.Boolean(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("chosen_at", Instant(), nullable=False),
        _check("names_links OR NOT shows_kilograms", table, "kilograms_need_names"),
        _points(table, ["producer_id"], "producer"),
        sa.PrimaryKeyConstraint("producer_id", "choice_id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_link_choice_chosen", table, ["producer_id", "chosen_at"])


def _check(condition: str, table: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _points(
    table: str, columns: list[str], at: str, keys: list[str] | None = None
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{'_'.join(columns)}")
    return sa.ForeignKeyConstraint(columns, [f"{at}.{key}" for key in keys or columns], name=name)
