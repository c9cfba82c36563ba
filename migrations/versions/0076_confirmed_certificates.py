"""A body confirms which goods a certificate of somebody else covers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0076"
down_revision: str | None = "0075"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "certificate_confirmation"
OF_CERTIFICATE = ["producer_id", "certificate_id"]
OF_PRODUCT = ["producer_id", "product_id"]


def upgrade() -> None:
    """Go forward: no certificate that is kept already was confirmed by anybody."""
    op.create_table(
        TABLE,
        *(
            sa.Column(name, Identifier(), nullable=False)
            for name in ("producer_id", "certificate_id", "product_id")
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "by_producer_id <> producer_id", name=op.f(f"ck_{TABLE}_by_another_body")
        ),
        sa.CheckConstraint("length(how) BETWEEN 1 AND 500", name=op.f(f"ck_{TABLE}_how_length")),
        sa.ForeignKeyConstraint(
            OF_CERTIFICATE,
            [f"certificate.{name}" for name in OF_CERTIFICATE],
            name=op.f(f"fk_{TABLE}_producer_id_certificate_id"),
        ),
        sa.ForeignKeyConstraint(
            OF_PRODUCT,
            [f"product.{name}" for name in OF_PRODUCT],
            name=op.f(f"fk_{TABLE}_producer_id_product_id"),
        ),
        sa.PrimaryKeyConstraint(
            *OF_CERTIFICATE, "product_id", "version", name=op.f(f"pk_{TABLE}")
        ),
    )
    protect(TABLE)


def downgrade() -> None:
    """Go back; who confirmed what is lost."""
    release(TABLE)
    op.drop_table(TABLE)
