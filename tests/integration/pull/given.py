"""Files that the sources of the tests bring, and a wire that can be cut."""

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import books

from etl.scheduler.api import wait
from etl.scheduler.processes import is_free

REF = "FV26-000101-7"
JOURNAL = "id_appel;debut;suite;saisine_ref;association\n"


def journal(*calls: int) -> bytes:
    """A journal of these calls."""
    return (JOURNAL + "".join(f"A{n};2026-03-02T10:00:00+01:00;information;;\n" for n in calls)).encode()


def fiche(day: str = "03/01/2026") -> bytes:
    """A workbook with one saisine and one session."""
    return books.classeur([books.saisine(ref=REF)], [books.session(ref=REF, date=day)])


def listening(port: int) -> None:
    """Wait until somebody listens on a port of the loopback."""
    assert wait(lambda: not is_free(port), 60, 0.1), f"nobody listens on {port}"


def certificate(folder: Path) -> Path:
    """Make `cert.pem` and `key.pem` for a server of the loopback; gives the file that makes it trusted."""
    made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "9"]
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run(["openssl", *made, *named, *files], check=True, capture_output=True)
    return folder / "cert.pem"


class Wire:
    """A relay before a server, that can be cut, made to hang or to drip after so many bytes of the answers.

    Attributes:
        port: where it listens.
        cut_after: bytes to let through on each connection, or None for all.
        hang: keep the connection open and silent instead of closing it.
        drip: give the rest a byte at a time, for ever, never silent for as long as this many seconds.
    """

    def __init__(self, target: int) -> None:
        self.target, self.cut_after, self.hang, self.drip = target, None, False, 0.0
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
                    if not self.drip:
                        break
                    for place in range(len(data)):
                        sink.sendall(data[place : place + 1])
                        time.sleep(self.drip)
                    continue
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
