"""`make containers`: builds the image and walks through deploy/compose.yaml, in a container engine.

It works on a copy of the tree, under a name, an image, volumes and ports of its own, with a
certificate that it signs itself; at the end nothing of it is left. It asks of a real engine what
docs/operators/containers.md says. Needs Docker with Compose 2.24 or newer (or what answers to the
same words: `make containers DOCKER=...`) and openssl.
"""

import http.client
import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
DOCKER = shlex.split(os.environ.get("DOCKER", "docker"))
NAME = "traceapp-walk"
HOST, PORT = "trace.test", 18443
URL = f"https://{HOST}:{PORT}"
READY_S = 120
BACKUPS = "/var/backups/traceapp"
IN_THE_IMAGE = {
    *(".venv", "LICENSE", "gunicorn.conf.py", "migrations", "pyproject.toml", "static"),
    *("traceapp", "wsgi.py"),
}
# A name, an image and ports of its own; the name answers inside too, as the doctor asks for it.
OVERRIDE = f"""
services:
  app:
    image: {NAME}
    extra_hosts: ["{HOST}:host-gateway"]
    environment: {{SSL_CERT_FILE: /trusted.pem}}
    volumes: ["./certificates/fullchain.pem:/trusted.pem:ro"]
  worker:
    image: {NAME}
  proxy:
    ports: !override ["{PORT}:443"]
"""
OPERATOR = {
    "name": "Chi cục thử",
    "legal_form": "cơ quan nhà nước",
    "street": "1 Phố Thử",
    "commune": "phường Ba Đình, Hà Nội",
    "owner": "Trần Thử",
    "sign_in_name": "thu",
    "password": "mot-cau-dai-de-thu-nghiem",
}


