"""What one start runs, and where: settled from the settings before anything is started."""

import ipaddress
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from traceapp.config import BadSettingError, Config
from traceapp.supervisor import addresses, certificate
from traceapp.supervisor.certificate import Certificates

FIND_ADDRESS = "1"


@dataclass(frozen=True, slots=True)
class PhoneDoor:
    """How a phone comes in: its https certificates, and where the page that explains is served."""

    certificates: Certificates
    page: tuple[str, int]
    page_url: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Settings, the environment handed to children, what to bind, and the door for a phone."""

    config: Config
    environ: Mapping[str, str]
    bind: tuple[tuple[str, int], ...]
    phone: PhoneDoor | None = None

    @property
    def listens(self) -> tuple[tuple[str, int], ...]:
        """All that this start binds, the phone's page included."""
        return (*self.bind, self.phone.page) if self.phone else self.bind

    @property
    def commands(self) -> dict[str, list[str]]:
        """The processes that keep running, by name."""
        server = [sys.executable, "-m", "gunicorn", "wsgi:app"]
        for address in self.bind:
            server += ["--bind", addresses.as_text(address)]
        if self.phone:
            certificates = self.phone.certificates
            server += ["--certfile", str(certificates.chain), "--keyfile", str(certificates.key)]
        return {
            "web server": server,
            # Work for later gives way to people who wait for a page.
            "job worker": ["nice", sys.executable, "-m", "traceapp.jobs.worker"],
        }

    @property
    def link(self) -> str:
        """The first link to open; on a phone it carries the secret that opens the demo's doors."""
        if self.phone and self.config.demo_secret:
            return f"{self.config.public_url}/?demo_secret={self.config.demo_secret}"
        return f"{self.config.public_url}/"

    @property
    def health_url(self) -> str:
        """Where this machine itself asks whether the server answers."""
        host, port = self.bind[0]
        seen = addresses.as_text(("127.0.0.1" if host == "0.0.0.0" else host, port))  # noqa: S104
        return f"{'https' if self.phone else 'http'}://{seen}/healthz"


def for_this_machine(environ: Mapping[str, str] = os.environ) -> Plan:
    """Plan a start as the settings say; raises BadSettingError."""
    config = Config.from_environment(environ)
    return Plan(config, environ, tuple(addresses.to_bind(config.host, config.port)))


def for_phone(asked: str, now: datetime, environ: Mapping[str, str] = os.environ) -> Plan:
    """Plan a start that a phone on the same network can open over https.

    `asked` is this machine's address, or "1" to find it. Raises BadSettingError.
    """
    here = _address(asked)
    asked_config = Config.from_environment(environ)
    folder = asked_config.instance_dir / "phone"
    names = {"localhost", f"{socket.gethostname().split('.')[0].lower()}.local"}
    loopback = [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")]
    certificates = certificate.ensure(folder, names, [here, *loopback], now)
    told = {
        "HOST": "0.0.0.0",  # noqa: S104 - the phone comes from outside this machine
        "PUBLIC_URL": f"https://{addresses.as_text((str(here), asked_config.port))}",
        **({"DEMO_SECRET": _demo_secret(folder / "demo_secret")} if asked_config.demo else {}),
    }
    handed = {**told, **environ} | {"HOST": told["HOST"]}
    config = Config.from_environment(handed)
    page = (config.host, config.port + 1)
    page_url = f"http://{addresses.as_text((str(here), page[1]))}/"
    door = PhoneDoor(certificates, page, page_url)
    return Plan(config, handed, tuple(addresses.to_bind(config.host, config.port)), door)


def _address(asked: str) -> addresses.Address:
    if asked != FIND_ADDRESS:
        try:
            return ipaddress.ip_address(asked)
        except ValueError as error:
            hint = "Write 1, or this machine's address, e.g. 192.168.1.20."
            raise BadSettingError("PHONE", f"“{asked}” is not an address.", hint) from error
    found = addresses.on_network()
    if not found:
        hint = "Join the phone's network, or use the USB way of docs/operators/phone.md."
        raise BadSettingError("PHONE", "this machine is on no network.", hint)
    return found[0]


def _demo_secret(path: Path) -> str:
    """Keep one secret for all starts, so that the phone's link stays good."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(18))
    return path.read_text(encoding="ascii")
