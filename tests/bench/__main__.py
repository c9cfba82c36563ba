"""`python -m tests.bench [--only GROUP]`: one JSON object a line, see docs/contributors."""

import argparse
import signal
import sys
from collections.abc import Callable, Iterator

from tests.bench import capture, desk, labels, network, page, phone, recall, sync, trace
from tests.bench.figure import Figure

GROUPS: dict[str, Callable[[], Iterator[Figure]]] = {
    "page": page.figures,
    "capture": capture.figures,
    "desk": desk.figures,
    "trace": trace.figures,
    "sync": sync.figures,
    "phone": phone.figures,
    "labels": labels.figures,
    "recall": recall.figures,
    "network": network.figures,
}


def main() -> None:
    """Measure one group or all, and print each figure as soon as it is known."""
    parser = argparse.ArgumentParser(prog="tests.bench")
    parser.add_argument("--only", choices=sorted(GROUPS), help="measure this group alone")
    only = parser.parse_args().only
    for group, figures in GROUPS.items():
        if only in {None, group}:
            for figure in figures():
                print(figure.line(group), flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers are ended too
    main()
