"""`make bare-server`: boots a bare Debian and walks through docs/operate.md, with a clock.

What the page says to type is typed, line by line, in a system of its own (debootstrap,
systemd-nspawn) that shares only the network of this machine; then come its bad nights. Stands in:
for Let's Encrypt an ACME server on the loopback (acme2certifier, of PyPI), for the place to clone
from a folder with the last commit of this tree. Needs root, `apt install debootstrap
systemd-container openssl`, the network, and ports 80, 443 and 8000. RELEASE=trixie takes another.
"""

import argparse
import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.containers import OPERATOR, TOP, run

HOST = "trace.example.vn"
PAGE = (TOP / "docs" / "operate.md").read_text(encoding="utf-8")
BLOCKS = [block.splitlines() for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)]
BACKUPS = "var/backups/traceapp"
CERTIFICATES = "usr/local/share/ca-certificates"
TRUSTED = "/etc/ssl/certs/ca-certificates.crt"
TYPING = {
    "HOME": "/root",
    "TERM": "xterm",
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    **dict.fromkeys(("PIP_CERT", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"), TRUSTED),
}
PATIENCE_S = 120


class Server:
    """A Debian in a folder, booted."""

    def __init__(self, folder: Path, authority: Path) -> None:
        """Take the folder of the system, and that of the stand-in for Let's Encrypt."""
        self.root = folder
        self.authority = authority
        self.booted: subprocess.Popen[bytes] | None = None

    def boot(self) -> None:
        """Switch on, and wait until somebody could sign in."""
        words = ["systemd-nspawn", "--register=no", "--keep-unit", "--boot", "-D", str(self.root)]
        with (self.root.parent / "console").open("ab") as console:
            self.booted = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=console, stderr=console
            )
        until(lambda: "running" in self.ask("systemctl is-system-running", check=False), "booting")

    def switch_off(self, how: str = "poweroff") -> None:
        """End all of it."""
        if self.booted is not None and self.booted.poll() is None:
            self.ask(f"systemctl {how}", check=False)
            with suppress(subprocess.TimeoutExpired):
                self.booted.wait(PATIENCE_S)
            self.booted.kill()

    def ask(self, line: str, *, check: bool = True) -> str:
        """Type a line as root; give what it wrote."""
        assert self.booted is not None
        told = Path(f"/proc/{self.booted.pid}/task/{self.booted.pid}/children").read_text()
        if not told:
            return ""
        words = ["nsenter", "-t", told.split()[0], "-m", "-u", "-i", "-p", "-C", "env", "-i"]
        words += [f"{name}={value}" for name, value in TYPING.items()]
        return run([*words, "bash", "-lc", line], check=check)

    def walk(self, title: str, lines: list[str]) -> None:
        """Type lines one after the other, and tell how long each takes."""
        print(f"\n{title}", flush=True)
        began = time.monotonic()
        for line in lines:
            start = time.monotonic()
            self.ask(line)
            print(f"{time.monotonic() - start:7.1f} s  {line}", flush=True)
        print(f"{time.monotonic() - began:7.1f} s  in all", flush=True)

    def page(self, path: str, form: dict[str, str] | None = None) -> int:
        """Ask by https, believing only the stand-in's certificate; give the status."""
        trust = ssl.create_default_context(cafile=self.authority / "ca.pem")
        line = http.client.HTTPSConnection(HOST, timeout=20)
        bare = socket.create_connection(("127.0.0.1", 443), timeout=20)
        line.sock = trust.wrap_socket(bare, server_hostname=HOST)
        headers = {"Origin": f"https://{HOST}", "Accept-Language": "en"}
        if form is None:
            line.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            line.request("POST", path, urllib.parse.urlencode(form), headers)
        status = line.getresponse().status
        line.close()
        return status

    def is_back(self) -> bool:
        """Tell whether the site answers and still knows who runs it."""
        return self.page("/healthz") == 200 and self.page("/first-run") == 404

    def serial(self) -> str:
        """Give the number of the certificate that nginx shows."""
        shown = ssl.get_server_certificate(("127.0.0.1", 443))
        return subprocess.run(
            ["openssl", "x509", "-noout", "-serial"],
            input=shown,
            capture_output=True,
            text=True,
            check=True,
        ).stdout


def until(what: Callable[[], bool], words: str) -> None:
    """Wait until something holds, and tell how long that took."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_S:
        with suppress(OSError, http.client.HTTPException):
            if what():
                print(f"{time.monotonic() - began:7.1f} s  {words}", flush=True)
                return
        time.sleep(0.2)
    sys.exit(f"Not within {PATIENCE_S} s: {words}")


def lay(server: Server, release: str) -> None:
    """Lay a bare Debian, which trusts what this machine trusts, and the stand-in."""
    root = server.root
    run(["debootstrap", "--include=dbus,ca-certificates", release, str(root)])
    shutil.rmtree(root / "var/lib/apt/lists")  # as on a rented server
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    (root / "etc/hosts").write_text(f"127.0.0.1 localhost {HOST}\n")
    (root / "etc/hostname").write_text("bare\n")
    for path in (*Path("/", CERTIFICATES).glob("*.crt"), server.authority / "ca.pem"):
        shutil.copy(path, root / CERTIFICATES / f"{path.stem}.crt")
    run(["chroot", str(root), "update-ca-certificates"])
    asked = root / "root/.config/letsencrypt/cli.ini"
    asked.parent.mkdir(parents=True)
    asked.write_text("server = https://localhost:14000/directory\n")
    copy = root / "mnt/traceapp.git"
    run(["git", "clone", "--quiet", "--bare", str(TOP), str(copy)])
    for name in ("refs/heads/main", "refs/tags/v0.1.0"):
        run(["git", "update-ref", name, run(["git", "rev-parse", "HEAD"]).strip()], copy)
    run(["git", "symbolic-ref", "HEAD", "refs/heads/main"], copy)


def release_another(server: Server) -> None:
    """Put a newer commit where the operator pulls from."""
    copy = server.root / "mnt/traceapp.git"
    who = ["-c", "user.name=bare", "-c", "user.email=bare@example.vn"]
    made = run(["git", *who, "commit-tree", "main^{tree}", "-p", "main", "-m", "Newer"], copy)
    run(["git", "update-ref", "refs/heads/main", made.strip()], copy)


@contextmanager
def authority(folder: Path) -> Iterator[None]:
    """Answer certbot at https://localhost:14000, as Let's Encrypt would."""
    folder.mkdir()
    run([sys.executable, "-m", "venv", str(folder / "venv")])
    python = str(folder / "venv/bin/python")
    run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "acme2certifier"])
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9", "-subj"]
    run(["openssl", *made, "/CN=Stand-in", "-keyout", "ca.key", "-out", "ca.pem"], folder)
    signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=DNS:localhost"]
    named = ["/CN=localhost", "-keyout", "tls.key", "-out", "tls.pem"]
    run(["openssl", *made, *named, *signed], folder)
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca=one\n[one]\ndatabase=index\ndefault_md=sha256\ndefault_crl_days=9\n"
    )
    (folder / "issued").mkdir()
    (folder / "index").touch()
    crl = ["ca", "-gencrl", "-config", "ca.cnf", "-keyfile", "ca.key", "-cert", "ca.pem"]
    run(["openssl", *crl, "-out", "ca.crl"], folder)
    (folder / "acme_srv.cfg").write_text(
        "[CAhandler]\nhandler_module: acme2certifier.cahandlers.openssl_ca_handler\n"
        f"issuing_ca_key: {folder}/ca.key\nissuing_ca_cert: {folder}/ca.pem\n"
        f"issuing_ca_crl: {folder}/ca.crl\ncert_save_path: {folder}/issued\n"
        f"cn_enforce: True\ncert_validity_days: 90\n[DBhandler]\ndbfile: {folder}/acme.db\n"
        "[Account]\ncontact_check_disable: True\n"
    )
    environ = {**os.environ, "ACME_SRV_CONFIGFILE": str(folder / "acme_srv.cfg")}
    served = [python, str(TOP / "tests" / "stand_in_authority.py"), str(folder)]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(served, env=environ, stdout=log, stderr=log)
    try:
        until(lambda: _listens(14000), "the stand-in of Let's Encrypt listens")
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(PATIENCE_S)