@dataclass(slots=True)
class Walk:
    """One copy of the tree, and what its compose file starts."""

    folder: Path
    project: str = NAME
    measured: dict[str, str] = field(default_factory=dict)

    def compose(self, *words: str, check: bool = True, said: bytes | None = None) -> str:
        """Call Compose; give what it wrote to standard output."""
        command = [*DOCKER, "compose", "-p", self.project, "-f", "compose.yaml", "-f", "walk.yaml"]
        return run([*command, *words], self.folder / "deploy", check=check, said=said)

    def traceapp(self, *words: str, check: bool = True) -> str:
        """Call a command of the application in its container."""
        return self.compose("exec", "-T", "app", "traceapp", *words, check=check)

    def page(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Ask through the proxy, by https; a form is posted."""
        context = ssl.create_default_context(
            cafile=self.folder / "deploy" / "certificates" / "fullchain.pem"
        )
        context.check_hostname = False  # asked for by address; the certificate is checked
        connection = http.client.HTTPSConnection("127.0.0.1", PORT, context=context, timeout=20)
        headers = {"Host": f"{HOST}:{PORT}", "Origin": URL, "Accept-Language": "en"}
        if form is None:
            connection.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path, urllib.parse.urlencode(form), headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def id(self, service: str) -> str:
        """Give the container of a service, even one that stopped."""
        return self.compose("ps", "--all", "--quiet", service).strip()

    def state(self, service: str, what: str) -> str:
        """Give one value of what the engine knows of a container."""
        return run([*DOCKER, "inspect", "--format", "{{" + what + "}}", self.id(service)]).strip()


def run(
    command: Sequence[str], folder: Path = TOP, *, check: bool = True, said: bytes | None = None
) -> str:
    """Run a command; where it fails, end with what it wrote."""
    done = subprocess.run(
        command,
        cwd=folder,
        input=said,
        stdin=subprocess.DEVNULL if said is None else None,
        capture_output=True,
        check=False,
    )
    if check and done.returncode:
        sys.exit(f"{shlex.join(command)}\n{done.stdout.decode()}{done.stderr.decode()}")
    return done.stdout.decode()


def until(what: Callable[[], bool], words: str) -> float:
    """Wait until something holds; give the seconds it took."""
    began = time.monotonic()
    while time.monotonic() - began < READY_S:
        try:
            if what():
                return time.monotonic() - began
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.5)
    sys.exit(f"Not within {READY_S} s: {words}")


@contextmanager
def copied() -> Iterator[Path]:
    """Copy what git would commit, with settings and a certificate for the walk."""
    with tempfile.TemporaryDirectory(prefix="traceapp-walk-") as name:
        folder = Path(name)
        listed = run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        for path in filter(None, listed.split("\0")):
            if (TOP / path).is_file():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(TOP / path, folder / path)
        deploy = folder / "deploy"
        example = (deploy / "traceapp.env.example").read_text(encoding="utf-8")
        settings = re.sub(r"^PUBLIC_URL=.*", f"PUBLIC_URL='{URL}'", example, flags=re.MULTILINE)
        (deploy / "traceapp.env").write_text(settings, encoding="utf-8")
        (deploy / ".env").write_text(f"POSTGRES_PASSWORD={os.urandom(24).hex()}\n")
        (deploy / "walk.yaml").write_text(OVERRIDE, encoding="utf-8")
        (deploy / "certificates").mkdir()
        words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=walk"]
        words += ["-addext", f"subjectAltName=DNS:{HOST}"]
        words += ["-keyout", "privkey.pem", "-out", "fullchain.pem"]
        run(["openssl", *words], deploy / "certificates")
        yield folder


def build(walk: Walk) -> None:
    """Build the image, and look at what is in it."""
    walk.compose("build")
    inside = [*DOCKER, "run", "--rm", NAME]
    assert set(run([*inside, "ls", "-A"]).split()) == IN_THE_IMAGE
    assert run([*inside, "id", "-u"]).strip() == "10001"
    assert run([*inside, "find", "/srv/traceapp", "-writable", "-not", "-type", "l"]) == ""
    assert "preact.js" in run([*inside, "ls", "static/pwa/vendor"])
    tools = ("-name", "nodejs*", "-o", "-name", "npm", "-o", "-name", "pip")
    assert run([*inside, "find", ".venv", *tools]) == ""  # needed to make it only
    size = run([*DOCKER, "image", "inspect", "--format", "{{.Size}}", NAME])
    walk.measured["image"] = f"{int(size) / 1e6:.0f} MB"


def start(walk: Walk) -> None:
    """Start on nothing: all healthy, a code in the log, the page by https, the door for it."""
    began = time.monotonic()
    walk.compose("up", "--detach", "--no-build")
    walk.measured["first start"] = f"{time.monotonic() - began:.0f} s"
    for service in ("app", "database"):
        assert walk.state(service, ".State.Health.Status") == "healthy"
        assert walk.state(service, ".RestartCount") == "0"
    until(lambda: '"worker":"ok"' in walk.page("/healthz")[1], "the worker is alive")
    (code,) = re.findall(r"^.*?((?:[0-9A-Z]{4}-){6}[0-9A-Z]{4})$", log(walk), re.MULTILINE)
    status, _page = walk.page("/first-run", {**OPERATOR, "code": code})
    assert status == 303, status
    assert walk.page("/first-run")[0] == 404
    for service in ("app", "worker"):
        told = walk.compose("exec", "-T", service, "cat", "/proc/1/status")
        for line in ("CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1"):
            assert line in told, service
        assert re.search(r"^Uid:(\t10001){4}$", told, re.MULTILINE)
    assert HOST not in walk.compose("logs", "--no-log-prefix", "proxy")  # no address is kept


def log(walk: Walk) -> str:
    """Give what the server wrote."""
    return walk.compose("logs", "--no-log-prefix", "app")


def look_after(walk: Walk) -> bytes:
    """Back up, rehearse, ask the doctor; give the backup."""
    walk.traceapp("backup", "--to", BACKUPS, "--keep", "14")
    assert "Everything came back." in walk.traceapp("drill")
    said = walk.traceapp("doctor")  # fails where anything fails
    assert not [line for line in said.splitlines() if line.startswith(("warn", "fail"))], said
    (name,) = walk.compose("exec", "-T", "app", "ls", BACKUPS).split()
    walk.compose("cp", f"app:{BACKUPS}/{name}", "backup.tar.gz")
    return (walk.folder / "deploy" / "backup.tar.gz").read_bytes()


def is_kept(walk: Walk) -> bool:
    """Tell whether the site answers, and still knows who runs it."""
    return walk.page("/healthz")[0] == 200 and walk.page("/first-run")[0] == 404


def fall_and_rise(walk: Walk) -> None:
    """Kill, restart, upgrade, take away and start again: the site comes back by itself."""
    proxy = walk.state("proxy", ".State.StartedAt")
    os.kill(int(walk.state("app", ".State.Pid")), 9)
    walk.measured["back after kill -9"] = f"{until(lambda: is_kept(walk), 'after kill -9'):.0f} s"
    assert walk.state("proxy", ".State.StartedAt") == proxy
    walk.compose("restart")
    until(lambda: is_kept(walk), "after a restart")
    with (walk.folder / "traceapp" / "app.py").open("a", encoding="utf-8") as source:
        source.write("# another version\n")
    old = walk.state("app", ".Image")
    walk.compose("up", "--detach", "--build")
    assert walk.state("app", ".Image") != old
    assert walk.state("worker", ".Image") == walk.state("app", ".Image")
    until(lambda: is_kept(walk), "after an upgrade")
    began = time.monotonic()
    walk.compose("stop")
    walk.measured["stop"] = f"{time.monotonic() - began:.0f} s"
    codes = {one: walk.state(one, ".State.ExitCode") for one in ("app", "worker", "database")}
    assert set(codes.values()) <= {"0", "143"}, codes  # 137 would have been killed
    walk.compose("down")
    walk.compose("up", "--detach")
    until(lambda: is_kept(walk), "after down and up")


def move(walk: Walk, backup: bytes) -> None:
    """Restore the backup into a new place, as on another machine."""
    walk.compose("down", "--volumes")
    other = Walk(walk.folder, f"{NAME}-moved")
    try:
        path = f"{BACKUPS}/moved.tar.gz"
        once = ("run", "--rm", "-T", "--no-deps", "app", "sh", "-c")
        other.compose(*once, f"cat > {path}", said=backup)
        said = other.compose("run", "--rm", "-T", "app", "traceapp", "restore", path)
        assert "all equal" in said
        other.compose("up", "--detach")
        until(lambda: is_kept(other), "after a restore")
    finally:
        other.compose("down", "--volumes", check=False)


def main() -> None:
    """Walk, tell what was measured, and leave nothing behind."""
    with copied() as folder:
        walk = Walk(folder)
        try:
            build(walk)
            start(walk)
            backup = look_after(walk)
            fall_and_rise(walk)
            move(walk, backup)
        finally:
            walk.compose("down", "--volumes", check=False)
            run([*DOCKER, "image", "rm", NAME], check=False)
    for what, value in walk.measured.items():
        print(f"{what}: {value}")
    print("deploy/compose.yaml does what docs/operators/containers.md says.")


if __name__ == "__main__":
    main()
