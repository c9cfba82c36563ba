"""Settings: read once from the environment, checked, then frozen.

Every setting is documented in docs/operators/settings.md; a house test compares the two.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

CHECKOUT = Path(__file__).resolve().parent.parent
SHORTEST_SECRET = 32
SHORTEST_DEMO_SECRET = 16
TRACE_WALKS = ("recursive", "levels")
MOST_DAYS = 365
PRINTER_PORT = 9100  # where printers take raw data, unless another is written
# Of IPv6 what lies inside: not what is reached from outside, nor IPv4 in other clothes.
INSIDE = (IPv6Network("fc00::/7"), IPv6Network("::1/128"))
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})


class BadSettingError(ValueError):
    """A setting that cannot be used; the text names it and says what to write instead."""

    def __init__(self, name: str, problem: str, hint: str) -> None:
        super().__init__(f"{name}: {problem} {hint}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of one running installation.

    What holds a password is left out where the settings are printed.
    `storage_url` is an fsspec URL; originals and public renditions live in separate folders of it.
    """

    host: str
    port: int
    database_url: str = field(repr=False)
    public_url: str
    media_url: str
    storage_url: str
    instance_dir: Path
    secret_key: str = field(repr=False)
    demo: bool
    demo_secret: str | None = field(repr=False)
    smtp_url: str | None = field(repr=False)
    mail_from: str | None
    metrics_token: str | None = field(repr=False)
    pages_a_reader: int
    unknown_a_reader: int
    trace_walk: str
    hand_off_link_days: int
    outbound_private_allowed: frozenset[str]
    printer_networks: tuple[tuple[IPv4Network | IPv6Network, int], ...]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Config":
        """Read the settings; raise BadSettingError with a hint for one that cannot be used."""
        instance_dir = Path(environment.get("INSTANCE_DIR") or CHECKOUT / "instance").resolve()
        demo = _flag("TRACEAPP_DEMO", environment.get("TRACEAPP_DEMO", "0"))
        host = environment.get("HOST") or "localhost"
        port = _port(environment.get("PORT") or "8000")
        public_url = environment.get("PUBLIC_URL") or f"http://{_reachable(host)}:{port}"
        return cls(
            host=host,
            port=port,
            database_url=_database_url(
                environment.get("DATABASE_URL") or _default_database_url(instance_dir, demo=demo)
            ),
            public_url=_web_url("PUBLIC_URL", public_url),
            media_url=_media_url(environment.get("MEDIA_URL") or "/media"),
            storage_url=environment.get("STORAGE_URL") or (instance_dir / "storage").as_uri(),
            instance_dir=instance_dir,
            secret_key=_secret("SECRET_KEY", environment, instance_dir),
            demo=demo,
            demo_secret=_demo_secret(environment, demo=demo),
            **_mail(environment),
            metrics_token=_metrics_token(environment),
            pages_a_reader=_most("PAGES_A_READER", environment.get("PAGES_A_READER") or "6000"),
            unknown_a_reader=_most(
                "UNKNOWN_A_READER", environment.get("UNKNOWN_A_READER") or "300"
            ),
            trace_walk=_trace_walk(environment.get("TRACE_WALK") or TRACE_WALKS[0]),
            hand_off_link_days=_days(
                "HAND_OFF_LINK_DAYS", environment.get("HAND_OFF_LINK_DAYS") or "14"
            ),
            outbound_private_allowed=_private_allowed(environment, public_url),
            printer_networks=_printer_networks(environment),
        )

    @property
    def is_open_to_the_world(self) -> bool:
        """Tell whether this is no demo and PUBLIC_URL is https on a real host."""
        url = urlsplit(self.public_url)
        return not self.demo and url.scheme == "https" and _is_real_host(url.hostname or "")

    @property
    def prints_sample_labels(self) -> bool:
        """Tell whether labels carry MẪU: always, until the installation is open to the world."""
        return not self.is_open_to_the_world


def _trace_walk(text: str) -> str:
    if text not in TRACE_WALKS:
        hint = f"Write {' or '.join(TRACE_WALKS)}."
        raise BadSettingError("TRACE_WALK", f"“{text}” is no way to walk a family tree.", hint)
    return text


def _reachable(host: str) -> str:
    """Give a name to open in place of an address that only means "listen everywhere"."""
    return "localhost" if host in {"0.0.0.0", "::", "[::]"} else host  # noqa: S104


def _default_database_url(instance_dir: Path, *, demo: bool) -> str:
    return f"sqlite:///{instance_dir / ('demo.db' if demo else 'traceapp.db')}"


def _flag(name: str, text: str) -> bool:
    if text in {"1", "true", "yes"}:
        return True
    if text in {"", "0", "false", "no"}:
        return False
    raise BadSettingError(name, f"“{text}” is neither yes nor no.", "Write 1 or 0.")


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 2**16:
        raise BadSettingError("PORT", f"“{text}” is not a port.", "Write a number, 1 to 65535.")
    return int(text)


def _most(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text[:9]) > 0 or len(text) > 9:  # noqa: PLR2004
        raise BadSettingError(name, f"“{text}” is not a number.", "Write how many, 1 or more.")
    return int(text)


