"""Tables of accounts: signing in, devices, one-time codes, tokens, phones.

Global but for tokens and phones, which belong to a producer. Of codes and tokens the SHA-256 is
kept. Names that begin with `fs_`, `tf_` and `mf_`, and the columns of a passkey, are
Flask-Security's.
"""

from datetime import datetime
from uuid import UUID

from flask_security import AsaList, UserMixin, WebAuthnMixin
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Instant, Key, Moment, Reference

ACCOUNT_KEY = "account.account_id"
MEMBER = (["producer_id", "member_id"], ["membership.producer_id", "membership.member_id"])


class Account(UserMixin, Base):
    """A sign-in of a person, who may be a member of several producers.

    `sign_in_name` is lower case, `phone` E.164. A changed `fs_uniquifier` ends every session.
    """

    __tablename__ = "account"

    account_id: Mapped[Key]
    sign_in_name: Mapped[str] = mapped_column(unique=True)
    phone: Mapped[str | None]
    email: Mapped[str | None]  # type: ignore[assignment]
    password: Mapped[str | None]
    active: Mapped[bool]
    fs_uniquifier: Mapped[str] = mapped_column(String(64))
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(  # type: ignore[assignment]
        String(64)
    )
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None]
    tf_last_counter: Mapped[int | None]  # the time step of the last code taken: each works once
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    created_at: Mapped[Moment]
    second_step_put_off_at: Mapped[datetime | None] = mapped_column(Instant)
    passkeys: Mapped[list["Passkey"]] = relationship(back_populates="account")

    __table_args__ = (
        Index("uq_account_phone", "phone", unique=True),
        Index("uq_account_email", "email", unique=True),
        Index("uq_account_fs_uniquifier", "fs_uniquifier", unique=True),
        Index("uq_account_fs_webauthn_user_handle", "fs_webauthn_user_handle", unique=True),
    )


class Passkey(WebAuthnMixin, Base):
    """A passkey of an account (WebAuthn Level 2, credential record)."""

    __tablename__ = "passkey"

    passkey_id: Mapped[Key]
    account_id: Mapped[UUID] = mapped_column(Identifier, ForeignKey(ACCOUNT_KEY), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(1024))
    sign_count: Mapped[int]
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[str | None] = mapped_column(String(255))
    create_datetime: Mapped[Moment]
    lastuse_datetime: Mapped[Moment]
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(64))
    account: Mapped[Account] = relationship(back_populates="passkeys")


class SignedInDevice(Base):
    """A browser in which an account is signed in, and the member it works as.

    The browser holds the token, the database its SHA-256.
    """

    __tablename__ = "signed_in_device"

    device_id: Mapped[Key]
    account_id: Mapped[UUID] = mapped_column(Identifier, ForeignKey(ACCOUNT_KEY), index=True)
    token_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    producer_id: Mapped[Reference]
    member_id: Mapped[Reference]
    name: Mapped[str]
    created_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    is_second_factor_proven: Mapped[bool]

    __table_args__ = (ForeignKeyConstraint(*MEMBER),)


class OneTimeCode(Base):
    """A code that works once: the first run, a reset of a password, an invitation."""

    __tablename__ = "one_time_code"

    code_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    purpose: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(Identifier, ForeignKey(ACCOUNT_KEY))
    producer_id: Mapped[UUID | None] = mapped_column(Identifier)
    member_id: Mapped[UUID | None] = mapped_column(Identifier)
    made_by_producer_id: Mapped[UUID | None] = mapped_column(Identifier)
    made_by_member_id: Mapped[UUID | None] = mapped_column(Identifier)
    made_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint(
            "purpose IN ('first_run', 'reset', 'join_as_member', 'join_as_producer')",
            name="purpose_known",
        ),
    )


class Throttle(Base):
    """How often something failed lately, by account, by address, and in all (key hashed)."""

    __tablename__ = "throttle"

    key_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int]
    started_at: Mapped[Moment]


class ApiToken(Base):
    """A token by which a program works as a member; `ending` is its last four characters."""

    __tablename__ = "api_token"

    producer_id: Mapped[Key]
    token_id: Mapped[Key]
    member_id: Mapped[Reference]
    token_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    name: Mapped[str]
    ending: Mapped[str] = mapped_column(String(4))
    scope: Mapped[str]
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(*MEMBER),
        CheckConstraint("scope IN ('read', 'write')", name="scope_known"),
    )


class Phone(Base):
    """A phone that works as a member, under an id of its own making.

    `mark` is part of the lots made on it; `unsent` and `last_sequence` are what it last said.
    """

    __tablename__ = "phone"

    producer_id: Mapped[Key]
    phone_id: Mapped[Key]
    member_id: Mapped[Reference]
    name: Mapped[str]
    mark: Mapped[str] = mapped_column(String(2))
    token_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    enrolled_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
    unsent: Mapped[int] = mapped_column(default=0)
    last_sequence: Mapped[int] = mapped_column(default=0)
    app_version: Mapped[str | None]
    skew_seconds: Mapped[int | None] = mapped_column(BigInteger)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_by_member_id: Mapped[UUID | None] = mapped_column(Identifier)

    __table_args__ = (
        ForeignKeyConstraint(*MEMBER),
        UniqueConstraint("producer_id", "mark"),
        CheckConstraint("length(mark) BETWEEN 1 AND 2", name="mark_length"),
        CheckConstraint("unsent >= 0", name="unsent_not_negative"),
        CheckConstraint("last_sequence >= 0", name="last_sequence_not_negative"),
    )


class PhoneKey(Base):
    """A public key by which a phone signs slips of hand-overs: a point of P-256, uncompressed.

    Append-only. It counts as long as its phone does: what is signed after that was revoked is
    refused.
    """

    __tablename__ = "phone_key"

    producer_id: Mapped[Key]
    phone_id: Mapped[Key]
    public_key: Mapped[bytes] = mapped_column(LargeBinary(65), primary_key=True)
    told_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "phone_id"], ["phone.producer_id", "phone.phone_id"]),
    )


class PhoneUser(Base):
    """Somebody who logs on a phone beside its own person, and was let to by whom.

    `pin_resets` counts how often somebody at the desk said that the person sets another PIN; the
    PIN itself stays on the phone. Its own person has a row once theirs was reset.
    """

    __tablename__ = "phone_user"

    producer_id: Mapped[Key]
    phone_id: Mapped[Key]
    member_id: Mapped[Key]
    added_at: Mapped[Moment]
    added_by_member_id: Mapped[Reference]
    pin_resets: Mapped[int] = mapped_column(default=0)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
    removed_by_member_id: Mapped[UUID | None] = mapped_column(Identifier)

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "phone_id"], ["phone.producer_id", "phone.phone_id"]),
        ForeignKeyConstraint(*MEMBER),
        CheckConstraint("pin_resets >= 0", name="pin_resets_not_negative"),
    )


class PhoneInvite(Base):
    """A code that makes one phone a member's: long in a QR symbol, or short and typed."""

    __tablename__ = "phone_invite"

    producer_id: Mapped[Key]
    invite_id: Mapped[Key]
    member_id: Mapped[Reference]
    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    short_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    made_at: Mapped[Moment]
    made_by_member_id: Mapped[Reference]
    expires_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    phone_id: Mapped[UUID | None] = mapped_column(Identifier)

    __table_args__ = (
        ForeignKeyConstraint(*MEMBER),
        CheckConstraint("(used_at IS NULL) = (phone_id IS NULL)", name="used_by_a_phone"),
    )
