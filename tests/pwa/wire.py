"""A wire between a browser and a server that a test can cut and mend."""

import contextlib
import selectors
import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Wire:
    """Forwards what comes to a free port of its own; `cut` ends it all and refuses more."""

    def __init__(self, address: str) -> None:
        split = urlsplit(address)
        self._target = (split.hostname or "localhost", split.port or 80)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._is_cut = False
        self.address = f"http://localhost:{self._door.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.cut()
        self._door.close()

    def cut(self) -> None:
        """Take the network away."""
        with self._lock:
            self._is_cut = True
            for end in self._open:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Bring the network back."""
        with self._lock:
            self._is_cut = False

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:  # the door is closed: the test is over
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near:
            if self._is_cut:
                return
            with socket.create_connection(self._target) as far:
                with self._lock:
                    self._open |= {near, far}
                _carry(near, far)
                with self._lock:
                    self._open -= {near, far}


def _carry(near: socket.socket, far: socket.socket) -> None:
    other = {near: far, far: near}
    with selectors.DefaultSelector() as selector, contextlib.suppress(OSError):
        for end, opposite in other.items():
            selector.register(end, selectors.EVENT_READ, opposite)
        while True:
            for key, _ in selector.select():
                end = near if key.data is far else far
                data = end.recv(65536)
                if not data:
                    return
                key.data.sendall(data)
