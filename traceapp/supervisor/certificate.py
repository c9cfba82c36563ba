"""Certificates for a phone on the same network: an authority made here, and a short-lived leaf.

The authority may vouch for private addresses, this machine's own, `localhost` and `*.local` only
(name constraints, RFC 5280 4.2.1.10): a phone that trusts it does not thereby trust it for the
rest of the web.
Both keys stay in the instance folder, readable by their owner alone.
"""

import ipaddress
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from traceapp.supervisor.addresses import Address

AUTHORITY_DAYS = 3650
LEAF_DAYS = 397  # phones refuse more than 825; browsers of late more than 398
RENEW_DAYS = 30
CLOCK_SLACK = timedelta(hours=1)
LOCAL_NAMES = ("localhost", "local")
PRIVATE_NETWORKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
        *("100.64.0.0/10", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128"),
    )
)


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where the files are: `chain` and `key` for the server, `authority` for the phone (PEM)."""

    authority: Path
    chain: Path
    key: Path


def ensure(
    folder: Path, names: Iterable[str], addresses: Iterable[Address], now: datetime
) -> Certificates:
    """Make the authority once, and a leaf for these names whenever the last one does not do.

    A network with addresses of its own kind may need a new authority too.
    """
    addresses = list(addresses)
    wanted = _alternative_names(names, addresses)
    permitted = _permitted(addresses)
    files = Certificates(folder / "authority.crt", folder / "server.crt", folder / "server.key")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority_key = _key(folder / "authority.key")
    if _needs_new(files.authority, now) or not permitted <= _permitted_by(files.authority):
        files.authority.write_bytes(_pem(_make_authority(authority_key, permitted, now)))
        files.chain.unlink(missing_ok=True)
    if _needs_new(files.chain, now) or _names_of(files.chain) != wanted:
        authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
        leaf = _make_leaf(authority, authority_key, _key(files.key).public_key(), wanted, now)
        files.chain.write_bytes(_pem(leaf) + _pem(authority))
    return files


def fingerprint(certificate: Path) -> str:
    """Write the SHA-256 of a certificate the way phones show it."""
    digest = x509.load_pem_x509_certificate(certificate.read_bytes()).fingerprint(hashes.SHA256())
    return digest.hex(" ").upper()


def as_der(certificate: Path) -> bytes:
    """Give a certificate in the binary form that every phone takes."""
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    return loaded.public_bytes(serialization.Encoding.DER)


def _alternative_names(
    names: Iterable[str], addresses: Iterable[Address]
) -> x509.SubjectAlternativeName:
    dns = [x509.DNSName(name) for name in sorted(set(names))]
    return x509.SubjectAlternativeName([*dns, *map(x509.IPAddress, addresses)])


def _permitted(addresses: Iterable[Address]) -> frozenset[x509.GeneralName]:
    """Name what the authority may vouch for; an address outside PRIVATE_NETWORKS stands alone."""
    own = [
        ipaddress.ip_network(address)
        for address in addresses
        if not any(address in network for network in PRIVATE_NETWORKS)
    ]
    networks = map(x509.IPAddress, (*PRIVATE_NETWORKS, *own))
    return frozenset([*map(x509.DNSName, LOCAL_NAMES), *networks])


def _permitted_by(authority: Path) -> frozenset[x509.GeneralName]:
    loaded = x509.load_pem_x509_certificate(authority.read_bytes())
    constraints = loaded.extensions.get_extension_for_class(x509.NameConstraints).value
    return frozenset(constraints.permitted_subtrees or [])


def _make_authority(
    key: ec.EllipticCurvePrivateKey, permitted: Iterable[x509.GeneralName], now: datetime
) -> x509.Certificate:
    name = _name(f"Traceapp, this computer only, {now:%d/%m/%Y %H:%M} UTC")
    return (
        _begin(name, name, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(list(permitted), None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _make_leaf(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    public_key: ec.EllipticCurvePublicKey,
    names: x509.SubjectAlternativeName,
    now: datetime,
) -> x509.Certificate:
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return (
        _begin(_name("Traceapp"), authority.subject, public_key, now, LEAF_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(server, critical=False)
        .add_extension(names, critical=False)
        .add_extension(identifier, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _begin(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    now: datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SLACK)
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _needs_new(certificate: Path, now: datetime) -> bool:
    if not certificate.exists():
        return True
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    return now + timedelta(days=RENEW_DAYS) > loaded.not_valid_after_utc


def _names_of(certificate: Path) -> x509.SubjectAlternativeName:
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    return loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName).value


def _key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Load a private key, or make one that its owner alone can read."""
    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(made)
    loaded = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} does not hold an elliptic-curve key")
    return loaded


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