def _days(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MOST_DAYS:
        raise BadSettingError(name, f"“{text}” is no number of days.", f"Write 1 to {MOST_DAYS}.")
    return int(text)


def _private_allowed(environment: Mapping[str, str], public_url: str) -> frozenset[str]:
    """Read which private hosts messages may go to, for tests: `localhost:8443,127.0.0.1:9000`."""
    name = "OUTBOUND_PRIVATE_ALLOWED"
    found = frozenset(one.strip() for one in environment.get(name, "").split(",") if one.strip())
    if found and urlsplit(public_url).scheme == "https":
        hint = "Unset it: with an https PUBLIC_URL messages go to public addresses only."
        raise BadSettingError(name, "is for tests.", hint)
    for one in found:
        host, _, port = one.rpartition(":")
        if not (host and port.isascii() and port.isdigit() and 0 < int(port) < 2**16):
            raise BadSettingError(name, f"“{one}” is no host and port.", "Write localhost:8443.")
    return found


def _printer_networks(
    environment: Mapping[str, str],
) -> tuple[tuple[IPv4Network | IPv6Network, int], ...]:
    """Read where printers may be, `192.168.1.0/24,10.0.0.8/32:9101,[fd12::/64]:9101`."""
    name, found = "PRINTER_NETWORKS", []
    for one in environment.get(name, "").split(","):
        if not one.strip():
            continue
        text, port = _network_and_port(one.strip())
        try:
            network = ip_network(text)
        except ValueError as error:
            hint = "Write 192.168.1.0/24, or 192.168.1.8/32:9101, or [fd12::8/128]:9101."
            raise BadSettingError(name, f"“{one}” is no network.", hint) from error
        is_port = port.isascii() and port.isdigit() and 0 < int(port) < 2**16
        if not _is_inside(network) or not is_port:
            raise BadSettingError(
                name, f"“{one}” is no private network with a port.", "Printers are inside."
            )
        found.append((network, int(port)))
    return tuple(found)


def _network_and_port(text: str) -> tuple[str, str]:
    """Part a network from its port; one of IPv6 stands in brackets if it has one."""
    if text.startswith("["):
        network, _, port = text[1:].partition("]:")
        return network, port
    if text.count(":") > 1:
        return text, str(PRINTER_PORT)
    network, _, port = text.partition(":")
    return network, port or str(PRINTER_PORT)


def _is_inside(network: IPv4Network | IPv6Network) -> bool:
    if isinstance(network, IPv4Network):
        return network.is_private
    return any(network.subnet_of(one) for one in INSIDE)


def _database_url(text: str) -> str:
    if text.startswith(("postgres://", "postgresql://")):
        return "postgresql+psycopg://" + text.split("://", 1)[1]
    if text.startswith(("sqlite:///", "postgresql+psycopg://")):
        return text
    raise BadSettingError(
        "DATABASE_URL",
        "only SQLite and PostgreSQL are supported.",
        "Write sqlite:////path/to/file.db or postgresql://user:password@host/name.",
    )


def _web_url(name: str, text: str) -> str:
    url = urlsplit(text)
    if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment:
        raise BadSettingError(
            name, f"“{text}” is not a web address.", "Write https://host without ? or #."
        )
    return text.rstrip("/")


def _media_url(text: str) -> str:
    if text.startswith("/") and not text.startswith("//"):
        return text.rstrip("/")
    return _web_url("MEDIA_URL", text)


def _is_real_host(host: str) -> bool:
    return "." in host and host not in LOOPBACK_HOSTS and not host.replace(".", "").isdigit()


def _demo_secret(environment: Mapping[str, str], *, demo: bool) -> str | None:
    secret = environment.get("DEMO_SECRET") or None
    if secret and not demo:
        raise BadSettingError(
            "DEMO_SECRET", "is set but this is not the demo.", "Unset it, or set TRACEAPP_DEMO=1."
        )
    if secret and len(secret) < SHORTEST_DEMO_SECRET:
        raise BadSettingError("DEMO_SECRET", "is too easy to guess.", "Use 16 characters or more.")
    return secret


def _metrics_token(environment: Mapping[str, str]) -> str | None:
    token = environment.get("METRICS_TOKEN") or None
    if token and len(token) < SHORTEST_DEMO_SECRET:
        raise BadSettingError(
            "METRICS_TOKEN", "is too easy to guess.", "Use 16 characters or more."
        )
    return token


def _mail(environment: Mapping[str, str]) -> dict[str, str | None]:
    url, sender = environment.get("SMTP_URL") or None, environment.get("MAIL_FROM") or None
    if url is not None:
        if not _is_mail_server(url):
            # What was written may hold a password, so it is not repeated.
            hint = "Write smtps://user:password@host:465 or smtp://user:password@host:587."
            raise BadSettingError("SMTP_URL", "this is not a mail server.", hint)
        if sender is None or "@" not in sender:
            hint = "Write the address that letters come from, e.g. no-reply@trace.example.vn."
            raise BadSettingError("MAIL_FROM", "is needed beside SMTP_URL.", hint)
    return {"smtp_url": url, "mail_from": sender}


def _is_mail_server(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and has_port


def _secret(name: str, environment: Mapping[str, str], instance_dir: Path) -> str:
    """Take the secret given, else the one made at the first run (instance/secret_key, 0600)."""
    if given := environment.get(name):
        if len(given) < SHORTEST_SECRET:
            raise BadSettingError(name, "is too short.", "Use 32 random characters or more.")
        return given
    path = instance_dir / "secret_key"
    try:
        instance_dir.mkdir(parents=True, exist_ok=True)
        # O_EXCL: of two processes that start together only one makes the secret.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        hint = "Make it, and give it to the account that runs Traceapp."
        raise BadSettingError("INSTANCE_DIR", f"{error}.", hint) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        secret = secrets.token_urlsafe(48)
        file.write(secret)
    return secret
