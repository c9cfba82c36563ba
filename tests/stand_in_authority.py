"""An ACME server at https://localhost:14000, for `make bare-server`; every name leads to here.

Runs in an environment of its own with acme2certifier in it: `python stand_in_authority.py FOLDER`.
"""

import importlib
import socketserver
import ssl
import sys
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIServer, make_server


class Threaded(socketserver.ThreadingMixIn, WSGIServer):
    """One thread a request, as certbot keeps a connection open."""

    daemon_threads = True


def main(folder: Path) -> None:
    """Serve until ended."""
    helper: Any = importlib.import_module("acme2certifier.acme_srv.helper")
    helper.fqdn_resolve = lambda *_asked, **_how: (["127.0.0.1"], False, None)
    answer = importlib.import_module("acme2certifier.share.acme2certifier_wsgi").application

    def by_https(environ: dict[str, Any], start: Any) -> Any:
        return answer(environ | {"HTTP_X_FORWARDED_PROTO": "https"}, start)

    server = make_server("127.0.0.1", 14000, by_https, server_class=Threaded)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "tls.pem", folder / "tls.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