def _listens(port: int) -> bool:
    socket.create_connection(("127.0.0.1", port)).close()
    return True


def _led_to(path: str) -> str | None:
    """Ask by http; give the address that one is led to."""
    plain = http.client.HTTPConnection("127.0.0.1", timeout=20)
    plain.request("GET", path, headers={"Host": HOST})
    answer = plain.getresponse()
    plain.close()
    return answer.headers["Location"]


def install(server: Server) -> None:
    """From nothing to https, the wizard, and the night's work once."""
    from_nothing, to_begin = BLOCKS[:2]
    cloned = "file:///mnt/traceapp.git"
    server.walk(
        "From nothing to https",
        [line.replace("YOUR-COPY-OF-TRACEAPP", cloned) for line in from_nothing],
    )
    assert server.page("/healthz") == 200
    until(lambda: _led_to("/b/X") == f"https://{HOST}/b/X", "http leads to https")
    (code,) = re.findall(r"(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}", server.ask("traceapp first-run"))
    assert server.page("/first-run", {**OPERATOR, "code": code}) == 303
    server.walk("The night's work, and the doctor", to_begin[1:])
    print(server.ask("traceapp doctor"))


def sleep_well(server: Server) -> None:
    """What happens while the operator sleeps."""
    print("\nBad nights", flush=True)
    server.ask("systemctl kill -s KILL traceapp")
    until(server.is_back, "the site answers after kill -9")
    server.ask("systemctl kill -s KILL traceapp-worker")
    again = "systemctl show -p NRestarts -p ActiveState --value traceapp-worker"
    until(lambda: server.ask(again).split() == ["1", "active"], "another worker after kill -9")
    server.switch_off()
    server.boot()
    until(server.is_back, "back after a reboot")
    before = server.serial()
    server.ask("certbot renew --force-renewal --no-random-sleep-on-renew")
    until(lambda: server.serial() != before, "nginx shows the renewed certificate")
    assert "failed" not in server.ask("systemctl list-units --failed --no-legend --plain")
    timers = server.ask("systemctl list-timers --no-legend")
    for unit in ("traceapp-backup", "traceapp-drill", "certbot"):
        assert f"{unit}.timer" in timers
    written = server.ask("journalctl -u traceapp -u traceapp-worker --no-pager -o cat")
    for personal in (OPERATOR["owner"], OPERATOR["name"], OPERATOR["street"], "127.0.0.1"):
        assert personal not in written
    assert not (server.root / "var/log/nginx/access.log").read_text().count("GET /first-run")


