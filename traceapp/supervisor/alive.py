"""Ask a server on this machine whether it is well: `python -m traceapp.supervisor.alive HOST:PORT`.

For the health check of a container, every few seconds: it reads neither settings nor the
application, and its command needs no quotes, which not every engine passes on as they are.
"""

import sys
import urllib.request

ANSWER_S = 4.0


def main(address: str) -> None:
    """End with an error where /healthz gives none, or one that is no success."""
    urllib.request.urlopen(f"http://{address}/healthz", timeout=ANSWER_S).close()


if __name__ == "__main__":
    main(*sys.argv[1:])
