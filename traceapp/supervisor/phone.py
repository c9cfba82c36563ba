"""Opening the product on a phone: the page that installs the certificate, and the QR to it.

The page is plain http, because the phone does not trust our certificate yet; it holds no secret
but the link to the demo, and lives only while `make run PHONE=1` runs.
"""

import html
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template

from traceapp.printing import symbol
from traceapp.supervisor import certificate

TEMPLATE = Path(__file__).with_name("phone_page.html")
QUIET_ROWS = 2  # enough for a screen; paper gets the four of the standard
WHITE_ON_BLACK, AS_BEFORE = "\033[97;40m", "\033[0m"
HALF_BLOCKS = {
    (False, False): "█",
    (False, True): "▀",
    (True, False): "▄",
    (True, True): " ",
}


def page(link: str, authority: Path) -> bytes:
    """Write the page with the steps for Android and iPhone, in both languages."""
    words = Template(TEMPLATE.read_text(encoding="utf-8"))
    fingerprint = certificate.fingerprint(authority)
    return words.substitute(link=html.escape(link), fingerprint=fingerprint).encode()


def serve(address: tuple[str, int], link: str, authority: Path) -> ThreadingHTTPServer:
    """Serve the page and the certificate from a thread; `shutdown()` ends it."""
    bodies = {
        "/": ("text/html; charset=utf-8", page(link, authority)),
        # The type makes phones offer to install it (RFC 2585 names none that both take).
        "/traceapp.crt": ("application/x-x509-ca-cert", certificate.as_der(authority)),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = bodies.get(self.path.partition("?")[0])
            if found is None:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            kind, body = found
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Stay silent: the terminal shows the QR."""

    server = ThreadingHTTPServer(address, Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def terminal_symbol(uri: str) -> str:
    """Draw a QR symbol with half blocks, two rows a line, white on black in any terminal."""
    rows = [[module == 1 for module in row] for row in symbol.encode(uri).rows]
    width = len(rows) + 2 * QUIET_ROWS
    light = [False] * width
    side = [False] * QUIET_ROWS
    framed = [light] * QUIET_ROWS + [side + row + side for row in rows]
    framed += [light] * (QUIET_ROWS + width % 2)
    pairs = zip(framed[::2], framed[1::2], strict=True)
    return "\n".join(WHITE_ON_BLACK + _line(*pair) + AS_BEFORE for pair in pairs)


def _line(upper: list[bool], lower: list[bool]) -> str:
    return "".join(HALF_BLOCKS[pair] for pair in zip(upper, lower, strict=True))
