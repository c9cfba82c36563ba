"""The certificates for a phone: a real handshake is the judge."""

import ipaddress
import ssl
import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from traceapp.supervisor import certificate

NOW = datetime.now(UTC)
HOME = ipaddress.ip_address("192.168.1.20")
CAFE = ipaddress.ip_address("10.0.0.7")
ELSEWHERE = ipaddress.ip_address("93.184.216.34")


def handshake(files, asked):
    """Let a client that trusts the authority alone meet our server, in memory."""
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(files.chain, files.key)
    client_context = ssl.create_default_context(cafile=files.authority)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    client = client_context.wrap_bio(to_client, to_server, server_hostname=asked)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return client.version()


@pytest.mark.parametrize("asked", ["192.168.1.20", "127.0.0.1", "localhost", "minh.local"])
def test_a_client_that_trusts_the_authority_accepts_the_server(tmp_path, asked):
    loopback = ipaddress.ip_address("127.0.0.1")
    files = certificate.ensure(tmp_path, ["localhost", "minh.local"], [HOME, loopback], NOW)
    assert handshake(files, asked) == "TLSv1.3"


def test_a_client_refuses_an_address_the_certificate_does_not_name(tmp_path):
    files = certificate.ensure(tmp_path, ["localhost"], [HOME], NOW)
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        handshake(files, "192.168.1.21")


def test_a_phone_that_trusts_the_authority_refuses_it_for_the_rest_of_the_web(
    tmp_path, monkeypatch
):
    files = certificate.ensure(tmp_path, ["localhost"], [HOME], NOW)
    trusted = files.authority.read_bytes()
    monkeypatch.setattr(certificate, "_permitted", lambda _: frozenset())  # a thief with the key
    certificate.ensure(tmp_path, ["bank.example"], [ELSEWHERE], NOW)
    assert files.authority.read_bytes() == trusted
    for asked in (str(ELSEWHERE), "bank.example"):
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
            handshake(files, asked)


def test_an_address_outside_private_networks_is_vouched_for_alone(tmp_path, monkeypatch):
    certificate.ensure(tmp_path, ["localhost"], [HOME], NOW)
    files = certificate.ensure(tmp_path, ["localhost"], [ELSEWHERE], NOW)
    assert handshake(files, str(ELSEWHERE))
    monkeypatch.setattr(certificate, "_permitted", lambda _: frozenset())  # a thief with the key
    certificate.ensure(tmp_path, [], [ELSEWHERE + 1], NOW)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        handshake(files, str(ELSEWHERE + 1))


def test_another_network_gets_a_new_leaf_from_the_same_authority(tmp_path):
    files = certificate.ensure(tmp_path, ["localhost"], [HOME], NOW)
    before = files.authority.read_bytes(), files.chain.read_bytes()
    certificate.ensure(tmp_path, ["localhost"], [HOME], NOW)
    assert (files.authority.read_bytes(), files.chain.read_bytes()) == before
    certificate.ensure(tmp_path, ["localhost"], [CAFE], NOW)
    assert files.authority.read_bytes() == before[0]
    assert handshake(files, "10.0.0.7")


def test_a_leaf_near_its_end_is_renewed_and_lives_shorter_than_phones_demand(tmp_path):
    long_ago = NOW - timedelta(days=certificate.LEAF_DAYS - 10)
    files = certificate.ensure(tmp_path, ["localhost"], [HOME], long_ago)
    old = files.chain.read_bytes()
    certificate.ensure(tmp_path, ["localhost"], [HOME], NOW)
    assert files.chain.read_bytes() != old
    leaf = x509.load_pem_x509_certificate(files.chain.read_bytes())
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc < timedelta(days=398)


def test_keys_are_readable_by_their_owner_alone(tmp_path):
    certificate.ensure(tmp_path / "phone", ["localhost"], [HOME], NOW)
    keys = sorted((tmp_path / "phone").glob("*.key"))
    assert [key.name for key in keys] == ["authority.key", "server.key"]
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    assert stat.S_IMODE((tmp_path / "phone").stat().st_mode) == 0o700
