"""Participants of the programme: who joined a chain, what a body let them sign, and the paper."""

from datetime import UTC, date, datetime
from uuid import UUID

from tests.builders import Business
from traceapp.chains import commitments, membership
from traceapp.database.ids import new_id
from traceapp.trace.facts import Ref

SINCE = date(2026, 1, 5)


def by(who: Business) -> Ref:
    """Give the person of a business as an author."""
    return Ref(who.producer_id, who.actor.member_id)


def joined(who: Business, chain: str = "safe_food", since: date = SINCE) -> None:
    """Let a business be in a chain."""
    given = {"id": new_id(), "chain": chain, "on_day": since}
    membership.join(given, by(who), now=datetime.now(UTC))


def text_of(office: Business, text: str = "Chúng tôi cam kết phân loại rác.") -> UUID:
    """Let a body write down what is signed this year."""
    given = {"id": new_id(), "year": datetime.now(UTC).year, "text": text, "text_en": None}
    commitments.write_text(given, by(office), now=datetime.now(UTC))
    return given["id"]  # type: ignore[return-value]


def signed(who: Business, text_id: UUID, photo: bytes, signer: str = "Bà Lan") -> UUID:
    """Let a business have signed; gives the commitment."""
    given = {"id": new_id(), "text_id": text_id, "signed_on": SINCE, "photos": [photo.hex()]}
    given |= {"signer": signer, "signer_role": "Chủ hộ"}
    return commitments.sign(given, by(who), now=datetime.now(UTC))
