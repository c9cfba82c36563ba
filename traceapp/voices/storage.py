"""Where voice notes lie, beside photos and never among what is served to everybody."""

from uuid import UUID


def path_of(producer_id: UUID, sha256: bytes) -> str:
    """Name the place of a voice note."""
    return f"voices/{producer_id}/{sha256.hex()}"
