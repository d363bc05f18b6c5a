"""What our jobs say of themselves: one event a run, as a JSON line of the logger `saisines` and, when asked for, as StatsD metrics.

An event holds its name, how it ended, how long it took, and counts. What is not a number has the shape of a code, or is
masked: so that no name of a file, reference, pseudonym or free text can pass, even by a mistake in a job.
"""

from __future__ import annotations

import json
import logging
import re
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from etl import settings

LOGGER = "saisines"
MASKED = "masque"
PACKET = 1400  # bytes: what goes through any network whole
STANDING = {
    "reconcile",
    "draft",
    "watch",
}  # what these count is a state, told again each time; the others count what they did

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}|[0-9]{4}-T[1-4]")
_REFERENCE = re.compile(r"FV[0-9]{8}", re.IGNORECASE)
_COUNT = re.compile(r"[a-z][a-z0-9_]{0,39}(\.[A-Z][A-Z0-9_]{0,39})?")


def tell(home: Path, event: str, outcome: str, duration_ms: int, counts: Mapping[str, int], **labels: str) -> None:
    """Tell of the end of a job.

    Args:
        home: whose job it is: its journal is there, unless the settings say otherwise.
        event: the job.
        outcome: `done` or `failed`.
        duration_ms: how long it took.
        counts: whole numbers by name; `total_cents.CALAE` counts for a code.
        labels: codes (`quarter`, `convention`, `error`).
    """
    kept = {
        name: int(value) for name, value in counts.items() if _COUNT.fullmatch(name) and not _REFERENCE.search(name)
    }
    said = {name: coded(value) for name, value in labels.items()}
    line = {"event": coded(event), "outcome": coded(outcome), "duration_ms": duration_ms, **said, "counts": kept}
    level = logging.INFO if outcome == "done" else logging.WARNING
    _logger().log(level, json.dumps(line, sort_keys=True), extra={"home": home})
    _send(_lines(coded(event), coded(outcome), duration_ms, kept))


def coded(value: str) -> str:
    """A value that has the shape of a code and is no reference; anything else is masked."""
    return value if _CODE.fullmatch(value) and not _REFERENCE.match(value) else MASKED


class Journal(logging.Handler):
    """Appends each event to the file of its month, in one write, so that processes may share it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the event; a full disk or a missing folder never stops a job."""
        target = settings.log_target(record.__dict__["home"])
        at = datetime.fromtimestamp(record.created, UTC)
        line = json.dumps({"at": at.isoformat(timespec="milliseconds"), **json.loads(record.getMessage())}) + "\n"
        if target == "stderr":
            sys.stderr.write(line)
        elif target is not None:
            with suppress(OSError):
                _append(Path(target.replace("%Y-%m", f"{at:%Y-%m}")), line)


def _append(path: Path, line: str) -> None:
    if not path.parent.exists() and path.parent.parent.is_dir():  # `logs/` in a home that there is
        path.parent.mkdir(mode=0o700, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(line)


def _logger() -> logging.Logger:
    logger = logging.getLogger(LOGGER)
    if not any(isinstance(one, Journal) for one in logger.handlers):
        logger.addHandler(Journal())
        logger.setLevel(logging.INFO)
    return logger


def _lines(event: str, outcome: str, duration_ms: int, counts: Mapping[str, int]) -> Iterator[str]:
    """The event in StatsD's words: counters add up, gauges stand, a time is a time."""
    yield f"saisines.{event}.{outcome}:1|c"
    yield f"saisines.{event}.duration:{duration_ms}|ms"
    for name, value in counts.items():
        if event not in STANDING:
            yield f"saisines.{event}.{name}:{value}|c"
            continue
        if value < 0:  # a signed gauge would be read as a change
            yield f"saisines.{event}.{name}:0|g"
        yield f"saisines.{event}.{name}:{value}|g"


def _send(lines: Iterator[str]) -> None:
    """Send by UDP, as many lines a packet as it holds; a server that is away is no one's trouble."""
    target = settings.statsd()
    if target is None:
        return
    with suppress(OSError):
        found = socket.getaddrinfo(*target, type=socket.SOCK_DGRAM)[0]
        with socket.socket(found[0], found[1]) as out:
            for packet in _packets(lines):
                out.sendto(packet, found[4])


def _packets(lines: Iterator[str]) -> Iterator[bytes]:
    packet = b""
    for line in lines:
        more = line.encode()
        if packet and len(packet) + 1 + len(more) > PACKET:
            yield packet
            packet = b""
        packet += (b"\n" if packet else b"") + more
    if packet:
        yield packet
