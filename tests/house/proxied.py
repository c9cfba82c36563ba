"""The files of `deploy/nginx` as nginx reads them, changed only in where things are."""

import os
import re
import socket
import subprocess
import time
from pathlib import Path

from tests.bench.proxy import TEMPORARY

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SOCKETS = "/run/traceapp"
PATIENCE_S = 60
CERTIFICATE = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")


def configured(folder: Path, host: str, ports: tuple[int, ...]) -> Path:
    """Write the configuration, with a certificate for `host`; give the file to start nginx with."""
    files = ("-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem"))
    name = ("-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}")
    subprocess.run(["openssl", *CERTIFICATE, *name, *files], check=True, capture_output=True)
    for file in ("traceapp.conf", "traceapp-locations.conf", "server.conf"):
        text = (DEPLOY / "nginx" / file).read_text(encoding="utf-8")
        text = re.sub(r"listen \[::\]:\d+( ssl)?;", "", text)
        for old, new in (
            ("listen 80;", f"listen 127.0.0.1:{ports[0]};"),
            ("listen 443 ssl;", f"listen 127.0.0.1:{ports[1]} ssl;"),
            (f"{SOCKETS}/", f"{folder}/"),
            ("/etc/nginx/certificates", str(folder)),
            ("/etc/nginx/", f"{folder}/"),
            ("/run/traceapp-pages", str(folder / "pages")),
        ):
            text = text.replace(old, new)
        (folder / file).write_text(text, encoding="utf-8")
    temporary = "".join(f"{kind}_temp_path {folder}/temp-{kind}; " for kind in TEMPORARY)
    root = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; pid {folder}/pid; {root} events {{}}\n"
        f"http {{ access_log {folder}/access; {temporary}\n"
        f"include {folder}/server.conf; include {folder}/traceapp.conf; }}\n",
        encoding="utf-8",
    )
    return config


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert time.monotonic() < end, "nginx does not listen"
            time.sleep(0.05)
        else:
            return
