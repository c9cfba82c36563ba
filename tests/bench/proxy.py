"""nginx as docs/operators/nginx.md describes it, read from that very page; and nginx on a file."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.demo import clean_environ
from tests.bench.servers import TOP, free_port, serving

DOCUMENT = TOP / "docs" / "operators" / "nginx.md"
OTHER_PLACES = "/usr/sbin:/usr/local/sbin"
UPSTREAM = r"upstream traceapp \{.*?\n\}"  # of the third block, whose TLS server is an operator's
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def program() -> str | None:
    """Find nginx, on PATH or where Debian puts it."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:{OTHER_PLACES}")


def documented(upstream: str, folder: Path) -> tuple[str, str]:
    """Give the two files of the document, changed only in where the server and the copies are."""
    blocks = re.findall(r"```nginx\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    of_http, of_server, of_machine = blocks
    of_http = "\n".join([*re.findall(UPSTREAM, of_machine, re.DOTALL), of_http])
    for old, new in (
        ("127.0.0.1:8000", upstream),
        ("/run/traceapp-pages", str(folder / "pages")),
    ):
        if old not in of_http:
            raise RuntimeError(f"{DOCUMENT.name} no longer says {old}")
        of_http = of_http.replace(old, new)
    return of_http, of_server


@contextmanager
def nginx(folder: Path, upstream: str, page: bytes) -> Iterator[tuple[str, str]]:
    """Yield two roots: the documented proxy, and one that serves `page` from a file, as brotli."""
    (folder / "static").mkdir(parents=True)
    (folder / "static" / "page").write_bytes(page)
    ports = free_port(), free_port()
    config = folder / "nginx.conf"
    config.write_text(_config(folder, documented(upstream, folder), ports), encoding="utf-8")
    command = [
        program() or "nginx",
        "-p",
        str(folder),
        "-e",
        str(folder / "log"),
        "-c",
        str(config),
    ]
    proxied, static = (f"http://127.0.0.1:{port}" for port in ports)
    with serving(command, clean_environ(), f"{static}/page"):
        yield proxied, static


def _config(folder: Path, said: tuple[str, str], ports: tuple[int, int]) -> str:
    of_http, of_server = said
    temporary = "\n".join(f"{name}_temp_path {folder}/temp-{name};" for name in TEMPORARY)
    return f"""
daemon off;
worker_processes auto;
{"user root;" if os.geteuid() == 0 else ""}
pid {folder}/pid;
events {{ worker_connections 512; }}
http {{
    access_log off;
    sendfile on;
    keepalive_requests 1000000;
    {temporary}
    {of_http}
    server {{ listen 127.0.0.1:{ports[0]}; {of_server} }}
    server {{
        listen 127.0.0.1:{ports[1]};
        root {folder}/static;
        default_type text/html;
        add_header Content-Encoding br;
    }}
}}
"""