def change(server: Server) -> None:
    """Restore, upgrade and go back, as the page says."""
    restore, upgrade, back = (
        next(block for block in BLOCKS if any(words in line for line in block))
        for words in ("traceapp restore", "/srv/traceapp pull", "db downgrade")
    )
    newest = max(path.name for path in (server.root / BACKUPS).iterdir())
    archive = r"traceapp-\d{8}T\d{6}Z\.tar\.gz"
    server.walk("Restore", [re.sub(archive, newest, line) for line in restore])
    until(server.is_back, "back after the restore")
    release_another(server)
    server.walk("Upgrade", upgrade)
    until(server.is_back, "back after the upgrade")
    schemas = sorted(path.name[:4] for path in (TOP / "migrations/versions").glob("0*.py"))
    server.walk("Go back", [line.replace("0001", schemas[-2]) for line in back])
    until(server.is_back, "back at the release before")
    server.walk("Upgrade again", ["git -C /srv/traceapp switch -q main", upgrade[-1]])
    assert server.is_back()
    print(server.ask("systemd-analyze security --no-pager traceapp traceapp-worker | tail -n 1"))


def move_to_postgresql(server: Server) -> None:
    """Begin anew on PostgreSQL, as the page says, with a night's work and a reboot."""
    (lines,) = (block for block in BLOCKS if any("createuser" in line for line in block))
    server.walk("With PostgreSQL", [*lines, *BLOCKS[1][1:]])
    assert server.page("/first-run") == 200
    asked = "su postgres -c 'psql -Atc \"SELECT count(*) FROM one_time_code\" traceapp'"
    assert int(server.ask(asked)) > 0
    server.switch_off()
    server.boot()
    until(lambda: server.page("/healthz") == 200, "back after a reboot, on PostgreSQL")


def main() -> None:
    """Walk, and leave nothing behind."""
    said = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    said.add_argument("--release", default="bookworm", help="of Debian (bookworm)")
    release = said.parse_args().release
    if os.geteuid() != 0:
        sys.exit("Only root may boot a system: sudo make bare-server")
    with tempfile.TemporaryDirectory(prefix="traceapp-bare-", dir="/var/tmp") as name:
        folder = Path(name)
        with authority(folder / "authority"):
            server = Server(folder / "server", folder / "authority")
            lay(server, release)
            try:
                server.boot()
                install(server)
                sleep_well(server)
                change(server)
                move_to_postgresql(server)
            finally:
                server.switch_off()
    print("docs/operate.md does what it says, on a bare server.")


if __name__ == "__main__":
    main()
