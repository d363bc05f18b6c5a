"""Files that the sources of the tests bring, and a wire that can be cut."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import books

REF = "FV26-000101-7"
JOURNAL = "id_appel;debut;suite;saisine_ref;association\n"


def journal(*calls: int) -> bytes:
    """A journal of these calls."""
    return (JOURNAL + "".join(f"A{n};2026-03-02T10:00:00+01:00;information;;\n" for n in calls)).encode()


def fiche(day: str = "03/01/2026") -> bytes:
    """A workbook with one saisine and one session."""
    return books.classeur([books.saisine(ref=REF)], [books.session(ref=REF, date=day)])


def free_port() -> int:
    """A port of the loopback that nobody has."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Wire:
    """A relay before a server, that can be cut or made to hang after so many bytes of the answers.

    Attributes:
        port: where it listens.
        cut_after: bytes to let through on each connection, or None for all.
        hang: keep the connection open and silent instead of closing it.
    """

    def __init__(self, target: int) -> None:
        self.target, self.cut_after, self.hang = target, None, False
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop relaying."""
        for one in [self._server, *self._open]:
            with suppress(OSError):
                one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                self._open += [near, far]
                threading.Thread(target=self._relay, args=(near, far, False), daemon=True).start()
                threading.Thread(target=self._relay, args=(far, near, True), daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        passed = 0
        with suppress(OSError):
            while data := source.recv(4096):
                passed += len(data)
                if counted and self.cut_after is not None and passed > self.cut_after:
                    if self.hang:
                        return
                    break
                sink.sendall(data)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(target: int) -> Iterator[Wire]:
    """A relay before the server of that port."""
    made = Wire(target)
    try:
        yield made
    finally:
        made.close()
