"""Tables of certificates and declarations, with the pictures of their pages."""

from datetime import date
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Key, Moment, Reference
from traceapp.producers.models import PRODUCER_KEY
from traceapp.trace.rules.keeping_dates import covers


class Certificate(Base):
    """A certificate or declaration of a producer; judged on the day of the event."""

    __tablename__ = "certificate"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey(PRODUCER_KEY), primary_key=True
    )
    certificate_id: Mapped[Key]
    number: Mapped[str]
    scheme: Mapped[str]
    scheme_en: Mapped[str]
    standard: Mapped[str]
    issuer: Mapped[str]
    scope: Mapped[str]
    scope_en: Mapped[str | None]
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    is_public: Mapped[bool]
    stars: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("producer_id", "number"),
        CheckConstraint("expires_on >= issued_on", name="expires_after_issue"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars_range"),
    )


class CertificateFile(Base):
    """A picture of a certificate, page by page; the picture itself is a photo of the producer."""

    __tablename__ = "certificate_file"

    producer_id: Mapped[Key]
    certificate_id: Mapped[Key]
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "certificate_id"],
            ["certificate.producer_id", "certificate.certificate_id"],
        ),
    )


class CertificateConfirmation(Base):
    """A body looked at a certificate of somebody else and says that it covers a product.

    It holds for the certificate as it then was: a later `version` of it waits to be confirmed.
    """

    __tablename__ = "certificate_confirmation"

    producer_id: Mapped[Key]
    certificate_id: Mapped[Key]
    product_id: Mapped[Key]
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    how: Mapped[str]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    confirmed_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "certificate_id"],
            ["certificate.producer_id", "certificate.certificate_id"],
        ),
        ForeignKeyConstraint(
            ["producer_id", "product_id"], ["product.producer_id", "product.product_id"]
        ),
        CheckConstraint("by_producer_id <> producer_id", name="by_another_body"),
        CheckConstraint("length(how) BETWEEN 1 AND 500", name="how_length"),
    )


class CertificateWithdrawal(Base):
    """A body took back what was confirmed; so it stays until the certificate is changed."""

    __tablename__ = "certificate_withdrawal"

    producer_id: Mapped[Key]
    certificate_id: Mapped[Key]
    product_id: Mapped[Key]
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    why: Mapped[str]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    withdrawn_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "certificate_id", "product_id", "version"],
            [
                f"certificate_confirmation.{name}"
                for name in ("producer_id", "certificate_id", "product_id", "version")
            ],
        ),
        CheckConstraint("length(why) BETWEEN 1 AND 500", name="why_length"),
    )


IS_WITHDRAWN = (
    select(CertificateWithdrawal.product_id)
    .where(
        *(
            getattr(CertificateWithdrawal, name) == getattr(CertificateConfirmation, name)
            for name in ("producer_id", "certificate_id", "product_id", "version")
        )
    )
    .correlate(CertificateConfirmation)
    .exists()
)
"""Match confirmations that were taken back."""


def is_valid_on(certificate: Certificate, day: date) -> bool:
    """Tell whether the certificate covered that day."""
    return covers(certificate.issued_on, certificate.expires_on, day)
