"""Who sends, as push services verify it (RFC 8292): an ES256 token over aud, exp and sub."""

import json
import re
import secrets
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature

from tests.push_service import verified
from traceapp.push.identification import as_bytes, as_text, authorization, key_from, told_key

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENDPOINT = "https://push.example.net:8443/send/abc?x=1"
SECRET = bytes(range(64))


def test_the_token_is_for_the_origin_and_ends_within_a_day() -> None:
    header = authorization(key_from(SECRET), ENDPOINT, "mailto:a@example.vn", now=NOW)
    claims = verified(header, told_key(key_from(SECRET)))
    assert claims["aud"] == "https://push.example.net:8443"
    assert claims["sub"] == "mailto:a@example.vn"
    assert 0 < claims["exp"] - NOW.timestamp() < 24 * 3600


def test_a_token_that_was_changed_or_is_anothers_is_not_verified() -> None:
    header = authorization(key_from(SECRET), ENDPOINT, "mailto:a@example.vn", now=NOW)
    head, claims, signature = header.removeprefix("vapid t=").partition(",")[0].split(".")
    other = json.loads(as_bytes(claims)) | {"aud": "https://elsewhere.example"}
    forged = header.replace(claims, as_text(json.dumps(other).encode()))
    assert re.fullmatch(r"[\w-]{86}", signature)
    assert json.loads(as_bytes(head)) == {"typ": "JWT", "alg": "ES256"}
    with pytest.raises(InvalidSignature):
        verified(forged, told_key(key_from(SECRET)))
    with pytest.raises(AssertionError):
        verified(header, told_key(key_from(SECRET[::-1])))


def test_the_key_follows_from_its_secret_alone() -> None:
    assert told_key(key_from(SECRET)) == told_key(key_from(SECRET))
    others = {told_key(key_from(secrets.token_bytes(64))) for _ in range(20)}
    assert len(others) == 20
    assert key_from(b"\0" * 64).private_numbers().private_value == 1
    assert len(as_bytes(told_key(key_from(SECRET)))) == 65


@pytest.mark.parametrize("text", ["a+b/", "ă", "a b", "AAAAA"])
def test_what_is_no_base64url_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        as_bytes(text)
