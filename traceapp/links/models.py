"""Tables of links: what surveys state, and whether a producer lets its own be named. Append-only.

What deliveries prove is kept nowhere here: it is read from the index of hand-offs.
"""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Key, Moment, Reference

SURVEY = ["sector_survey.producer_id", "sector_survey.survey_id"]
PARTY = ["survey_party.producer_id", "survey_party.survey_id", "survey_party.number"]


class SectorSurvey(Base):
    """A survey of a sector in a year; a newer one of the same maker takes an older one's place."""

    __tablename__ = "sector_survey"

    producer_id: Mapped[Key]
    survey_id: Mapped[Key]
    sector: Mapped[str]
    year: Mapped[int]
    made_by: Mapped[str]
    asked: Mapped[int]
    by_member_id: Mapped[Reference]
    noted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id"], ["producer.producer_id"]),
        CheckConstraint("length(made_by) BETWEEN 1 AND 200", name="made_by_length"),
        CheckConstraint("asked > 0", name="asked_positive"),
        Index("ix_sector_survey_sector", "sector", "year"),
    )


class SurveyParty(Base):
    """A party of a survey: a producer here, a business by its name, or a private person by number.

    The name of a private person is never written down: there is nothing to erase. A producer here
    may leave or be another installation's, so nothing points at it.
    """

    __tablename__ = "survey_party"

    producer_id: Mapped[Key]
    survey_id: Mapped[Key]
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    role: Mapped[str]
    at_producer_id: Mapped[UUID | None] = mapped_column(Identifier)
    name: Mapped[str | None]
    person_number: Mapped[int | None]
    province: Mapped[str | None] = mapped_column(ForeignKey("province.name"))
    commune_kind: Mapped[str | None]
    commune: Mapped[str | None]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "survey_id"], SURVEY),
        ForeignKeyConstraint(
            ["province", "commune_kind", "commune"],
            ["commune.province", "commune.kind", "commune.name"],
        ),
        CheckConstraint(
            "role IN ('supplier', 'producer', 'distributor', 'buyer')", name="role_known"
        ),
        CheckConstraint(
            "(at_producer_id IS NOT NULL AND name IS NULL AND person_number IS NULL)"
            " OR (at_producer_id IS NULL AND province IS NOT NULL"
            " AND (name IS NULL) <> (person_number IS NULL))",
            name="one_identity",
        ),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name_length"),
        Index("ix_survey_party_at", "at_producer_id"),
    )


class StatedLink(Base):
    """A party supplies another one with something, as a survey was told."""

    __tablename__ = "stated_link"

    producer_id: Mapped[Key]
    survey_id: Mapped[Key]
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_number: Mapped[int]
    to_number: Mapped[int]
    supplied: Mapped[str]
    supplied_en: Mapped[str | None]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "survey_id", "from_number"], PARTY),
        ForeignKeyConstraint(["producer_id", "survey_id", "to_number"], PARTY),
        CheckConstraint("from_number <> to_number", name="two_parties"),
        CheckConstraint("length(supplied) BETWEEN 1 AND 200", name="supplied_length"),
    )


class LinkChoice(Base):
    """What a producer lets be said of its links in public; the newest holds.

    `names_links` lets it be named beside a partner, `shows_kilograms` also how much was handed
    over, where the other side lets that be shown too.
    """

    __tablename__ = "link_choice"

    producer_id: Mapped[Key]
    choice_id: Mapped[Key]
    names_links: Mapped[bool]
    shows_kilograms: Mapped[bool]
    by_member_id: Mapped[Reference]
    chosen_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id"], ["producer.producer_id"]),
        CheckConstraint("names_links OR NOT shows_kilograms", name="kilograms_need_names"),
        Index("ix_link_choice_chosen", "producer_id", "chosen_at"),
    )
